package dev.tern.device;

import dev.tern.shape.Shape;
import dev.tern.shape.View;

/**
 * Average pooling composed of primitives: windows summed and divided by how many elements they
 * have.
 */
final class AveragePool {
  private AveragePool() {}

  static void forward(Backend b, PoolSpec s, Data x, Data y) {
    var windows = Windows.of(s);
    int planes = s.batch() * s.channels();
    Data bordered = windows.withBorder(b, x, planes, 0);
    View view = windows.columns(bordered.offset(), 1, planes);
    Data columns = new Data(b.allocate(x.dtype(), view.shape().numel()), 0, view.shape());
    b.read(bordered.storage(), view, columns);
    Data sums = y.reshape(planes, windows.positions());
    b.reduce(ReduceOp.SUM, planes, windows.taps(), windows.positions(), columns, sums);
    b.binary(BinaryOp.DIV, sums, counts(b, s, y), sums);
    b.recycle(columns.storage());
    if (windows.needsBorder()) {
      b.recycle(bordered.storage());
    }
  }

  /** The adjoint: each window's share goes to each of its elements. */
  static void gradient(Backend b, PoolSpec s, Data dy, Data dx) {
    var windows = Windows.of(s);
    int planes = s.batch() * s.channels();
    int positions = windows.positions();
    Data shares = new Data(b.allocate(dy.dtype(), dy.numel()), 0, Shape.of(planes, positions));
    b.binary(BinaryOp.DIV, dy.reshape(planes, positions), counts(b, s, dy), shares);
    View spread =
        View.strided(Shape.of(planes, windows.taps(), positions), new int[] {positions, 0, 1}, 0);
    Data columns = new Data(b.allocate(dy.dtype(), spread.shape().numel()), 0, spread.shape());
    b.read(shares.storage(), spread, columns);
    Data to = dx;
    if (windows.needsBorder()) {
      to = windows.emptyWithBorder(b, dx, planes, 0);
    } else {
      b.fill(dx, 0);
    }
    View view = windows.columns(to.offset(), 1, planes);
    b.accumulate(new Data(columns.storage(), 0, view.shape()), to.storage(), view);
    if (windows.needsBorder()) {
      b.read(to.storage(), windows.interior(planes), dx);
      b.recycle(to.storage());
    }
    b.recycle(columns.storage());
    b.recycle(shares.storage());
  }

  /** How many elements each window is divided by: those in the input, or in the padded input. */
  private static Data counts(Backend b, PoolSpec s, Data like) {
    int rank = s.rank();
    int positions = Shape.of(s.out()).numel();
    double[] counts = new double[positions];
    for (int p = 0; p < positions; p++) {
      int rest = p;
      double count = 1;
      for (int d = rank - 1; d >= 0; d--) {
        int start = rest % s.out()[d] * s.stride()[d] - s.padding()[d];
        int end = Math.min(start + s.window()[d], s.in()[d] + s.padding()[d]);
        count *= s.countsPadding() ? end - start : Math.min(end, s.in()[d]) - Math.max(start, 0);
        rest /= s.out()[d];
      }
      counts[p] = count;
    }
    Shape shape = Shape.of(1, positions);
    Data exact = new Data(b.allocate(dev.tern.shape.DType.FLOAT64, positions), 0, shape);
    b.upload(counts, 0, exact);
    Data converted = new Data(b.allocate(like.dtype(), positions), 0, shape);
    b.cast(exact, converted);
    return converted;
  }
}
