package dev.tern.nn;

import dev.tern.Autograd;
import dev.tern.Tensor;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Rows of tables looked up by number, for {@link F}. */
abstract class TableFunctions {
  TableFunctions() {}

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
            IntStream.range((int) starts[bag], (int) end)
                .filter(i -> padding == null || chosen[i] != padding)
                .toArray();
      }
      return new Bags(members);
    }

    Tensor reduce(Tensor rows, EmbeddingBag.Mode mode) {
      int width = rows.size(1);
      if (mode == EmbeddingBag.Mode.MAX) {
        List<Tensor> maxima = new ArrayList<>();
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

  /** As {@link #oneHot(Tensor, int)}, with as many classes as the largest number asks for. */
  public static Tensor oneHot(Tensor index) {
    return index.oneHot();
  }

  /** {@code [*]} of class numbers as {@code [*, classes]} of zeros with a one each, INT64. */
  public static Tensor oneHot(Tensor index, int classes) {
    return index.oneHot(classes);
  }
}
