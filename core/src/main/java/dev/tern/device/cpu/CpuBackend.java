package dev.tern.device.cpu;

import static dev.tern.device.cpu.Operands.array;
import static dev.tern.device.cpu.Operands.doubles;
import static dev.tern.device.cpu.Operands.floats;
import static dev.tern.device.cpu.Operands.floatsOf;
import static dev.tern.device.cpu.Operands.longs;
import static dev.tern.device.cpu.Operands.narrow;
import static dev.tern.device.cpu.Operands.noHalf;
import static dev.tern.device.cpu.Operands.whole;
import static dev.tern.device.cpu.Operands.wholeResult;

import dev.tern.device.AdamSpec;
import dev.tern.device.Backend;
import dev.tern.device.BinaryOp;
import dev.tern.device.ConvSpec;
import dev.tern.device.Data;
import dev.tern.device.Device;
import dev.tern.device.Draw;
import dev.tern.device.Generator;
import dev.tern.device.MatmulSpec;
import dev.tern.device.NllSpec;
import dev.tern.device.NormSpec;
import dev.tern.device.PoolSpec;
import dev.tern.device.ReduceOp;
import dev.tern.device.ScanOp;
import dev.tern.device.SgdSpec;
import dev.tern.device.Storage;
import dev.tern.device.UnaryOp;
import dev.tern.shape.DType;
import dev.tern.shape.DTypeException;
import dev.tern.shape.View;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The CPU: chooses the kernel by element type. FLOAT32 has fast kernels, FLOAT64 and INT64 plain
 * ones; the other whole numbers are computed as INT64, the 16-bit floats are not computed with at
 * all.
 */
final class CpuBackend implements Backend {
  static final CpuBackend CPU = new CpuBackend();

  /** So many matrix products are given to the threads one by one; of fewer, each is split. */
  private static final int MANY = 8;

  private CpuBackend() {}

  @Override
  public Device device() {
    return Device.CPU;
  }

  @Override
  public Storage allocate(DType dtype, int size) {
    return CpuStorage.allocate(dtype, size);
  }

  @Override
  public void recycle(Storage storage) {
    ((CpuStorage) storage).recycle();
  }

  @Override
  public void setNumThreads(int threads) {
    Team.setThreads(threads);
  }

  @Override
  public int numThreads() {
    return Team.threads();
  }

  @Override
  public void upload(Object array, int from, Data to) {
    Object own = array(to);
    checkArray(array, own, to.dtype());
    System.arraycopy(array, from, own, to.offset(), to.numel());
  }

  @Override
  public void download(Data from, Object array, int to) {
    Object own = array(from);
    checkArray(array, own, from.dtype());
    System.arraycopy(own, from.offset(), array, to, from.numel());
  }

  private static void checkArray(Object given, Object own, DType dtype) {
    if (given.getClass() != own.getClass()) {
      throw new DTypeException(
          "%s is copied to and from %s, got %s"
              .formatted(dtype, own.getClass().getSimpleName(), given.getClass().getSimpleName()));
    }
  }

  @Override
  public void fill(Data out, double value) {
    Casts.fill((CpuStorage) out.storage(), out.offset(), out.numel(), value);
  }

  @Override
  public void cast(Data x, Data out) {
    Casts.cast(x, out);
  }

  @Override
  public void read(Storage from, View view, Data out) {
    Strided.read(((CpuStorage) from).array(), view, array(out), out.offset());
  }

  @Override
  public void write(Data x, Storage to, View view) {
    Strided.write(array(x), x.offset(), ((CpuStorage) to).array(), view);
  }

  @Override
  public void accumulate(Data x, Storage to, View view) {
    noHalf("accumulate", x);
    Strided.accumulate(array(x), x.offset(), ((CpuStorage) to).array(), view);
  }

  @Override
  public void unary(UnaryOp op, double p, double q, Data x, Data out) {
    Unary.apply(op, p, q, x, out);
  }

  @Override
  public void unaryGrad(
      UnaryOp op, double p, double q, @Nullable Data x, @Nullable Data y, Data dy, Data dx) {
    Unary.gradient(op, p, q, x, y, dy, dx);
  }

  @Override
  public void binary(BinaryOp op, Data a, Data b, Data out) {
    Binary.apply(op, a, b, out);
  }

  @Override
  public void affine(Data x, double scale, double shift, Data out) {
    int n = x.numel();
    int xo = x.offset();
    switch (x.dtype()) {
      case FLOAT32 -> {
        float a = (float) scale;
        float b = (float) shift;
        if (Blocked.align(out, x, null)) {
          Float32.affine(Blocked.elements(x), 0, a, b, Blocked.elements(out), 0, n);
        } else {
          Float32.affine(floats(x), xo, a, b, floats(out), out.offset(), n);
        }
      }
      case FLOAT64 -> Float64.affine(doubles(x), xo, scale, shift, doubles(out), out.offset(), n);
      default -> {
        Data wide = whole("scaling", x);
        Data result = wholeResult(out);
        Int64.affine(longs(wide), wide.offset(), scale, shift, longs(result), result.offset(), n);
        narrow(result, out);
      }
    }
  }

  @Override
  public void select(Data condition, Data a, Data b, Data out) {
    if (condition.dtype() != DType.BOOL) {
      throw new DTypeException("where: the condition must be BOOL, got " + condition.dtype());
    }
    Select.select(condition, a, b, out);
  }

  @Override
  public void reduce(ReduceOp op, int outer, int n, int inner, Data x, Data out) {
    if (!isFast(x) || !BlockedOps.reduce(op, outer, n, inner, x, out)) {
      Reduce.apply(op, outer, n, inner, x, out);
    }
  }

  @Override
  public void matmul(MatmulSpec s, Data a, Data b, Data out) {
    switch (a.dtype()) {
      case FLOAT32 -> {
        boolean many = s.batch() >= MANY && (long) s.batch() * s.m() * s.n() * s.k() > 1 << 18;
        IntConsumer product = i -> product(s, i, a, b, out);
        if (many) {
          Team.run(s.batch(), product);
        } else {
          IntStream.range(0, s.batch()).forEach(product);
        }
      }
      case FLOAT64 ->
          Float64.matmul(
              s, doubles(a), a.offset(), doubles(b), b.offset(), doubles(out), out.offset());
      default -> {
        Data x = whole("matmul", a);
        Data y = whole("matmul", b);
        Data result = wholeResult(out);
        Int64.matmul(s, longs(x), x.offset(), longs(y), y.offset(), longs(result), result.offset());
        narrow(result, out);
      }
    }
  }

  private static void product(MatmulSpec s, int i, Data a, Data b, Data out) {
    Gemm.sgemm(
        s.transposeA(),
        s.transposeB(),
        s.m(),
        s.n(),
        s.k(),
        floats(a),
        a.offset() + (s.sharedA() ? 0 : i * s.m() * s.k()),
        floats(b),
        b.offset() + (s.sharedB() ? 0 : i * s.k() * s.n()),
        floats(out),
        out.offset() + i * s.m() * s.n(),
        false);
  }

  @Override
  public void indexSelect(int outer, int n, int inner, Data x, Data index, Data out) {
    long[] at = longs(index);
    int count = index.numel();
    Indexing.check(at, index.offset(), count, n);
    Indexing.select(
        outer, n, inner, array(x), x.offset(), at, index.offset(), count, array(out), out.offset());
  }

  @Override
  public void indexAdd(int outer, int n, int inner, Data x, Data index, Data to) {
    noHalf("indexAdd", x);
    long[] at = longs(index);
    int count = index.numel();
    Indexing.check(at, index.offset(), count, n);
    Indexing.add(
        outer, n, inner, array(x), x.offset(), at, index.offset(), count, array(to), to.offset());
  }

  @Override
  public void random(Draw draw, Generator generator, double a, double b, Data out) {
    Noise.draw(draw, generator, a, b, out);
  }

  @Override
  public void conv(ConvSpec spec, Data x, Data weight, @Nullable Data bias, Data y) {
    if (!isFast(x) || !Convolutions.forward(spec, x, weight, bias, y)) {
      Backend.super.conv(spec, x, weight, bias, y);
    }
  }

  @Override
  public void convInputGrad(ConvSpec spec, Data weight, Data dy, Data dx) {
    if (!isFast(dy) || !Convolutions.inputGrad(spec, weight, dy, dx)) {
      Backend.super.convInputGrad(spec, weight, dy, dx);
    }
  }

  @Override
  public boolean addConvInputGrad(ConvSpec spec, Data weight, Data dy, Data dx) {
    return isFast(dy) && BlockedConv.addInputGrad(spec, weight, dy, dx);
  }

  @Override
  public void convWeightGrad(ConvSpec spec, Data x, Data dy, Data dweight) {
    if (!isFast(x) || !Convolutions.weightGrad(spec, x, dy, dweight)) {
      Backend.super.convWeightGrad(spec, x, dy, dweight);
    }
  }

  @Override
  public void maxPool(PoolSpec spec, Data x, Data y, @Nullable Data indices) {
    if (!isFast(x) || !Pool.fits(spec)) {
      Backend.super.maxPool(spec, x, y, indices);
    } else if (spec.isPlain2x2() && indices == null) {
      Pool2x2.forward(spec, x, y);
    } else {
      long[] at = indices == null ? null : longs(indices);
      int io = indices == null ? 0 : indices.offset();
      Pool.max(spec, floats(x), x.offset(), floats(y), y.offset(), at, io);
    }
  }

  @Override
  public void maxPoolGrad(PoolSpec spec, Data x, Data dy, Data dx) {
    if (!isFast(x) || !Pool.fits(spec)) {
      Backend.super.maxPoolGrad(spec, x, dy, dx);
    } else if (spec.isPlain2x2()) {
      Pool2x2.grad(spec, x, dy, dx);
    } else {
      Pool.maxGrad(spec, floats(x), x.offset(), floats(dy), dy.offset(), floats(dx), dx.offset());
    }
  }

  @Override
  public void avgPool(PoolSpec spec, Data x, Data y) {
    if (isFast(x) && Pool.fits(spec)) {
      Pool.mean(spec, floats(x), x.offset(), floats(y), y.offset());
    } else {
      Backend.super.avgPool(spec, x, y);
    }
  }

  @Override
  public void avgPoolGrad(PoolSpec spec, Data dy, Data dx) {
    if (isFast(dy) && Pool.fits(spec)) {
      Pool.meanGrad(spec, floats(dy), dy.offset(), floats(dx), dx.offset());
    } else {
      Backend.super.avgPoolGrad(spec, dy, dx);
    }
  }

  @Override
  public void batchNorm(
      NormSpec s, Data x, @Nullable Data weight, @Nullable Data bias, Data y, Data mean, Data var) {
    if (!isFast(x)) {
      Backend.super.batchNorm(s, x, weight, bias, y, mean, var);
      return;
    }
    if (BlockedNorm.forward(s, x, weight, bias, y, mean, var)) {
      return;
    }
    Norm.forward(
        s.batch(),
        s.channels(),
        s.positions(),
        s.eps(),
        floats(x),
        x.offset(),
        floatsOf(weight),
        weight == null ? 0 : weight.offset(),
        floatsOf(bias),
        bias == null ? 0 : bias.offset(),
        floats(y),
        y.offset(),
        floats(mean),
        mean.offset(),
        floats(var),
        var.offset());
  }

  @Override
  public void batchNormGrad(
      NormSpec s,
      Data x,
      @Nullable Data weight,
      Data mean,
      Data var,
      Data dy,
      Data dx,
      Data dweight,
      Data dbias) {
    if (!isFast(x)) {
      Backend.super.batchNormGrad(s, x, weight, mean, var, dy, dx, dweight, dbias);
      return;
    }
    if (BlockedNorm.grad(s, x, weight, mean, var, dy, dx, dweight, dbias)) {
      return;
    }
    Norm.grad(
        s.batch(),
        s.channels(),
        s.positions(),
        s.eps(),
        floats(x),
        x.offset(),
        floatsOf(weight),
        weight == null ? 0 : weight.offset(),
        floats(mean),
        mean.offset(),
        floats(var),
        var.offset(),
        floats(dy),
        dy.offset(),
        floats(dx),
        dx.offset(),
        floats(dweight),
        dweight.offset(),
        floats(dbias),
        dbias.offset());
  }

  @Override
  public void logSoftmax(int outer, int n, int inner, Data x, Data y) {
    if (isFast(x) && inner == 1) {
      LogSoftmax.forward(outer, n, floats(x), x.offset(), floats(y), y.offset());
    } else {
      Backend.super.logSoftmax(outer, n, inner, x, y);
    }
  }

  @Override
  public void logSoftmaxGrad(int outer, int n, int inner, Data y, Data dy, Data dx) {
    if (isFast(y) && inner == 1) {
      LogSoftmax.grad(
          outer, n, floats(y), y.offset(), floats(dy), dy.offset(), floats(dx), dx.offset());
    } else {
      Backend.super.logSoftmaxGrad(outer, n, inner, y, dy, dx);
    }
  }

  @Override
  public boolean nll(
      NllSpec spec, Data x, Data target, @Nullable Data weight, Data losses, Data counts) {
    return isFast(x)
        ? Nll.forward(spec, x, target, weight, losses, counts)
        : Backend.super.nll(spec, x, target, weight, losses, counts);
  }

  @Override
  public void nllGrad(NllSpec spec, Data target, Data counts, Data dy, Data dx) {
    if (isFast(dx)) {
      Nll.grad(spec, target, counts, dy, dx);
    } else {
      Backend.super.nllGrad(spec, target, counts, dy, dx);
    }
  }

  @Override
  public void sgd(SgdSpec spec, Data[] parameters, Data[] gradients, Data @Nullable [] velocities) {
    if (parameters.length > 0 && !isFast(parameters[0])) {
      Backend.super.sgd(spec, parameters, gradients, velocities);
      return;
    }
    for (int i = 0; i < parameters.length; i++) {
      Data p = parameters[i];
      Data g = gradients[i];
      Data v = velocities == null ? null : velocities[i];
      int vo = v == null ? 0 : v.offset();
      Float32.chunks(
          p.numel(),
          (from, count) ->
              Sgd.step(
                  spec,
                  floats(p),
                  p.offset() + from,
                  floats(g),
                  g.offset() + from,
                  floatsOf(v),
                  vo + from,
                  count));
    }
  }

  @Override
  public void adam(
      AdamSpec spec,
      Data[] parameters,
      Data[] gradients,
      Data[] firstMoments,
      Data[] secondMoments,
      Data @Nullable [] maxSecondMoments) {
    if (parameters.length > 0 && !isFast(parameters[0])) {
      Backend.super.adam(
          spec, parameters, gradients, firstMoments, secondMoments, maxSecondMoments);
      return;
    }
    for (int i = 0; i < parameters.length; i++) {
      Data p = parameters[i];
      Data g = gradients[i];
      Data m = firstMoments[i];
      Data v = secondMoments[i];
      Data largest = maxSecondMoments == null ? null : maxSecondMoments[i];
      int lo = largest == null ? 0 : largest.offset();
      Float32.chunks(
          p.numel(),
          (from, count) ->
              AdamStep.run(
                  spec,
                  floats(p),
                  p.offset() + from,
                  floats(g),
                  g.offset() + from,
                  floats(m),
                  m.offset() + from,
                  floats(v),
                  v.offset() + from,
                  floatsOf(largest),
                  lo + from,
                  count));
    }
  }

  @Override
  public void scan(ScanOp op, int outer, int n, int inner, Data x, Data out) {
    Scan.apply(op, outer, n, inner, x, out);
  }

  @Override
  public void sort(
      int outer, int n, int inner, boolean descending, Data x, Data values, Data indices) {
    Sort.apply(outer, n, inner, descending, x, values, indices);
  }

  private static boolean isFast(Data x) {
    return x.dtype() == DType.FLOAT32;
  }
}
