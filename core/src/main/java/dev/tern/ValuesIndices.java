package dev.tern;

/**
 * What {@code max(dim)}, {@code min(dim)}, {@code sort} and {@code topk} give.
 *
 * @param values the elements
 * @param indices where they were in the dimension, INT64
 */
public record ValuesIndices(Tensor values, Tensor indices) {}
