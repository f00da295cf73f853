package dev.tern.data;

import dev.tern.Tensor;

/**
 * One example of a dataset.
 *
 * @param input what the model is given, without a batch dimension, for example {@code [3, 32, 32]}
 * @param target what it should answer, for example an INT64 class {@code []}
 */
public record Sample(Tensor input, Tensor target) {}
