package dev.tern.device;

import dev.tern.shape.PoolOptions;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import java.util.Arrays;

/**
 * One pooling: the shape rule, and what its kernels need to know. Input {@code [N, C, *in]}, output
 * {@code [N, C, *out]}. Arrays have one entry a spatial dimension and are not to be changed.
 */
public record PoolSpec(
    int batch,
    int channels,
    int[] in,
    int[] window,
    int[] stride,
    int[] padding,
    int[] dilation,
    int[] out,
    boolean countsPadding) {

  /**
   * The pooling of {@code [N, C, *in]} as {@code torch.max_pool1d} to {@code max_pool3d} lay it
   * out.
   *
   * @param op the operation's name, for the message
   * @throws ShapeException if the window does not fit
   */
  public static PoolSpec of(String op, Shape x, int rank, PoolOptions options) {
    if (x.rank() != rank + 2) {
      String axes = rank == 1 ? "L" : rank == 2 ? "H, W" : "D, H, W";
      throw new ShapeException(
          "%s: input %s; expected [N, C, %s] or [C, %s]".formatted(op, x, axes, axes));
    }
    int[] in = Arrays.copyOfRange(x.toArray(), 2, x.rank());
    int[] window = options.windowOf(rank);
    int[] stride = options.strideOf(rank);
    int[] padding = options.paddingOf(rank);
    int[] dilation = options.dilationOf(rank);
    int[] out = new int[rank];
    for (int d = 0; d < rank; d++) {
      if (2 * padding[d] > window[d]) {
        throw new ShapeException(
            "%s: padding is at most half the window; got padding %s, window %s"
                .formatted(op, Arrays.toString(padding), Arrays.toString(window)));
      }
      int room = in[d] + 2 * padding[d] - dilation[d] * (window[d] - 1) - 1;
      if (options.isCeilMode()) {
        out[d] = Math.floorDiv(room + stride[d] - 1, stride[d]) + 1;
        if ((out[d] - 1) * stride[d] >= in[d] + padding[d]) {
          out[d]--; // the last window must begin inside the input or its left padding
        }
      } else {
        out[d] = Math.floorDiv(room, stride[d]) + 1;
      }
      if (out[d] < 1) {
        throw new ShapeException(
            "%s: input %s is smaller than window %s".formatted(op, x, Arrays.toString(window)));
      }
    }
    return new PoolSpec(
        x.size(0), x.size(1), in, window, stride, padding, dilation, out, options.countsPadding());
  }

  /** {@code [N, C, *in]}. */
  public Shape inputShape() {
    return ConvSpec.join(batch, channels, in);
  }

  /** {@code [N, C, *out]}. */
  public Shape outputShape() {
    return ConvSpec.join(batch, channels, out);
  }

  /** The number of spatial dimensions. */
  public int rank() {
    return in.length;
  }

  /** Whether this is the two-dimensional 2x2 case with stride 2, nothing padded or left over. */
  public boolean isPlain2x2() {
    return rank() == 2
        && window[0] == 2
        && window[1] == 2
        && stride[0] == 2
        && stride[1] == 2
        && padding[0] == 0
        && padding[1] == 0
        && dilation[0] == 1
        && dilation[1] == 1
        && in[0] == 2 * out[0]
        && in[1] == 2 * out[1];
  }
}
