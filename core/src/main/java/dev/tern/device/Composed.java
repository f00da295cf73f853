package dev.tern.device;

import dev.tern.shape.DType;
import dev.tern.shape.Shape;
import dev.tern.shape.View;
import org.jspecify.annotations.Nullable;

/**
 * The fused operations of {@link Backend}, composed of its primitives: what they mean, and what a
 * new device starts from.
 */
final class Composed {
  /** How many elements of columns or windows to make at a time: they stay in a cache. */
  private static final int CHUNK = 1 << 20;

  private Composed() {}

  /**
   * For each group of channels, {@code weight: [K/G, C/G taps] x columns: [C/G taps, images
   * positions]}, a few images at a time.
   */
  static void conv(Backend b, ConvSpec s, Data x, Data weight, @Nullable Data bias, Data y) {
    if (y.numel() == 0) {
      return;
    }
    var windows = Windows.of(s);
    int step = imagesAtATime(s);
    for (int first = 0; first < s.batch(); first += step) {
      int images = Math.min(step, s.batch() - first);
      Data columns = columns(b, s, windows, x, first, images);
      View place = channelsFirst(s, y, first, images);
      Data product =
          place.isDense()
              ? new Data(y.storage(), place.offset(), place.shape())
              : like(b, y, place.shape());
      b.matmul(
          perGroup(s, outPerGroup(s), images * s.outPositions(), depth(s), false, false),
          weight,
          columns,
          product);
      b.recycle(columns.storage());
      if (!place.isDense()) {
        b.write(product, y.storage(), place);
        b.recycle(product.storage());
      }
    }
    if (bias != null) {
      Data rows = y.reshape(s.batch(), s.outChannels(), s.outPositions());
      b.binary(BinaryOp.ADD, rows, bias.reshape(s.outChannels(), 1), rows);
    }
  }

  /** The adjoint of {@link #conv}: {@code weightᵀ dy}, each column added back where it was read. */
  static void convInputGrad(Backend b, ConvSpec s, Data weight, Data dy, Data dx) {
    if (dx.numel() == 0) {
      return;
    }
    if (dy.numel() == 0) {
      b.fill(dx, 0);
      return;
    }
    var windows = Windows.of(s);
    int step = imagesAtATime(s);
    for (int first = 0; first < s.batch(); first += step) {
      int images = Math.min(step, s.batch() - first);
      int n = images * s.outPositions();
      int planes = images * s.inChannels();
      View from = channelsFirst(s, dy, first, images);
      Data rows = dense(b, dy, from);
      Data columns = like(b, dy, Shape.of(s.inChannels() * s.taps(), n));
      b.matmul(perGroup(s, depth(s), n, outPerGroup(s), true, false), weight, rows, columns);
      if (!from.isDense()) {
        b.recycle(rows.storage());
      }
      Data part = part(dx, first * s.inChannels(), planes, windows.plane());
      Data to = part;
      if (windows.needsBorder()) {
        to = windows.emptyWithBorder(b, dx, planes, 0);
      } else {
        b.fill(part, 0);
      }
      b.accumulate(columns, to.storage(), windows.columns(to.offset(), images, s.inChannels()));
      b.recycle(columns.storage());
      if (windows.needsBorder()) {
        b.read(to.storage(), windows.interior(planes), part);
        b.recycle(to.storage());
      }
    }
  }

  /** {@code dy columnsᵀ}, summed over the images. */
  static void convWeightGrad(Backend b, ConvSpec s, Data x, Data dy, Data dweight) {
    if (dy.numel() == 0) {
      b.fill(dweight, 0);
      return;
    }
    var windows = Windows.of(s);
    int step = imagesAtATime(s);
    for (int first = 0; first < s.batch(); first += step) {
      int images = Math.min(step, s.batch() - first);
      View from = channelsFirst(s, dy, first, images);
      Data rows = dense(b, dy, from);
      Data columns = columns(b, s, windows, x, first, images);
      Data sum = first == 0 ? dweight : like(b, dweight, dweight.shape());
      b.matmul(
          perGroup(s, outPerGroup(s), depth(s), images * s.outPositions(), false, true),
          rows,
          columns,
          sum);
      b.recycle(columns.storage());
      if (!from.isDense()) {
        b.recycle(rows.storage());
      }
      if (first > 0) {
        b.binary(BinaryOp.ADD, dweight, sum, dweight);
        b.recycle(sum.storage());
      }
    }
  }

  private static int imagesAtATime(ConvSpec s) {
    long columns = (long) s.inChannels() * s.taps() * s.outPositions();
    return (int) Math.max(1, Math.min(s.batch(), CHUNK / Math.max(1, columns)));
  }

  /** {@code [C taps, images positions]}: under each output position what its window sees. */
  private static Data columns(
      Backend b, ConvSpec s, Windows windows, Data x, int first, int images) {
    int planes = images * s.inChannels();
    Data part = part(x, first * s.inChannels(), planes, windows.plane());
    Data bordered = windows.withBorder(b, part, planes, 0);
    View view = windows.columns(bordered.offset(), images, s.inChannels());
    Data columns = like(b, x, view.shape());
    b.read(bordered.storage(), view, columns);
    if (windows.needsBorder()) {
      b.recycle(bordered.storage());
    }
    return columns;
  }

  /** Some images of {@code [N, K, positions]}, seen as {@code [K, images, positions]}. */
  private static View channelsFirst(ConvSpec s, Data y, int first, int images) {
    int positions = s.outPositions();
    int image = s.outChannels() * positions;
    return View.strided(
        Shape.of(s.outChannels(), images, positions),
        new int[] {positions, image, 1},
        y.offset() + first * image);
  }

  private static MatmulSpec perGroup(
      ConvSpec s, int m, int n, int k, boolean transposeA, boolean transposeB) {
    return new MatmulSpec(s.groups(), m, n, k, transposeA, transposeB, false, false);
  }

  private static int outPerGroup(ConvSpec s) {
    return s.outChannels() / s.groups();
  }

  private static int depth(ConvSpec s) {
    return s.inChannels() / s.groups() * s.taps();
  }

  /** The largest of each window of the planes put into a border of -inf, some planes at a time. */
  static void maxPool(Backend b, PoolSpec s, Data x, Data y, @Nullable Data indices) {
    eachWindows(
        b,
        s,
        x,
        (first, planes, windows, seen) -> {
          int positions = windows.positions();
          Data largest = part(y, first, planes, positions);
          b.reduce(ReduceOp.MAX, planes, windows.taps(), positions, seen, largest);
          if (indices != null) {
            Data part = part(indices, first, planes, positions);
            largestIndex(b, windows, planes, seen, part);
          }
        });
  }

  /** Each dy is added to the element that its window's maximum was. */
  static void maxPoolGrad(Backend b, PoolSpec s, Data x, Data dy, Data dx) {
    b.fill(dx, 0);
    eachWindows(
        b,
        s,
        x,
        (first, planes, windows, seen) -> {
          int positions = windows.positions();
          int plane = windows.plane();
          Data index = make(b, DType.INT64, Shape.of(planes, positions));
          largestIndex(b, windows, planes, seen, index);
          Data start = count(b, planes, plane);
          b.binary(BinaryOp.ADD, index, start.reshape(planes, 1), index);
          b.recycle(start.storage());
          Data from = part(dy, first, planes, positions);
          b.indexAdd(1, planes * plane, 1, from, index, part(dx, first, planes, plane));
          b.recycle(index.storage());
        });
  }

  private interface WindowsVisitor {
    /** Some planes from {@code first} on, their windows as {@code [planes, taps, positions]}. */
    void visit(int first, int planes, Windows windows, Data seen);
  }

  private static void eachWindows(Backend b, PoolSpec s, Data x, WindowsVisitor visitor) {
    if (s.outputShape().numel() == 0) {
      return;
    }
    var windows = Windows.of(s);
    int all = s.batch() * s.channels();
    int step = Math.max(1, CHUNK / (windows.taps() * windows.positions()));
    for (int first = 0; first < all; first += step) {
      int planes = Math.min(step, all - first);
      Data part = part(x, first, planes, windows.plane());
      Data bordered = windows.withBorder(b, part, planes, Double.NEGATIVE_INFINITY);
      View view = windows.columns(bordered.offset(), 1, planes);
      Data seen = like(b, x, view.shape());
      b.read(bordered.storage(), view, seen);
      if (windows.needsBorder()) {
        b.recycle(bordered.storage());
      }
      visitor.visit(first, planes, windows, seen);
      b.recycle(seen.storage());
    }
  }

  /**
   * Where in its plane the largest element of each window is, by a table over taps and positions.
   */
  private static void largestIndex(
      Backend b, Windows windows, int planes, Data seen, Data indices) {
    int positions = windows.positions();
    Data tap = like(b, indices, Shape.of(planes, positions));
    b.reduce(ReduceOp.ARGMAX, planes, windows.taps(), positions, seen, tap);
    b.affine(tap, positions, 0, tap); // row of the table
    Data column = count(b, positions, 1);
    b.binary(BinaryOp.ADD, tap, column, tap);
    Data table = upload(b, windows.planeIndices());
    b.indexSelect(1, table.numel(), 1, table, tap, indices);
    b.recycle(tap.storage());
    b.recycle(column.storage());
    b.recycle(table.storage());
  }

  /**
   * {@code y = (x - mean) / sqrt(var + eps) weight + bias}, mean and var over images and positions.
   */
  static void batchNorm(
      Backend b,
      NormSpec s,
      Data x,
      @Nullable Data weight,
      @Nullable Data bias,
      Data y,
      Data mean,
      Data var) {
    int c = s.channels();
    double count = (double) s.batch() * s.positions();
    Data input = x.reshape(s.batch(), c, s.positions());
    Data out = y.reshape(s.batch(), c, s.positions());
    channelSum(b, s, input, mean);
    b.affine(mean, 1 / count, 0, mean);
    b.binary(BinaryOp.SUB, input, mean.reshape(c, 1), out);
    Data square = like(b, x, out.shape());
    b.unary(UnaryOp.SQUARE, 0, 0, out, square);
    channelSum(b, s, square, var);
    b.recycle(square.storage());
    b.affine(var, 1 / count, 0, var);
    Data scale = inverseDeviation(b, s, var);
    if (weight != null) {
      b.binary(BinaryOp.MUL, scale, weight.reshape(c, 1), scale);
    }
    b.binary(BinaryOp.MUL, out, scale, out);
    b.recycle(scale.storage());
    if (bias != null) {
      b.binary(BinaryOp.ADD, out, bias.reshape(c, 1), out);
    }
  }

  /**
   * With {@code h = (x - mean) / sqrt(var + eps)}: {@code dbias = sum dy, dweight = sum dy h, dx =
   * weight / sqrt(var + eps) (dy - dbias / n - h dweight / n)}.
   */
  static void batchNormGrad(
      Backend b,
      NormSpec s,
      Data x,
      @Nullable Data weight,
      Data mean,
      Data var,
      Data dy,
      Data dx,
      Data dweight,
      Data dbias) {
    int c = s.channels();
    double count = (double) s.batch() * s.positions();
    Data input = x.reshape(s.batch(), c, s.positions());
    Data gradient = dy.reshape(s.batch(), c, s.positions());
    Data out = dx.reshape(s.batch(), c, s.positions());
    Data scale = inverseDeviation(b, s, var);
    Data h = like(b, x, input.shape());
    b.binary(BinaryOp.SUB, input, mean.reshape(c, 1), h);
    b.binary(BinaryOp.MUL, h, scale, h);
    Data product = like(b, x, input.shape());
    b.binary(BinaryOp.MUL, gradient, h, product);
    channelSum(b, s, product, dweight);
    b.recycle(product.storage());
    channelSum(b, s, gradient, dbias);
    Data share = like(b, x, Shape.of(c, 1));
    b.affine(dweight, 1 / count, 0, share);
    b.binary(BinaryOp.MUL, h, share, h);
    b.binary(BinaryOp.SUB, gradient, h, h);
    b.affine(dbias, 1 / count, 0, share);
    b.binary(BinaryOp.SUB, h, share, h);
    if (weight != null) {
      b.binary(BinaryOp.MUL, scale, weight.reshape(c, 1), scale);
    }
    b.binary(BinaryOp.MUL, h, scale, out);
    b.recycle(h.storage());
    b.recycle(share.storage());
    b.recycle(scale.storage());
  }

  static void track(
      Backend b,
      NormSpec s,
      double momentum,
      Data mean,
      Data var,
      Data runningMean,
      Data runningVar) {
    Data share = like(b, mean, mean.shape());
    b.affine(mean, momentum, -0.0, share);
    blend(b, momentum, share, runningMean);
    b.affine(var, s.unbiased(), -0.0, share);
    b.affine(share, momentum, -0.0, share);
    blend(b, momentum, share, runningVar);
    b.recycle(share.storage());
  }

  private static void blend(Backend b, double momentum, Data share, Data running) {
    b.affine(running, 1 - momentum, -0.0, running);
    b.binary(BinaryOp.ADD, running, share, running);
  }

  /** Sums {@code [N, C, positions]} to {@code [C]}. */
  private static void channelSum(Backend b, NormSpec s, Data x, Data sum) {
    Data rows = like(b, x, Shape.of(s.batch(), s.channels()));
    b.reduce(ReduceOp.SUM, s.batch() * s.channels(), s.positions(), 1, x, rows);
    b.reduce(ReduceOp.SUM, 1, s.batch(), s.channels(), rows, sum);
    b.recycle(rows.storage());
  }

  /** {@code 1 / sqrt(var + eps)} as {@code [C, 1]}. */
  private static Data inverseDeviation(Backend b, NormSpec s, Data var) {
    Data scale = like(b, var, Shape.of(s.channels(), 1));
    b.affine(var, 1, s.eps(), scale);
    b.unary(UnaryOp.RSQRT, 0, 0, scale, scale);
    return scale;
  }

  /** {@code z - log sum exp z} for {@code z = x - max x}, which cannot overflow. */
  static void logSoftmax(Backend b, int outer, int n, int inner, Data x, Data y) {
    if (x.numel() == 0) {
      return;
    }
    Data z = x.reshape(outer, n, inner);
    Data out = y.reshape(outer, n, inner);
    Data total = like(b, x, Shape.of(outer, 1, inner));
    b.reduce(ReduceOp.MAX, outer, n, inner, z, total);
    b.binary(BinaryOp.SUB, z, total, out);
    Data exp = like(b, x, out.shape());
    b.unary(UnaryOp.EXP, 0, 0, out, exp);
    b.reduce(ReduceOp.SUM, outer, n, inner, exp, total);
    b.recycle(exp.storage());
    b.unary(UnaryOp.LOG, 0, 0, total, total);
    b.binary(BinaryOp.SUB, out, total, out);
    b.recycle(total.storage());
  }

  /** {@code dx = dy - exp(y) sum dy}. */
  static void logSoftmaxGrad(Backend b, int outer, int n, int inner, Data y, Data dy, Data dx) {
    if (y.numel() == 0) {
      return;
    }
    Data gradient = dy.reshape(outer, n, inner);
    Data total = like(b, y, Shape.of(outer, 1, inner));
    b.reduce(ReduceOp.SUM, outer, n, inner, gradient, total);
    Data exp = like(b, y, gradient.shape());
    b.unary(UnaryOp.EXP, 0, 0, y.reshape(outer, n, inner), exp);
    b.binary(BinaryOp.MUL, exp, total, exp);
    b.binary(BinaryOp.SUB, gradient, exp, dx.reshape(outer, n, inner));
    b.recycle(exp.storage());
    b.recycle(total.storage());
  }

  private static Data make(Backend b, DType dtype, Shape shape) {
    return new Data(b.allocate(dtype, shape.numel()), 0, shape);
  }

  private static Data like(Backend b, Data x, Shape shape) {
    return make(b, x.dtype(), shape);
  }

  /** What the view sees of x's storage, copied where it is not dense. */
  private static Data dense(Backend b, Data x, View view) {
    if (view.isDense()) {
      return new Data(x.storage(), view.offset(), view.shape());
    }
    Data copy = like(b, x, view.shape());
    b.read(x.storage(), view, copy);
    return copy;
  }

  /** Some planes of a row of them. */
  private static Data part(Data x, int first, int planes, int plane) {
    return new Data(x.storage(), x.offset() + first * plane, Shape.of(planes, plane));
  }

  /** {@code 0, step, 2 step, ...}. */
  private static Data count(Backend b, int n, int step) {
    long[] values = new long[n];
    for (int i = 0; i < n; i++) {
      values[i] = (long) i * step;
    }
    return upload(b, values);
  }

  private static Data upload(Backend b, long[] values) {
    Data data = make(b, DType.INT64, Shape.of(values.length));
    b.upload(values, 0, data);
    return data;
  }
}
