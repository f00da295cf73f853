package dev.tern.nn;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How an image is resized: an immutable value with names, {@code
 * InterpolateOptions.scale(2).mode(Interpolation.BILINEAR).alignCorners(true)}. One number stands
 * for every dimension.
 */
public final class InterpolateOptions {
  private final int @Nullable [] size;
  private final double @Nullable [] scale;
  private final Interpolation mode;
  private final boolean alignCorners;

  private InterpolateOptions(
      int @Nullable [] size, double @Nullable [] scale, Interpolation mode, boolean alignCorners) {
    this.size = size;
    this.scale = scale;
    this.mode = mode;
    this.alignCorners = alignCorners;
  }

  /** To this size, by the nearest element. */
  public static InterpolateOptions size(int... size) {
    return new InterpolateOptions(size.clone(), null, Interpolation.NEAREST, false);
  }

  /** So many times larger, rounded down, by the nearest element: {@code scale_factor}. */
  public static InterpolateOptions scale(double... factor) {
    for (double each : factor) {
      if (!(each > 0)) {
        throw new IllegalArgumentException("a scale is positive, got " + Arrays.toString(factor));
      }
    }
    return new InterpolateOptions(null, factor.clone(), Interpolation.NEAREST, false);
  }

  /** The same, but values are found so. */
  public InterpolateOptions mode(Interpolation how) {
    return new InterpolateOptions(size, scale, how, alignCorners);
  }

  /**
   * The same, but the centres of the corner elements stay where they are, rather than the image's
   * edges; for the linear and cubic modes.
   */
  public InterpolateOptions alignCorners(boolean align) {
    return new InterpolateOptions(size, scale, mode, align);
  }

  Interpolation mode() {
    return mode;
  }

  boolean alignsCorners() {
    return alignCorners;
  }

  /** The size of the output of a dimension of {@code in} elements, the d-th of {@code rank}. */
  int sizeOf(int d, int rank, int in) {
    if (size != null) {
      return size[each(size.length, d, rank, "sizes")];
    }
    return (int) Math.floor(in * scaleOf(d, rank));
  }

  /** The step between two outputs, in elements of the input. */
  double stepOf(int d, int rank, int in, int out) {
    return scale == null ? (double) in / out : 1 / scaleOf(d, rank);
  }

  private double scaleOf(int d, int rank) {
    double[] factors = java.util.Objects.requireNonNull(scale);
    return factors[each(factors.length, d, rank, "scales")];
  }

  private static int each(int count, int d, int rank, String what) {
    if (count != 1 && count != rank) {
      throw new dev.tern.shape.ShapeException(
          "interpolate: %d %s do not fit %d spatial dimensions; expected 1 or %d"
              .formatted(count, what, rank, rank));
    }
    return count == 1 ? 0 : d;
  }

  /** As PyTorch prints an {@code Upsample}'s settings. */
  @Override
  public String toString() {
    return (size != null
            ? "size=" + (size.length == 1 ? size[0] : dev.tern.shape.Sizes.tuple(size))
            : "scale_factor=" + PythonText.tuple(java.util.Objects.requireNonNull(scale)))
        + ", mode="
        + mode;
  }
}
