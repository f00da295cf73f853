package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.ValuesIndices;
import dev.tern.shape.PoolOptions;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import dev.tern.shape.Sizes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Pooling, for {@link F}. Every function also takes its input without N. */
abstract class PoolingFunctions extends ConvolutionFunctions {
  PoolingFunctions() {}

  /** The largest value of each window of {@code [N, C, L]}. */
  public static Tensor maxPool1d(Tensor x, int window) {
    return x.maxPool1d(PoolOptions.window(window));
  }

  /** The largest value of each window of {@code [N, C, L]}, {@code F.max_pool1d}. */
  public static Tensor maxPool1d(Tensor x, PoolOptions options) {
    return x.maxPool1d(options);
  }

  /** The largest value of each window of {@code [N, C, H, W]}. */
  public static Tensor maxPool2d(Tensor x, int window) {
    return x.maxPool2d(PoolOptions.window(window));
  }

  /** The largest value of each window of {@code [N, C, H, W]}, {@code F.max_pool2d}. */
  public static Tensor maxPool2d(Tensor x, PoolOptions options) {
    return x.maxPool2d(options);
  }

  /** The largest value of each window of {@code [N, C, D, H, W]}. */
  public static Tensor maxPool3d(Tensor x, int window) {
    return x.maxPool3d(PoolOptions.window(window));
  }

  /** The largest value of each window of {@code [N, C, D, H, W]}, {@code F.max_pool3d}. */
  public static Tensor maxPool3d(Tensor x, PoolOptions options) {
    return x.maxPool3d(options);
  }

  /** With where each was found, {@code F.max_pool1d(return_indices=True)}. */
  public static ValuesIndices maxPool1dWithIndices(Tensor x, PoolOptions options) {
    return x.maxPool1dWithIndices(options);
  }

  /** With where each was found, row-major, {@code F.max_pool2d(return_indices=True)}. */
  public static ValuesIndices maxPool2dWithIndices(Tensor x, PoolOptions options) {
    return x.maxPool2dWithIndices(options);
  }

  /** With where each was found, row-major, {@code F.max_pool3d(return_indices=True)}. */
  public static ValuesIndices maxPool3dWithIndices(Tensor x, PoolOptions options) {
    return x.maxPool3dWithIndices(options);
  }

  /** The mean of each window of {@code [N, C, L]}. */
  public static Tensor avgPool1d(Tensor x, int window) {
    return x.avgPool1d(PoolOptions.window(window));
  }

  /** The mean of each window of {@code [N, C, L]}, {@code F.avg_pool1d}. */
  public static Tensor avgPool1d(Tensor x, PoolOptions options) {
    return x.avgPool1d(options);
  }

  /** The mean of each window of {@code [N, C, H, W]}. */
  public static Tensor avgPool2d(Tensor x, int window) {
    return x.avgPool2d(PoolOptions.window(window));
  }

  /** The mean of each window of {@code [N, C, H, W]}, {@code F.avg_pool2d}. */
  public static Tensor avgPool2d(Tensor x, PoolOptions options) {
    return x.avgPool2d(options);
  }

  /** The mean of each window of {@code [N, C, D, H, W]}. */
  public static Tensor avgPool3d(Tensor x, int window) {
    return x.avgPool3d(PoolOptions.window(window));
  }

  /** The mean of each window of {@code [N, C, D, H, W]}, {@code F.avg_pool3d}. */
  public static Tensor avgPool3d(Tensor x, PoolOptions options) {
    return x.avgPool3d(options);
  }

  /**
   * The inverse of {@link #maxPool1dWithIndices}, {@code F.max_unpool1d}: each value where it was
   * found, zeros elsewhere.
   *
   * @param outputSize {@code [L]}, or null for {@code (L - 1) stride - 2 padding + window}
   */
  public static Tensor maxUnpool1d(
      Tensor x, Tensor indices, PoolOptions options, int @Nullable [] outputSize) {
    return maxUnpool("maxUnpool1d", 1, x, indices, options, outputSize);
  }

  /**
   * The inverse of {@link #maxPool2dWithIndices}, {@code F.max_unpool2d}.
   *
   * @param outputSize {@code [H, W]}, or null, see {@link #maxUnpool1d}
   */
  public static Tensor maxUnpool2d(
      Tensor x, Tensor indices, PoolOptions options, int @Nullable [] outputSize) {
    return maxUnpool("maxUnpool2d", 2, x, indices, options, outputSize);
  }

  /**
   * The inverse of {@link #maxPool3dWithIndices}, {@code F.max_unpool3d}.
   *
   * @param outputSize {@code [D, H, W]}, or null, see {@link #maxUnpool1d}
   */
  public static Tensor maxUnpool3d(
      Tensor x, Tensor indices, PoolOptions options, int @Nullable [] outputSize) {
    return maxUnpool("maxUnpool3d", 3, x, indices, options, outputSize);
  }

  private static Tensor maxUnpool(
      String op,
      int rank,
      Tensor x,
      Tensor indices,
      PoolOptions options,
      int @Nullable [] outputSize) {
    expectImages(op, rank, x);
    if (!indices.shape().equals(x.shape())) {
      throw new ShapeException(
          "%s: indices %s do not fit input %s".formatted(op, indices.shape(), x.shape()));
    }
    int[] size = new int[rank];
    for (int d = 0; d < rank; d++) {
      size[d] =
          (x.size(d - rank) - 1) * options.strideOf(rank)[d]
              - 2 * options.paddingOf(rank)[d]
              + options.windowOf(rank)[d];
    }
    size = outputSize == null ? size : Sizes.spread("output size", outputSize, rank);
    int planes = x.shape().product(0, x.rank() - rank);
    int positions = Shape.of(size).numel();
    long[] found = indices.toLongArray();
    int each = planes == 0 ? 0 : found.length / planes;
    // where overlapping windows found the same element, the last of them counts
    long[] source = new long[planes * positions];
    for (int i = 0; i < found.length; i++) {
      if (found[i] < 0 || found[i] >= positions) {
        throw new ShapeException(
            "%s: index %d is out of range for an output of %s"
                .formatted(op, found[i], Arrays.toString(size)));
      }
      source[i / each * positions + (int) found[i]] = i + 1L;
    }
    Tensor place = Tensor.of(source).to(x.device());
    Tensor values = x.reshape(-1).pad(1, 0).indexSelect(0, place); // element 0 is the added zero
    int[] shape = x.shape().toArray();
    System.arraycopy(size, 0, shape, shape.length - rank, rank);
    return values.reshape(shape);
  }

  /** The p-norm of each window of {@code [N, C, L]}, {@code F.lp_pool1d}; nothing is padded. */
  public static Tensor lpPool1d(Tensor x, double p, PoolOptions options) {
    return lpNorm(p, x.pow(p).avgPool1d(unpadded(options)), taps(options, 1));
  }

  /** The p-norm of each window of {@code [N, C, H, W]}, {@code F.lp_pool2d}; nothing is padded. */
  public static Tensor lpPool2d(Tensor x, double p, PoolOptions options) {
    return lpNorm(p, x.pow(p).avgPool2d(unpadded(options)), taps(options, 2));
  }

  private static PoolOptions unpadded(PoolOptions options) {
    return options.padding(0);
  }

  private static int taps(PoolOptions options, int rank) {
    return Arrays.stream(options.windowOf(rank)).reduce(1, (a, b) -> a * b);
  }

  /** sign(mean) relu(|mean|) window, to the power 1/p: as PyTorch has it. */
  private static Tensor lpNorm(double p, Tensor mean, int window) {
    return mean.sign().mul(mean.abs().relu()).mul(window).pow(1 / p);
  }

  /**
   * The means of as many windows as asked for, as equal as may be, of {@code [N, C, L]}: {@code
   * F.adaptive_avg_pool1d}.
   */
  public static Tensor adaptiveAvgPool1d(Tensor x, int outputSize) {
    return adaptiveAvgPool("adaptiveAvgPool1d", 1, x, outputSize);
  }

  /**
   * The means of as many windows as asked for of {@code [N, C, H, W]}, {@code
   * F.adaptive_avg_pool2d}.
   *
   * @param outputSize one number, or one a dimension; {@link AdaptiveAvgPool2d#KEEP} keeps a size
   */
  public static Tensor adaptiveAvgPool2d(Tensor x, int... outputSize) {
    return adaptiveAvgPool("adaptiveAvgPool2d", 2, x, outputSize);
  }

  /**
   * The means of as many windows as asked for of {@code [N, C, D, H, W]}, {@code
   * F.adaptive_avg_pool3d}.
   *
   * @param outputSize one number, or one a dimension; {@link AdaptiveAvgPool2d#KEEP} keeps a size
   */
  public static Tensor adaptiveAvgPool3d(Tensor x, int... outputSize) {
    return adaptiveAvgPool("adaptiveAvgPool3d", 3, x, outputSize);
  }

  /** The largest of as many windows as asked for, with where it was: {@code [N, C, L]}. */
  public static ValuesIndices adaptiveMaxPool1d(Tensor x, int outputSize) {
    return adaptiveMaxPool("adaptiveMaxPool1d", 1, x, outputSize);
  }

  /**
   * The largest of as many windows as asked for of {@code [N, C, H, W]}, with where it was,
   * row-major: {@code F.adaptive_max_pool2d(return_indices=True)}.
   */
  public static ValuesIndices adaptiveMaxPool2d(Tensor x, int... outputSize) {
    return adaptiveMaxPool("adaptiveMaxPool2d", 2, x, outputSize);
  }

  /** As {@link #adaptiveMaxPool2d}, of {@code [N, C, D, H, W]}. */
  public static ValuesIndices adaptiveMaxPool3d(Tensor x, int... outputSize) {
    return adaptiveMaxPool("adaptiveMaxPool3d", 3, x, outputSize);
  }

  /** Windows are a product of ranges, so one dimension after the other is averaged by a matrix. */
  private static Tensor adaptiveAvgPool(String op, int rank, Tensor x, int... outputSize) {
    expectImages(op, rank, x);
    int[] out = adaptiveSize(op, rank, x, outputSize);
    Tensor y = x;
    for (int d = 0; d < rank; d++) {
      int dim = x.rank() - rank + d;
      int in = x.size(dim);
      if (out[d] == in) {
        continue;
      }
      double[] shares = new double[in * out[d]];
      for (int o = 0; o < out[d]; o++) {
        int start = start(o, in, out[d]);
        int end = end(o, in, out[d]);
        for (int i = start; i < end; i++) {
          shares[i * out[d] + o] = 1.0 / (end - start);
        }
      }
      Tensor matrix = Tensor.from(shares, in, out[d]).to(x.dtype()).to(x.device());
      y = y.transpose(dim, -1).matmul(matrix).transpose(dim, -1);
    }
    return y.contiguous();
  }

  private static ValuesIndices adaptiveMaxPool(String op, int rank, Tensor x, int... outputSize) {
    expectImages(op, rank, x);
    int[] in = Arrays.copyOfRange(x.shape().toArray(), x.rank() - rank, x.rank());
    int[] out = adaptiveSize(op, rank, x, outputSize);
    int[] window = new int[rank];
    for (int d = 0; d < rank; d++) {
      for (int o = 0; o < out[d]; o++) {
        window[d] = Math.max(window[d], end(o, in[d], out[d]) - start(o, in[d], out[d]));
      }
    }
    int positions = Shape.of(out).numel();
    int taps = Shape.of(window).numel();
    long[] table = new long[positions * taps];
    for (int i = 0; i < table.length; i++) {
      table[i] = tap(in, out, window, i / taps, i % taps);
    }
    Tensor candidates = Tensor.from(table, positions, taps).to(x.device());
    Shape shape = Shape.of(shapeOf(x, out));
    int planes = x.shape().product(0, x.rank() - rank);
    ValuesIndices largest =
        x.reshape(planes, Shape.of(in).numel())
            .indexSelect(1, candidates.reshape(-1))
            .reshape(planes, positions, taps)
            .max(2);
    Tensor where = largest.indices().unsqueeze(2); // of each window
    Tensor indices = candidates.unsqueeze(0).expand(planes, positions, taps).gather(2, where);
    return new ValuesIndices(largest.values().reshape(shape), indices.reshape(shape));
  }

  /** Where a tap of an output's window lies in the plane; a shorter window repeats its last one. */
  private static long tap(int[] in, int[] out, int[] window, int position, int tap) {
    long index = 0;
    int stride = 1;
    for (int d = in.length - 1; d >= 0; d--) {
      int o = position % out[d];
      int i = start(o, in[d], out[d]) + tap % window[d];
      index += (long) Math.min(i, end(o, in[d], out[d]) - 1) * stride;
      stride *= in[d];
      position /= out[d];
      tap /= window[d];
    }
    return index;
  }

  private static int start(int o, int in, int out) {
    return (int) ((long) o * in / out);
  }

  private static int end(int o, int in, int out) {
    return (int) (((o + 1L) * in + out - 1) / out);
  }

  private static int[] shapeOf(Tensor x, int[] size) {
    int[] shape = x.shape().toArray();
    System.arraycopy(size, 0, shape, shape.length - size.length, size.length);
    return shape;
  }

  private static int[] adaptiveSize(String op, int rank, Tensor x, int[] outputSize) {
    int[] size = Sizes.spread(op + ": output size", outputSize, rank);
    for (int d = 0; d < rank; d++) {
      int in = x.size(x.rank() - rank + d);
      size[d] = size[d] == AdaptiveAvgPool2d.KEEP ? in : size[d];
      if (size[d] < 1 || in < 1) {
        throw new ShapeException(
            "%s: output size %s of input %s; expected at least 1 a dimension"
                .formatted(op, Arrays.toString(outputSize), x.shape()));
      }
    }
    return size;
  }

  private static void expectImages(String op, int rank, Tensor x) {
    if (x.rank() != rank + 1 && x.rank() != rank + 2) {
      String axes = rank == 1 ? "L" : rank == 2 ? "H, W" : "D, H, W";
      throw new ShapeException(
          "%s: input %s; expected [N, C, %s] or [C, %s]".formatted(op, x.shape(), axes, axes));
    }
  }
}
