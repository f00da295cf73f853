package dev.tern.device.cuda;

import dev.tern.device.AdamSpec;
import dev.tern.device.Backend;
import dev.tern.device.BinaryOp;
import dev.tern.device.ConvSpec;
import dev.tern.device.CudaGraph;
import dev.tern.device.Data;
import dev.tern.device.Device;
import dev.tern.device.Draw;
import dev.tern.device.Generator;
import dev.tern.device.IndexRange;
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
import dev.tern.shape.DeviceException;
import dev.tern.shape.View;
import org.jspecify.annotations.Nullable;

/**
 * One GPU: hands each operation to the class that launches its kernels. All work of a device runs
 * in one order, whichever thread gave it; results repeat bit for bit on the same GPU.
 *
 * <p>An index out of range and a whole number divided by zero are found by kernels, which touch
 * nothing then; they are thrown by the next {@link #download} or {@link #synchronize}.
 */
final class CudaBackend implements Backend {
  private final CudaDevice device;
  private final Faults faults;
  private final Pointwise pointwise;
  private final Strided strided;
  private final Reduce reduce;
  private final Matmul matmul;
  private final Index index;
  private final Noise noise;
  private final Conv conv;
  private final Pool pool;
  private final Norm norm;
  private final Likelihood likelihood;
  private final Steps steps;
  private final Scan scan;
  private final Sort sort;

  CudaBackend(CudaDevice device) {
    this.device = device;
    Libraries libraries = device.openLibraries();
    faults = new Faults(device);
    pointwise = new Pointwise(device, this, faults);
    strided = new Strided(device);
    reduce = new Reduce(device, this);
    matmul = new Matmul(device, this, libraries.blas());
    index = new Index(device, faults);
    noise = new Noise(device, this);
    conv = new Conv(device, this, libraries.dnn());
    pool = new Pool(device);
    norm = new Norm(device);
    likelihood = new Likelihood(device, faults);
    steps = new Steps(device);
    scan = new Scan(device, this);
    sort = new Sort(device, this);
  }

  @Override
  public Device device() {
    return device.device();
  }

  @Override
  public Storage allocate(DType dtype, int size) {
    return device.allocate(dtype, size);
  }

  @Override
  public void recycle(Storage storage) {
    ((CudaStorage) storage).recycle();
  }

  @Override
  public void upload(Object array, int from, Data to) {
    checkArray(array, to.dtype());
    if (to.numel() > 0) {
      device.upload(array, from, to);
    }
  }

  @Override
  public void download(Data from, Object array, int to) {
    checkArray(array, from.dtype());
    if (from.numel() > 0) {
      device.download(from, array, to);
    }
    faults.check();
  }

  private static void checkArray(Object array, DType dtype) {
    String expected =
        switch (dtype) {
          case FLOAT32 -> "float[]";
          case FLOAT64 -> "double[]";
          case INT64 -> "long[]";
          case INT32 -> "int[]";
          case INT16, FLOAT16, BFLOAT16 -> "short[]";
          case INT8, UINT8, BOOL -> "byte[]";
        };
    String given = array.getClass().getSimpleName();
    if (!given.equals(expected)) {
      throw new DTypeException(
          "%s is copied to and from %s, got %s".formatted(dtype, expected, given));
    }
  }

  @Override
  public void synchronize() {
    device.synchronize();
    faults.check();
  }

  @Override
  public String memorySummary() {
    return device.memory().summary();
  }

  @Override
  public void emptyCache() {
    device.synchronize();
    device.memory().trim();
  }

  @Override
  public CudaGraph capture(Runnable work) {
    return device.capture(work);
  }

  /** A replayed graph may find what its kernels were captured to look for. */
  void replayed() {
    faults.mayRecur();
  }

  @Override
  public void allowTf32(boolean allow) {
    if (allow && device.capability() < 80) {
      throw new DeviceException(
          "%s (%s) has no TF32 tensor cores; they came with compute capability 8.0, leave it off"
              .formatted(device, device.describe()));
    }
    matmul.allowTf32(allow);
    conv.allowTf32(allow);
  }

  @Override
  public void fill(Data out, double value) {
    Launch launch = device.kernel("fill").args();
    Elements.run(
        launch.arg(out.dtype().ordinal()).arg(value).arg(out).arg(out.numel()), out.numel());
  }

  @Override
  public void cast(Data x, Data out) {
    if (x.numel() == 0) {
      return;
    }
    if (x.dtype() == out.dtype()) {
      device.copy(x, out);
      return;
    }
    Launch launch = device.kernel("cast").args();
    launch.arg(x.dtype().ordinal()).arg(out.dtype().ordinal()).arg(x).arg(out).arg(x.numel());
    Elements.run(launch, x.numel());
  }

  @Override
  public void read(Storage from, View view, Data out) {
    strided.read(from, view, out);
  }

  @Override
  public void write(Data x, Storage to, View view) {
    strided.write(x, to, view);
  }

  @Override
  public void accumulate(Data x, Storage to, View view) {
    strided.accumulate(x, to, view);
  }

  @Override
  public void unary(UnaryOp op, double p, double q, Data x, Data out) {
    pointwise.unary(op, p, q, x, out);
  }

  @Override
  public void unaryGrad(
      UnaryOp op, double p, double q, @Nullable Data x, @Nullable Data y, Data dy, Data dx) {
    pointwise.unaryGrad(op, p, q, x, y, dy, dx);
  }

  @Override
  public void binary(BinaryOp op, Data a, Data b, Data out) {
    pointwise.binary(op, a, b, out);
  }

  @Override
  public void affine(Data x, double scale, double shift, Data out) {
    pointwise.affine(x, scale, shift, out);
  }

  @Override
  public void select(Data condition, Data a, Data b, Data out) {
    pointwise.select(condition, a, b, out);
  }

  @Override
  public void reduce(ReduceOp op, int outer, int n, int inner, Data x, Data out) {
    reduce.apply(op, outer, n, inner, x, out);
  }

  @Override
  public void matmul(MatmulSpec spec, Data a, Data b, Data out) {
    matmul.apply(spec, a, b, out);
  }

  @Override
  public void indexSelect(int outer, int n, int inner, Data x, Data index, Data out) {
    this.index.select(outer, n, inner, x, index, out);
  }

  @Override
  public void places(IndexRange range, View view, int step, Data index, Data out) {
    this.index.places(range, view, step, index, out);
  }

  @Override
  public void latest(Data places, Data origins) {
    index.latest(places, origins);
  }

  @Override
  public void indexAdd(int outer, int n, int inner, Data x, Data index, Data to) {
    this.index.add(outer, n, inner, x, index, to);
  }

  @Override
  public void random(Draw draw, Generator generator, double a, double b, Data out) {
    noise.draw(draw, generator, a, b, out);
  }

  @Override
  public void conv(ConvSpec spec, Data x, Data weight, @Nullable Data bias, Data y) {
    conv.forward(spec, x, weight, bias, y);
  }

  @Override
  public void convInputGrad(ConvSpec spec, Data weight, Data dy, Data dx) {
    conv.inputGrad(spec, weight, dy, dx);
  }

  @Override
  public void convWeightGrad(ConvSpec spec, Data x, Data dy, Data dweight) {
    conv.weightGrad(spec, x, dy, dweight);
  }

  @Override
  public void maxPool(PoolSpec spec, Data x, Data y, @Nullable Data indices) {
    pool.max(spec, x, y, indices);
  }

  @Override
  public void maxPoolGrad(PoolSpec spec, Data x, Data dy, Data dx) {
    pool.maxGrad(spec, x, dy, dx);
  }

  @Override
  public void avgPool(PoolSpec spec, Data x, Data y) {
    pool.avg(spec, x, y);
  }

  @Override
  public void avgPoolGrad(PoolSpec spec, Data dy, Data dx) {
    pool.avgGrad(spec, dy, dx);
  }

  @Override
  public void batchNorm(
      NormSpec spec,
      Data x,
      @Nullable Data weight,
      @Nullable Data bias,
      Data y,
      Data mean,
      Data var) {
    if (x.numel() == 0) {
      Backend.super.batchNorm(spec, x, weight, bias, y, mean, var);
      return;
    }
    norm.forward(spec, x, weight, bias, y, mean, var);
  }

  @Override
  public void track(
      NormSpec spec, double momentum, Data mean, Data var, Data runningMean, Data runningVar) {
    norm.track(spec, momentum, mean, var, runningMean, runningVar);
  }

  @Override
  public void batchNormGrad(
      NormSpec spec,
      Data x,
      @Nullable Data weight,
      Data mean,
      Data var,
      Data dy,
      Data dx,
      Data dweight,
      Data dbias) {
    if (x.numel() == 0) {
      Backend.super.batchNormGrad(spec, x, weight, mean, var, dy, dx, dweight, dbias);
      return;
    }
    norm.grad(spec, x, weight, mean, var, dy, dx, dweight, dbias);
  }

  @Override
  public void logSoftmax(int outer, int n, int inner, Data x, Data y) {
    likelihood.logSoftmax(outer, n, inner, x, y);
  }

  @Override
  public void logSoftmaxGrad(int outer, int n, int inner, Data y, Data dy, Data dx) {
    likelihood.logSoftmaxGrad(outer, n, inner, y, dy, dx);
  }

  /** True: nobody waits to see whether a label is the ignored one. */
  @Override
  public boolean nll(
      NllSpec spec, Data x, Data target, @Nullable Data weight, Data losses, Data counts) {
    likelihood.nll(spec, x, target, weight, losses, counts);
    return true;
  }

  @Override
  public void nllGrad(NllSpec spec, Data target, Data counts, Data dy, Data dx) {
    likelihood.nllGrad(spec, target, counts, dy, dx);
  }

  @Override
  public void sgd(SgdSpec spec, Data[] parameters, Data[] gradients, Data @Nullable [] velocities) {
    steps.sgd(spec, parameters, gradients, velocities);
  }

  @Override
  public void adam(
      AdamSpec spec,
      Data[] parameters,
      Data[] gradients,
      Data[] firstMoments,
      Data[] secondMoments,
      Data @Nullable [] maxSecondMoments) {
    device.expectNoCapture("Adam's step, whose bias correction changes with each,");
    steps.adam(spec, parameters, gradients, firstMoments, secondMoments, maxSecondMoments);
  }

  @Override
  public void scan(ScanOp op, int outer, int n, int inner, Data x, Data out) {
    scan.apply(op, outer, n, inner, x, out);
  }

  @Override
  public void sort(
      int outer, int n, int inner, boolean descending, Data x, Data values, Data indices) {
    sort.apply(outer, n, inner, descending, x, values, indices);
  }
}
