package dev.tern.device;

/**
 * A negative log-likelihood of {@code [outer, classes, inner]} for labels {@code [outer, inner]}.
 *
 * @param outer images
 * @param inner positions of an image
 * @param classes how many there are, and what is said of a label that is none of them
 * @param ignored the label whose positions are left out; it may be none of the classes
 */
public record NllSpec(int outer, int inner, IndexRange classes, long ignored) {}
