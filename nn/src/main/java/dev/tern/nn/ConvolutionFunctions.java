package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.ConvOptions;
import dev.tern.shape.DType;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Convolutions and the other functions of an input and a weight, for {@link F}. */
abstract class ConvolutionFunctions extends TableFunctions {
  ConvolutionFunctions() {}

  /** Convolution of {@code [N, C, L]}, {@code F.conv1d}. */
  public static Tensor conv1d(Tensor x, Tensor weight, @Nullable Tensor bias, ConvOptions options) {
    return x.conv1d(weight, bias, options);
  }

  /** Convolution of {@code [N, C, H, W]}, {@code F.conv2d}. */
  public static Tensor conv2d(Tensor x, Tensor weight, @Nullable Tensor bias, ConvOptions options) {
    return x.conv2d(weight, bias, options);
  }

  /** Convolution of {@code [N, C, D, H, W]}, {@code F.conv3d}. */
  public static Tensor conv3d(Tensor x, Tensor weight, @Nullable Tensor bias, ConvOptions options) {
    return x.conv3d(weight, bias, options);
  }

  /**
   * Transposed convolution of {@code [N, C, L]} with {@code [C, K/groups, kernel]}, {@code
   * F.conv_transpose1d}.
   */
  public static Tensor convTranspose1d(
      Tensor x, Tensor weight, @Nullable Tensor bias, ConvOptions options) {
    return x.convTranspose1d(weight, bias, options);
  }

  /**
   * Transposed convolution of {@code [N, C, H, W]} with {@code [C, K/groups, *kernel]}, {@code
   * F.conv_transpose2d}.
   */
  public static Tensor convTranspose2d(
      Tensor x, Tensor weight, @Nullable Tensor bias, ConvOptions options) {
    return x.convTranspose2d(weight, bias, options);
  }

  /**
   * Transposed convolution of {@code [N, C, D, H, W]} with {@code [C, K/groups, *kernel]}, {@code
   * F.conv_transpose3d}.
   */
  public static Tensor convTranspose3d(
      Tensor x, Tensor weight, @Nullable Tensor bias, ConvOptions options) {
    return x.convTranspose3d(weight, bias, options);
  }

  /** x Wᵀ + b, {@code F.linear}: {@code [*, in]} with {@code [out, in]} and {@code [out]}. */
  public static Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias) {
    return x.linear(weight, bias);
  }

  /**
   * xᵀ Wₖ y + bₖ for each output k, {@code F.bilinear}.
   *
   * @param x {@code [*, in1]}
   * @param y {@code [*, in2]}, with x's other sizes
   * @param weight {@code [out, in1, in2]}
   * @param bias {@code [out]} or null
   * @return {@code [*, out]}
   */
  public static Tensor bilinear(Tensor x, Tensor y, Tensor weight, @Nullable Tensor bias) {
    boolean fits =
        weight.rank() == 3
            && x.rank() > 0
            && x.rank() == y.rank()
            && x.shape().with(-1, 1).equals(y.shape().with(-1, 1))
            && x.size(-1) == weight.size(1)
            && y.size(-1) == weight.size(2);
    if (!fits) {
      throw new ShapeException(
          "bilinear: inputs %s and %s do not fit weight %s; expected [*, in1], [*, in2], [out, in1, in2]"
              .formatted(x.shape(), y.shape(), weight.shape()));
    }
    int out = weight.size(0);
    int in1 = weight.size(1);
    int in2 = weight.size(2);
    Tensor products = // [rows, out, in2]
        x.reshape(-1, in1)
            .matmul(weight.permute(1, 0, 2).reshape(in1, out * in2))
            .reshape(-1, out, in2);
    Tensor sums = products.mul(y.reshape(-1, 1, in2)).sum(2).reshape(x.shape().with(-1, out));
    return bias == null ? sums : sums.add(bias);
  }

  /**
   * The windows of a convolution as columns, {@code F.unfold}: {@code [N, C, H, W]} becomes {@code
   * [N, C * window, positions]}; also without N.
   *
   * @param options with a kernel size
   */
  public static Tensor unfold(Tensor x, ConvOptions options) {
    if (x.rank() == 3) {
      return unfold(x.unsqueeze(0), options).squeeze(0);
    }
    if (x.rank() != 4) {
      throw new ShapeException("unfold: input " + x.shape() + "; expected [N, C, H, W]");
    }
    var o = options.values();
    int[] padding = o.paddingOf(2);
    Tensor padded = x.pad(padding[1], padding[1], padding[0], padding[0]);
    Tensor taps = windows("unfold", padded.size(2), padded.size(3), o);
    Tensor columns = padded.flatten(2).indexSelect(2, taps.reshape(-1).to(x.device()));
    return columns.reshape(x.size(0), x.size(1) * taps.size(0), taps.size(1));
  }

  /**
   * The adjoint of {@link #unfold}, {@code F.fold}: columns {@code [N, C * window, positions]} are
   * added up in images {@code [N, C, H, W]}; also without N.
   *
   * @param height the images' H
   * @param width the images' W
   * @param options with a kernel size
   */
  public static Tensor fold(Tensor columns, int height, int width, ConvOptions options) {
    if (columns.rank() == 2) {
      return fold(columns.unsqueeze(0), height, width, options).squeeze(0);
    }
    var o = options.values();
    int[] padding = o.paddingOf(2);
    int rows = height + 2 * padding[0];
    int wide = width + 2 * padding[1];
    Tensor taps = windows("fold", rows, wide, o);
    int window = taps.size(0);
    if (columns.rank() != 3 || columns.size(1) % window != 0 || columns.size(2) != taps.size(1)) {
      throw new ShapeException(
          "fold: columns %s do not fit an image of %d x %d; expected [N, C * %d, %d]"
              .formatted(columns.shape(), height, width, window, taps.size(1)));
    }
    int images = columns.size(0);
    int channels = columns.size(1) / window;
    Tensor zeros =
        Tensor.zeros(columns.dtype(), Shape.of(images, channels, rows * wide)).to(columns.device());
    return zeros
        .indexAdd(2, taps.reshape(-1).to(columns.device()), columns.reshape(images, channels, -1))
        .reshape(images, channels, rows, wide)
        .narrow(2, padding[0], height)
        .narrow(3, padding[1], width);
  }

  /** Where the taps of each window lie in a padded plane, INT64 {@code [taps, positions]}. */
  private static Tensor windows(String op, int rows, int columns, ConvOptions.Values options) {
    if (options.kernelSize().length == 0) {
      throw new ShapeException(op + ": wants a kernel size, as in kernel(3).padding(1)");
    }
    int[] kernel = dev.tern.shape.Sizes.spread("kernel", options.kernelSize(), 2);
    int[] stride = options.strideOf(2);
    int[] dilation = options.dilationOf(2);
    int high = (rows - dilation[0] * (kernel[0] - 1) - 1) / stride[0] + 1;
    int wide = (columns - dilation[1] * (kernel[1] - 1) - 1) / stride[1] + 1;
    if (rows <= dilation[0] * (kernel[0] - 1) || columns <= dilation[1] * (kernel[1] - 1)) {
      throw new ShapeException(
          "%s: a padded image of %d x %d is smaller than the window %s"
              .formatted(op, rows, columns, Arrays.toString(kernel)));
    }
    long[] taps = new long[kernel[0] * kernel[1] * high * wide];
    int at = 0;
    for (int tap = 0; tap < kernel[0] * kernel[1]; tap++) {
      int down = tap / kernel[1] * dilation[0];
      int right = tap % kernel[1] * dilation[1];
      for (int position = 0; position < high * wide; position++) {
        int row = position / wide * stride[0] + down;
        int column = position % wide * stride[1] + right;
        taps[at++] = (long) row * columns + column;
      }
    }
    return Tensor.from(taps, kernel[0] * kernel[1], high * wide);
  }

  /**
   * softmax(q kᵀ / √E + mask) v, {@code F.scaled_dot_product_attention} (Vaswani et al. 2017).
   *
   * @param query {@code [*, L, E]}
   * @param key {@code [*, S, E]}
   * @param value {@code [*, S, V]}
   * @param mask broadcast to {@code [*, L, S]}: BOOL, true where a query may look; or numbers to be
   *     added; or null
   * @param dropout the probability with which weights are dropped
   * @param causal whether a query looks at keys up to its own position only; then the mask is null
   * @return {@code [*, L, V]}
   */
  public static Tensor scaledDotProductAttention(
      Tensor query,
      Tensor key,
      Tensor value,
      @Nullable Tensor mask,
      double dropout,
      boolean causal) {
    if (causal && mask != null) {
      throw new IllegalArgumentException(
          "scaledDotProductAttention: wants a mask or causal, not both");
    }
    Tensor scores = query.matmul(key.transpose(-2, -1)).div(Math.sqrt(query.size(-1)));
    Tensor allowed = mask;
    if (causal) {
      allowed = Tensor.ones(query.size(-2), key.size(-2)).tril(0).gt(0).to(query.device());
    }
    if (allowed != null) {
      scores =
          allowed.dtype() == DType.BOOL
              ? scores.maskedFill(allowed.logicalNot(), Double.NEGATIVE_INFINITY)
              : scores.add(allowed);
    }
    return scores.softmax(-1).dropout(dropout, true).matmul(value);
  }
}
