package dev.tern;

/**
 * What {@code unique} and {@code uniqueConsecutive} give.
 *
 * @param values the different elements, in one row
 * @param inverse for each element of the input, where it is in {@code values}, INT64
 * @param counts how many elements each stands for, INT64
 */
public record Unique(Tensor values, Tensor inverse, Tensor counts) {}
