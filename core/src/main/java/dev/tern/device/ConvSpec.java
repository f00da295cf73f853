package dev.tern.device;

import dev.tern.shape.ConvOptions;
import dev.tern.shape.PaddingMode;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import dev.tern.shape.Sizes;
import java.util.Arrays;

/**
 * One convolution: the shape rule, and what its kernels need to know. Input {@code [N, C, *in]},
 * weight {@code [K, C/groups, *kernel]}, output {@code [N, K, *out]}, where {@code out = (in + 2
 * padding - dilation (kernel - 1) - 1) / stride + 1}, rounded down. Arrays have one entry a spatial
 * dimension and are not to be changed.
 */
public record ConvSpec(
    int batch,
    int inChannels,
    int outChannels,
    int groups,
    int[] in,
    int[] kernel,
    int[] stride,
    int[] padding,
    int[] dilation,
    int[] out) {

  /**
   * The convolution of an input with a weight, as {@code torch.conv1d} to {@code conv3d} lay it
   * out.
   *
   * @param op the operation's name, for the message
   * @param x {@code [N, C, *in]}
   * @param weight {@code [K, C/groups, *kernel]}
   * @throws ShapeException if they do not fit each other or the options
   */
  public static ConvSpec of(String op, Shape x, Shape weight, ConvOptions options) {
    var o = options.values();
    int rank = weight.rank() - 2;
    if (rank < 1 || x.rank() != rank + 2 || x.size(1) != weight.size(1) * o.groupCount()) {
      throw mismatch(op, x, weight, o.groupCount());
    }
    if (weight.size(0) % o.groupCount() != 0) {
      throw new ShapeException(
          "%s: weight %s has %d output channels, which %d groups do not divide"
              .formatted(op, weight, weight.size(0), o.groupCount()));
    }
    int[] in = spatial(x);
    int[] kernel = spatial(weight);
    int[] given = o.kernelSize();
    if (given.length > 0 && !Arrays.equals(Sizes.spread("kernel", given, rank), kernel)) {
      throw new ShapeException(
          "%s: the options ask for kernel %s, the weight is %s; for F leave the kernel out"
              .formatted(op, Arrays.toString(given), weight));
    }
    int[] stride = o.strideOf(rank);
    int[] padding = o.paddingOf(rank);
    int[] dilation = o.dilationOf(rank);
    int[] out = new int[rank];
    for (int d = 0; d < rank; d++) {
      int reach = dilation[d] * (kernel[d] - 1);
      if (o.isSame()) {
        if (stride[d] != 1) {
          throw new ShapeException(
              op + ": padding that keeps the size wants stride 1, got " + Arrays.toString(stride));
        }
        padding[d] = reach / 2;
        out[d] = in[d];
      } else {
        int room = in[d] + 2 * padding[d] - reach - 1;
        if (room < 0) {
          throw new ShapeException(
              "%s: input %s with padding %s is smaller than weight %s with dilation %s"
                  .formatted(op, x, Arrays.toString(padding), weight, Arrays.toString(dilation)));
        }
        out[d] = room / stride[d] + 1;
      }
    }
    return new ConvSpec(
        x.size(0),
        x.size(1),
        weight.size(0),
        o.groupCount(),
        in,
        kernel,
        stride,
        padding,
        dilation,
        out);
  }

  /**
   * The convolution whose input gradient is the transposed convolution of x: it takes {@code [N, K,
   * *out]} to x's shape, where {@code out = (in - 1) stride - 2 padding + dilation (kernel - 1) +
   * output padding + 1}.
   *
   * @param op the operation's name, for the message
   * @param x {@code [N, C, *in]}
   * @param weight {@code [C, K/groups, *kernel]}
   * @throws ShapeException if they do not fit each other or the options
   */
  public static ConvSpec transposed(String op, Shape x, Shape weight, ConvOptions options) {
    var o = options.values();
    int rank = weight.rank() - 2;
    if (rank < 1 || x.rank() != rank + 2 || x.size(1) != weight.size(0)) {
      throw new ShapeException(
          "%s: input %s does not fit weight %s; expected [N, %d, %s]"
              .formatted(op, x, weight, weight.size(0), rank < 1 ? "*" : axes(rank)));
    }
    if (x.size(1) % o.groupCount() != 0 || o.isSame() || o.mode() != PaddingMode.ZEROS) {
      throw new ShapeException(
          "%s: wants %d channels that the groups divide, got %d groups, and padding with a number of zeros"
              .formatted(op, x.size(1), o.groupCount()));
    }
    int[] in = spatial(x);
    int[] kernel = spatial(weight);
    int[] stride = o.strideOf(rank);
    int[] padding = o.paddingOf(rank);
    int[] dilation = o.dilationOf(rank);
    int[] added = o.outputPaddingOf(rank);
    int[] out = new int[rank];
    for (int d = 0; d < rank; d++) {
      if (added[d] >= Math.max(stride[d], dilation[d])) {
        throw new ShapeException(
            "%s: output padding %s must be smaller than stride %s or dilation %s"
                .formatted(
                    op,
                    Arrays.toString(added),
                    Arrays.toString(stride),
                    Arrays.toString(dilation)));
      }
      out[d] =
          (in[d] - 1) * stride[d] - 2 * padding[d] + dilation[d] * (kernel[d] - 1) + added[d] + 1;
      if (out[d] < 1) {
        throw new ShapeException(
            "%s: input %s with padding %s leaves nothing"
                .formatted(op, x, Arrays.toString(padding)));
      }
    }
    int channels = weight.size(1) * o.groupCount();
    return new ConvSpec(
        x.size(0), channels, x.size(1), o.groupCount(), out, kernel, stride, padding, dilation, in);
  }

  private static String axes(int rank) {
    return rank == 1 ? "L" : rank == 2 ? "H, W" : "D, H, W";
  }

  private static ShapeException mismatch(String op, Shape x, Shape weight, int groups) {
    StringBuilder names = new StringBuilder();
    if (weight.rank() >= 3) {
      String axes = "DHW".substring(Math.max(0, 5 - weight.rank()));
      names.append(weight.size(1) * groups);
      axes.chars().forEach(axis -> names.append(", ").append((char) axis));
    }
    return new ShapeException(
        names.isEmpty()
            ? "%s: weight %s; expected [K, C/groups, *kernel]".formatted(op, weight)
            : "%s: input %s does not fit weight %s%s; expected [N, %s] or [%s]"
                .formatted(
                    op, x, weight, groups == 1 ? "" : " in " + groups + " groups", names, names));
  }

  private static int[] spatial(Shape shape) {
    return Arrays.copyOfRange(shape.toArray(), 2, shape.rank());
  }

  /** The number of spatial dimensions. */
  public int rank() {
    return in.length;
  }

  /** {@code [N, C, *in]}. */
  public Shape inputShape() {
    return join(batch, inChannels, in);
  }

  /** {@code [K, C/groups, *kernel]}. */
  public Shape weightShape() {
    return join(outChannels, inChannels / groups, kernel);
  }

  /** {@code [N, K, *out]}. */
  public Shape outputShape() {
    return join(batch, outChannels, out);
  }

  /** The number of taps of the kernel. */
  public int taps() {
    return Arrays.stream(kernel).reduce(1, (a, b) -> a * b);
  }

  /** The number of output positions in one channel of one image. */
  public int outPositions() {
    return Arrays.stream(out).reduce(1, (a, b) -> a * b);
  }

  /**
   * Whether this is the two-dimensional 3x3 case with stride, padding and dilation 1, one group.
   */
  public boolean isPlain3x3() {
    return rank() == 2
        && groups == 1
        && all(kernel, 3)
        && all(stride, 1)
        && all(padding, 1)
        && all(dilation, 1);
  }

  private static boolean all(int[] values, int value) {
    return Arrays.stream(values).allMatch(v -> v == value);
  }

  static Shape join(int first, int second, int[] rest) {
    int[] sizes = new int[rest.length + 2];
    sizes[0] = first;
    sizes[1] = second;
    System.arraycopy(rest, 0, sizes, 2, rest.length);
    return Shape.of(sizes);
  }
}
