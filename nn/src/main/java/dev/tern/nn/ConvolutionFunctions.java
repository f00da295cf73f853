package dev.tern.nn;

import dev.tern.Autograd;
import dev.tern.Tensor;
import dev.tern.shape.ConvOptions;
import dev.tern.shape.DType;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Convolutions and the other functions of an input and a weight, for {@link F}. */
abstract class ConvolutionFunctions {
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

  /** As {@link #embedding(Tensor, Tensor, EmbeddingOptions)}, with PyTorch's defaults. */
  public static Tensor embedding(Tensor index, Tensor weight) {
    return embedding(index, weight, EmbeddingOptions.DEFAULTS);
  }

  /**
   * The rows of a table, {@code F.embedding}.
   *
   * @param index INT64 of any shape
   * @param weight {@code [rows, width]}
   * @param options which row gets no gradient, and how long rows may be: longer ones that are
   *     looked up are shortened in place
   * @return {@code [*index, width]}
   * @throws ShapeException if an index is out of range
   */
  public static Tensor embedding(Tensor index, Tensor weight, EmbeddingOptions options) {
    if (weight.rank() != 2) {
      throw new ShapeException("embedding: weight " + weight.shape() + "; expected [rows, width]");
    }
    Tensor flat = index.reshape(-1);
    Integer padding = options.paddingRow(weight.size(0));
    if (options.maxNorm() != null) {
      shorten(weight, flat, options.maxNorm(), options.normType());
    }
    Tensor rows = weight.indexSelect(0, flat);
    if (padding != null) {
      rows = Tensor.where(flat.eq(padding).unsqueeze(1), rows.detach(), rows);
    }
    return rows.reshape(index.shape().insert(index.rank(), weight.size(1)));
  }

  private static void shorten(Tensor weight, Tensor index, double maxNorm, double normType) {
    try (var off = Autograd.noGrad()) {
      for (long row : Arrays.stream(index.toLongArray()).distinct().toArray()) {
        Tensor vector = weight.select(0, (int) row);
        double norm = vector.norm(normType).item();
        if (norm > maxNorm) {
          vector.mul_(maxNorm / (norm + 1e-7));
        }
      }
    }
  }

  /**
   * What becomes of the rows of each bag, {@code F.embedding_bag}. A bag of no rows gives zeros.
   *
   * @param index INT64, {@code [bags, n]}; or {@code [n]}, all bags one after the other
   * @param weight {@code [rows, width]}
   * @param offsets INT64 {@code [bags]}, where each bag begins in a flat index; otherwise null
   * @param perSampleWeights factors in the index's shape, for {@link EmbeddingBag.Mode#SUM}; or
   *     null
   * @param options the padding row belongs to no bag
   * @return {@code [bags, width]}
   */
  public static Tensor embeddingBag(
      Tensor index,
      Tensor weight,
      @Nullable Tensor offsets,
      EmbeddingBag.Mode mode,
      @Nullable Tensor perSampleWeights,
      EmbeddingOptions options) {
    if (index.rank() == 2 == (offsets != null) || index.rank() < 1 || index.rank() > 2) {
      throw new ShapeException(
          "embeddingBag: index %s %s offsets; expected [bags, n] without, or [n] with them"
              .formatted(index.shape(), offsets == null ? "without" : "with"));
    }
    if (perSampleWeights != null && mode != EmbeddingBag.Mode.SUM) {
      throw new IllegalArgumentException(
          "embeddingBag: weights of samples go with sums, not with " + mode);
    }
    if (perSampleWeights != null && !perSampleWeights.shape().equals(index.shape())) {
      throw new ShapeException(
          "embeddingBag: weights %s do not fit index %s"
              .formatted(perSampleWeights.shape(), index.shape()));
    }
    int count = index.numel();
    int bags = offsets == null ? index.size(0) : offsets.numel();
    long[] starts = offsets == null ? starts(bags, index.size(1)) : offsets.toLongArray();
    Bags placed = Bags.of(starts, count, index.reshape(-1), options.paddingRow(weight.size(0)));
    Tensor rows = embedding(index.reshape(-1), weight, options.paddingIdx(null));
    if (perSampleWeights != null) {
      rows = rows.mul(perSampleWeights.reshape(-1, 1));
    }
    return placed.reduce(rows, mode);
  }

  private static long[] starts(int bags, int each) {
    long[] starts = new long[bags];
    Arrays.setAll(starts, bag -> (long) bag * each);
    return starts;
  }

  /** Which rows make each bag, those of padding left out. */
  private record Bags(int[][] members) {
    static Bags of(long[] starts, int count, Tensor index, @Nullable Integer padding) {
      long[] chosen = index.toLongArray();
      int[][] members = new int[starts.length][];
      for (int bag = 0; bag < starts.length; bag++) {
        long end = bag + 1 < starts.length ? starts[bag + 1] : count;
        if (starts[bag] < 0 || starts[bag] > end || bag == 0 && starts[0] != 0) {
          throw new ShapeException(
              "embeddingBag: offsets begin with 0, ascend and stay within %d indices; got %s"
                  .formatted(count, Arrays.toString(starts)));
        }
        members[bag] =
            java.util.stream.IntStream.range((int) starts[bag], (int) end)
                .filter(i -> padding == null || chosen[i] != padding)
                .toArray();
      }
      return new Bags(members);
    }

    Tensor reduce(Tensor rows, EmbeddingBag.Mode mode) {
      int width = rows.size(1);
      if (mode == EmbeddingBag.Mode.MAX) {
        var maxima = new java.util.ArrayList<Tensor>();
        for (int[] bag : members) {
          Tensor none = Tensor.zeros(rows.dtype(), Shape.of(width)).to(rows.device());
          Tensor own = rows.indexSelect(0, positions(bag).to(rows.device()));
          maxima.add(bag.length == 0 ? none : own.max(0).values());
        }
        return Tensor.stack(maxima, 0);
      }
      int[] kept = Arrays.stream(members).flatMapToInt(Arrays::stream).toArray();
      long[] bagOf = new long[kept.length];
      double[] counts = new double[members.length];
      int at = 0;
      for (int bag = 0; bag < members.length; bag++) {
        Arrays.fill(bagOf, at, at += members[bag].length, bag);
        counts[bag] = Math.max(1, members[bag].length);
      }
      Tensor zeros = Tensor.zeros(rows.dtype(), Shape.of(members.length, width)).to(rows.device());
      Tensor own = rows.indexSelect(0, positions(kept).to(rows.device()));
      Tensor sums = zeros.indexAdd(0, Tensor.of(bagOf).to(rows.device()), own);
      return mode == EmbeddingBag.Mode.SUM
          ? sums
          : sums.div(Tensor.from(counts, counts.length, 1).to(rows.dtype()).to(rows.device()));
    }

    private static Tensor positions(int[] rows) {
      return Tensor.of(Arrays.stream(rows).asLongStream().toArray());
    }
  }

  /** {@code [*]} of class numbers as {@code [*, classes]} of zeros with a one each, INT64. */
  public static Tensor oneHot(Tensor index, int classes) {
    return index.oneHot(classes);
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
