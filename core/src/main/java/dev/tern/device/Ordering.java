package dev.tern.device;

import dev.tern.shape.DType;
import dev.tern.shape.Shape;
import dev.tern.shape.View;

/**
 * {@link Backend#scan} and {@link Backend#sort} composed of the primitives: what they mean, and
 * what a new device starts from.
 */
final class Ordering {
  /** How many comparisons to hold at a time. */
  private static final int CHUNK = 1 << 20;

  private Ordering() {}

  /** By doubling: after the step of length k each element combines the 2k up to it. */
  static void scan(Backend b, ScanOp op, int outer, int n, int inner, Data x, Data out) {
    b.cast(x, out);
    BinaryOp combine =
        switch (op) {
          case SUM -> BinaryOp.ADD;
          case PROD -> BinaryOp.MUL;
          case MAX -> BinaryOp.MAX;
          case MIN -> BinaryOp.MIN;
        };
    View all = View.dense(Shape.of(outer, n, inner), out.offset());
    for (int shift = 1; shift < n && out.numel() > 0; shift *= 2) {
      View later = all.slice(1, shift, n - shift, 1);
      Data sum = seen(b, out.storage(), later);
      Data earlier = seen(b, out.storage(), all.slice(1, 0, n - shift, 1));
      b.binary(combine, sum, earlier, sum);
      b.write(sum, out.storage(), later);
      b.recycle(sum.storage());
      b.recycle(earlier.storage());
    }
  }

  /** By rank: an element's place is the number of elements that stand before it. */
  static void sort(
      Backend b,
      int outer,
      int n,
      int inner,
      boolean descending,
      Data x,
      Data values,
      Data indices) {
    if (x.numel() == 0) {
      return;
    }
    int rows = outer * inner;
    View turned = View.dense(Shape.of(outer, n, inner), 0).permute(0, 2, 1);
    Data in = seen(b, x.storage(), at(turned, x.offset()));
    Data order = make(b, DType.INT64, Shape.of(rows, n));
    Data sorted = make(b, x.dtype(), Shape.of(rows, n));
    Data position = count(b, n);
    Data zero = count(b, 1);
    int step = Math.max(1, CHUNK / Math.max(1, n * n));
    for (int first = 0; first < rows; first += step) {
      int some = Math.min(step, rows - first);
      Data row = part(in, first, some, n);
      Data to = part(order, first, some, n);
      Data place = ranks(b, descending, row);
      Data start = count(b, some);
      b.affine(start, n, 0, start);
      b.binary(BinaryOp.ADD, place, start.reshape(some, 1), place); // counted through all rows
      b.fill(to, 0);
      Data spread = make(b, DType.INT64, Shape.of(some, n));
      b.binary(BinaryOp.SUB, position.reshape(1, n), zero, spread); // each row 0, 1, 2, ...
      b.indexAdd(1, some * n, 1, spread, place, to);
      b.binary(BinaryOp.ADD, to, start.reshape(some, 1), spread);
      b.indexSelect(1, some * n, 1, row, spread, part(sorted, first, some, n));
    }
    b.write(sorted, values.storage(), at(turned, values.offset()));
    b.write(order, indices.storage(), at(turned, indices.offset()));
  }

  /** How many elements of its row stand before each: strictly before it, or equal and earlier. */
  private static Data ranks(Backend b, boolean descending, Data x) {
    int rows = x.shape().size(0);
    int n = x.shape().size(1);
    Data before = before(b, descending, x); // [rows, j, i]: whether x_j comes before x_i
    Data after = make(b, DType.INT64, before.shape());
    View turned = View.dense(before.shape(), before.offset()).permute(0, 2, 1);
    b.read(before.storage(), turned, after); // whether x_i comes before x_j
    b.affine(after, -1, 1, after);
    Data earlier = make(b, DType.BOOL, Shape.of(n, n));
    Data position = count(b, n);
    b.binary(BinaryOp.LT, position.reshape(n, 1), position.reshape(1, n), earlier);
    b.select(earlier, after, before, before);
    Data rank = make(b, DType.INT64, Shape.of(rows, n));
    b.reduce(ReduceOp.SUM, rows, n, n, before, rank);
    return rank;
  }

  /** NaN counts as larger than every number. */
  private static Data before(Backend b, boolean descending, Data x) {
    int rows = x.shape().size(0);
    int n = x.shape().size(1);
    Shape pairs = Shape.of(rows, n, n);
    Data j = x.reshape(rows, n, 1);
    Data i = x.reshape(rows, 1, n);
    Data strict = make(b, DType.BOOL, pairs);
    b.binary(descending ? BinaryOp.GT : BinaryOp.LT, j, i, strict);
    Data result = whole(b, strict);
    if (x.dtype().isFloatingPoint()) {
      Data nan = make(b, DType.BOOL, Shape.of(rows, n));
      b.binary(BinaryOp.NE, x, x, nan);
      Data is = whole(b, nan);
      Data first = is.reshape(rows, descending ? n : 1, descending ? 1 : n);
      Data second = is.reshape(rows, descending ? 1 : n, descending ? n : 1);
      b.binary(BinaryOp.GT, first, second, strict); // one is NaN, the other is not
      b.binary(BinaryOp.MAX, result, whole(b, strict), result);
    }
    return result;
  }

  private static Data whole(Backend b, Data bools) {
    Data numbers = make(b, DType.INT64, bools.shape());
    b.cast(bools, numbers);
    return numbers;
  }

  private static Data make(Backend b, DType dtype, Shape shape) {
    return new Data(b.allocate(dtype, shape.numel()), 0, shape);
  }

  private static Data seen(Backend b, Storage storage, View view) {
    Data copy = make(b, storage.dtype(), view.shape());
    b.read(storage, view, copy);
    return copy;
  }

  private static View at(View view, int offset) {
    return View.strided(view.shape(), view.strides(), offset);
  }

  private static Data part(Data x, int first, int rows, int n) {
    return new Data(x.storage(), x.offset() + first * n, Shape.of(rows, n));
  }

  private static Data count(Backend b, int n) {
    long[] values = new long[n];
    java.util.Arrays.setAll(values, i -> i);
    Data data = make(b, DType.INT64, Shape.of(n));
    b.upload(values, 0, data);
    return data;
  }
}
