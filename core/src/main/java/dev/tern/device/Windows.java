package dev.tern.device;

import dev.tern.shape.Shape;
import dev.tern.shape.View;
import java.util.Arrays;

/**
 * The windows that a convolution or a pooling slides over its planes, as strided views of the
 * planes with their border put around them. Only the low padding is given; what the windows touch
 * beyond the input is border too, so padding may be asymmetric.
 */
final class Windows {
  private final int[] in;
  private final int[] size;
  private final int[] stride;
  private final int[] padding;
  private final int[] dilation;
  private final int[] out;
  private final int[] padded;

  private Windows(int[] in, int[] size, int[] stride, int[] padding, int[] dilation, int[] out) {
    this.in = in;
    this.size = size;
    this.stride = stride;
    this.padding = padding;
    this.dilation = dilation;
    this.out = out;
    this.padded = new int[in.length];
    for (int d = 0; d < in.length; d++) {
      int touched = (out[d] - 1) * stride[d] + (size[d] - 1) * dilation[d] + 1;
      padded[d] = Math.max(padding[d] + in[d], touched);
    }
  }

  static Windows of(ConvSpec s) {
    return new Windows(s.in(), s.kernel(), s.stride(), s.padding(), s.dilation(), s.out());
  }

  static Windows of(PoolSpec s) {
    return new Windows(s.in(), s.window(), s.stride(), s.padding(), s.dilation(), s.out());
  }

  /** The elements of one plane. */
  int plane() {
    return product(in);
  }

  /** The elements of one plane with its border. */
  int paddedPlane() {
    return product(padded);
  }

  /** The elements of one window. */
  int taps() {
    return product(size);
  }

  /** The windows of one plane. */
  int positions() {
    return product(out);
  }

  /** Whether the windows touch anything beyond the input. */
  boolean needsBorder() {
    return !Arrays.equals(in, padded);
  }

  /** The planes with a border of this value: {@code x} itself where there is none. */
  Data withBorder(Backend backend, Data x, int planes, double value) {
    if (!needsBorder()) {
      return x;
    }
    Data bordered = emptyWithBorder(backend, x, planes, value);
    backend.write(x, bordered.storage(), interior(planes));
    return bordered;
  }

  /** Planes with their border, every element of this value. */
  Data emptyWithBorder(Backend backend, Data like, int planes, double value) {
    Shape shape = Shape.of(planes, paddedPlane());
    Data bordered = new Data(backend.allocate(like.dtype(), shape.numel()), 0, shape);
    backend.fill(bordered, value);
    return bordered;
  }

  /** The planes without their border. */
  View interior(int planes) {
    int[] sizes = new int[in.length + 1];
    int[] steps = new int[in.length + 1];
    int[] step = Shape.of(padded).strides();
    int offset = 0;
    sizes[0] = planes;
    steps[0] = paddedPlane();
    for (int d = 0; d < in.length; d++) {
      sizes[d + 1] = in[d];
      steps[d + 1] = step[d];
      offset += padding[d] * step[d];
    }
    return View.strided(Shape.of(sizes), steps, offset);
  }

  /**
   * All windows of {@code [images, planes]} bordered planes, as {@code [planes, *window, images,
   * *out]}: what a matrix product wants as {@code [planes * taps, images * positions]}.
   */
  View columns(int offset, int images, int planes) {
    int rank = in.length;
    int[] sizes = new int[2 * rank + 2];
    int[] steps = new int[2 * rank + 2];
    int[] step = Shape.of(padded).strides();
    sizes[0] = planes;
    steps[0] = paddedPlane();
    sizes[rank + 1] = images;
    steps[rank + 1] = planes * paddedPlane();
    for (int d = 0; d < rank; d++) {
      sizes[d + 1] = size[d];
      steps[d + 1] = dilation[d] * step[d];
      sizes[rank + 2 + d] = out[d];
      steps[rank + 2 + d] = stride[d] * step[d];
    }
    return View.strided(Shape.of(sizes), steps, offset);
  }

  /**
   * For {@code [taps, positions]}, where in its plane an element of a window is. An element of the
   * border stands for the first of its window that is not: if it is the largest at -inf, all the
   * others are -inf.
   */
  long[] planeIndices() {
    int taps = taps();
    int positions = positions();
    long[] indices = new long[taps * positions];
    for (int p = 0; p < positions; p++) {
      long first = -1;
      for (int t = taps - 1; t >= 0; t--) {
        indices[t * positions + p] = planeIndex(t, p);
        first = indices[t * positions + p] >= 0 ? indices[t * positions + p] : first;
      }
      for (int t = 0; t < taps; t++) {
        if (indices[t * positions + p] < 0) {
          indices[t * positions + p] = first;
        }
      }
    }
    return indices;
  }

  /** The index in its plane of one element of one window, -1 in the border. */
  private long planeIndex(int tap, int position) {
    long index = 0;
    long step = 1;
    for (int d = in.length - 1; d >= 0; d--) {
      int at = position % out[d] * stride[d] + tap % size[d] * dilation[d] - padding[d];
      if (at < 0 || at >= in[d]) {
        return -1;
      }
      index += at * step;
      step *= in[d];
      position /= out[d];
      tap /= size[d];
    }
    return index;
  }

  private static int product(int[] sizes) {
    int product = 1;
    for (int size : sizes) {
      product *= size;
    }
    return product;
  }
}
