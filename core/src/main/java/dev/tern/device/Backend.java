package dev.tern.device;

import dev.tern.shape.DType;
import dev.tern.shape.DeviceException;
import dev.tern.shape.View;
import org.jspecify.annotations.Nullable;

/**
 * What a device must be able to do. Every kernel reads dense {@link Data} and writes the one it is
 * given for its result, each element of it; input and result may be the same data in the pointwise
 * ones. Work may still be under way when a method returns; {@link #download} and {@link
 * #synchronize} wait.
 *
 * <p>The methods from {@link #conv} on have bodies composed of the others (in {@code Composed}): a
 * new device overrides them where speed pays.
 */
public interface Backend {
  /** The device it serves. */
  Device device();

  /** Memory for {@code size} elements; what is in it is not defined. */
  Storage allocate(DType dtype, int size);

  /**
   * Takes back memory that nothing refers to any more, to be handed out again; the engine calls it
   * only for what it alone holds.
   */
  default void recycle(Storage storage) {}

  /**
   * Copies from the Java heap.
   *
   * @param array {@code float[]}, {@code double[]}, {@code short[]} (16-bit types), {@code long[]},
   *     {@code int[]} or {@code byte[]} (8-bit types), as the element type asks
   */
  void upload(Object array, int from, Data to);

  /** Copies to the Java heap; the array as for {@link #upload}. */
  void download(Data from, Object array, int to);

  /** Waits until all work given to the device is done. */
  default void synchronize() {}

  /** In one line, what memory is in use, kept for later and free; empty where that is the JVM's. */
  default String memorySummary() {
    return "";
  }

  /** Gives back the memory that is kept for later. */
  default void emptyCache() {}

  /**
   * Captures work to be replayed, see {@link Cuda#graph}.
   *
   * @throws DeviceException if the device cannot
   */
  default CudaGraph capture(Runnable work) {
    throw new DeviceException(device() + " captures no graphs; run the work itself");
  }

  /**
   * Whether products may be rounded, see {@link Cuda#allowTf32}.
   *
   * @throws DeviceException if the device cannot
   */
  default void allowTf32(boolean allow) {
    if (allow) {
      throw new DeviceException(device() + " has no TF32 tensor cores; leave it off");
    }
  }

  /** Sets every element. */
  void fill(Data out, double value);

  /**
   * Converts between element types, as PyTorch's {@code to(dtype)}: towards zero to whole numbers.
   */
  void cast(Data x, Data out);

  /** Makes what a view sees dense. */
  void read(Storage from, View view, Data out);

  /** Writes dense elements where a view sees them. */
  void write(Data x, Storage to, View view);

  /**
   * The adjoint of {@link #read}: adds dense elements where a view sees them, which may overlap.
   */
  void accumulate(Data x, Storage to, View view);

  /** {@code out = op(x)}; p and q as {@link UnaryOp} says. */
  void unary(UnaryOp op, double p, double q, Data x, Data out);

  /**
   * {@code dx = op'(x) dy}; x or y is null where {@link UnaryOp} says that it is not read; dx may
   * be dy.
   */
  void unaryGrad(
      UnaryOp op, double p, double q, @Nullable Data x, @Nullable Data y, Data dy, Data dx);

  /** {@code out = op(a, b)}, each broadcast to the result's shape. */
  void binary(BinaryOp op, Data a, Data b, Data out);

  /**
   * {@code out = scale x + shift}, as one operation without rounding between where the device can.
   */
  void affine(Data x, double scale, double shift, Data out);

  /**
   * {@code out = condition ? a : b}, each broadcast to the result's shape; the condition is BOOL.
   */
  void select(Data condition, Data a, Data b, Data out);

  /** Reduces the middle of {@code x: [outer, n, inner]} to {@code out: [outer, inner]}. */
  void reduce(ReduceOp op, int outer, int n, int inner, Data x, Data out);

  /** A batch of matrix products. */
  void matmul(MatmulSpec spec, Data a, Data b, Data out);

  /**
   * {@code out[o, i, :] = x[o, index[i], :]} for {@code x: [outer, n, inner]}, index INT64.
   *
   * @throws dev.tern.shape.ShapeException if an index is below 0 or not below n
   */
  void indexSelect(int outer, int n, int inner, Data x, Data index, Data out);

  /**
   * {@code to[o, index[i], :] += x[o, i, :]} for {@code to: [outer, n, inner]}, in a fixed order.
   */
  void indexAdd(int outer, int n, int inner, Data x, Data index, Data to);

  /** Fills with random numbers; a and b as {@link Draw} says. */
  void random(Draw draw, Generator generator, double a, double b, Data out);

  /** How many threads the kernels may use. */
  default void setNumThreads(int threads) {}

  /** How many threads the kernels use. */
  default int numThreads() {
    return 1;
  }

  /** {@code y = x * weight + bias}, see {@link ConvSpec}. */
  default void conv(ConvSpec spec, Data x, Data weight, @Nullable Data bias, Data y) {
    Composed.conv(this, spec, x, weight, bias, y);
  }

  /** The gradient of a convolution for its input. */
  default void convInputGrad(ConvSpec spec, Data weight, Data dy, Data dx) {
    Composed.convInputGrad(this, spec, weight, dy, dx);
  }

  /**
   * Adds the gradient of a convolution for its input to what is in {@code dx}, in one pass.
   *
   * @return false, with nothing changed, if there is no such kernel
   */
  default boolean addConvInputGrad(ConvSpec spec, Data weight, Data dy, Data dx) {
    return false;
  }

  /** The gradient of a convolution for its weight. */
  default void convWeightGrad(ConvSpec spec, Data x, Data dy, Data dweight) {
    Composed.convWeightGrad(this, spec, x, dy, dweight);
  }

  /**
   * The largest element of each window; NaN if there is one.
   *
   * @param indices where it is in its channel's plane (the first, if several), INT64, or null
   */
  default void maxPool(PoolSpec spec, Data x, Data y, @Nullable Data indices) {
    Composed.maxPool(this, spec, x, y, indices);
  }

  /** The gradient of {@link #maxPool}: each window's goes to its first largest element. */
  default void maxPoolGrad(PoolSpec spec, Data x, Data dy, Data dx) {
    Composed.maxPoolGrad(this, spec, x, dy, dx);
  }

  /** The mean of each window; padding counts as zeros or not at all, as the spec says. */
  default void avgPool(PoolSpec spec, Data x, Data y) {
    AveragePool.forward(this, spec, x, y);
  }

  /** The gradient of {@link #avgPool}: each window's is spread evenly over its elements. */
  default void avgPoolGrad(PoolSpec spec, Data dy, Data dx) {
    AveragePool.gradient(this, spec, dy, dx);
  }

  /**
   * Batch normalisation by the batch's own statistics: {@code y = (x - mean) / sqrt(var + eps)
   * weight + bias}.
   *
   * @param mean receives each channel's mean
   * @param var receives each channel's variance (by n, not n - 1)
   */
  default void batchNorm(
      NormSpec spec,
      Data x,
      @Nullable Data weight,
      @Nullable Data bias,
      Data y,
      Data mean,
      Data var) {
    Composed.batchNorm(this, spec, x, weight, bias, y, mean, var);
  }

  /**
   * Takes running estimates towards what {@link #batchNorm} found, the variance unbiased: {@code
   * running = (1 - momentum) running + momentum latest}.
   */
  default void track(
      NormSpec spec, double momentum, Data mean, Data var, Data runningMean, Data runningVar) {
    Composed.track(this, spec, momentum, mean, var, runningMean, runningVar);
  }

  /** The gradients of {@link #batchNorm}, all at once; dx may be dy. */
  default void batchNormGrad(
      NormSpec spec,
      Data x,
      @Nullable Data weight,
      Data mean,
      Data var,
      Data dy,
      Data dx,
      Data dweight,
      Data dbias) {
    Composed.batchNormGrad(this, spec, x, weight, mean, var, dy, dx, dweight, dbias);
  }

  /** {@code y = x - log sum exp x} over the middle of {@code [outer, n, inner]}. */
  default void logSoftmax(int outer, int n, int inner, Data x, Data y) {
    Composed.logSoftmax(this, outer, n, inner, x, y);
  }

  /** {@code dx = dy - exp(y) sum dy}: the gradient of {@link #logSoftmax}; dx may be dy. */
  default void logSoftmaxGrad(int outer, int n, int inner, Data y, Data dy, Data dx) {
    Composed.logSoftmaxGrad(this, outer, n, inner, y, dy, dx);
  }

  /**
   * One step of {@link SgdSpec} on each of several parameters, which are of one element type and
   * change in place.
   *
   * @param gradients one for each parameter, of its shape and type
   * @param velocities likewise, updated in place; null without momentum
   */
  default void sgd(
      SgdSpec spec, Data[] parameters, Data[] gradients, Data @Nullable [] velocities) {
    for (int i = 0; i < parameters.length; i++) {
      ComposedSteps.sgd(
          this, spec, parameters[i], gradients[i], velocities == null ? null : velocities[i]);
    }
  }

  /**
   * One step of {@link AdamSpec} on each of several parameters, which are of one element type and
   * change in place.
   *
   * @param gradients one for each parameter, of its shape and type
   * @param firstMoments likewise, updated in place
   * @param secondMoments likewise, updated in place
   * @param maxSecondMoments likewise, updated in place; null without AMSGrad
   */
  default void adam(
      AdamSpec spec,
      Data[] parameters,
      Data[] gradients,
      Data[] firstMoments,
      Data[] secondMoments,
      Data @Nullable [] maxSecondMoments) {
    for (int i = 0; i < parameters.length; i++) {
      ComposedSteps.adam(
          this,
          spec,
          parameters[i],
          gradients[i],
          firstMoments[i],
          secondMoments[i],
          maxSecondMoments == null ? null : maxSecondMoments[i]);
    }
  }

  /**
   * The negative log-likelihood: {@code losses[o, i] = -weight[t] x[o, t, i]} for the label {@code
   * t = target[o, i]}, and {@code counts[o, i] = weight[t]}; both 0 where the label is the ignored
   * one.
   *
   * @param x log-probabilities
   * @param weight one for each class; null: 1 each
   * @return whether a count may be other than 1
   * @throws dev.tern.shape.ShapeException for a label that is no class; where the device works on
   *     while the host does, the next {@link #download} or {@link #synchronize} throws it
   */
  default boolean nll(
      NllSpec spec, Data x, Data target, @Nullable Data weight, Data losses, Data counts) {
    return ComposedLoss.nll(this, spec, x, target, weight, losses, counts);
  }

  /** The gradient of {@link #nll} for x, where it left these counts. */
  default void nllGrad(NllSpec spec, Data target, Data counts, Data dy, Data dx) {
    ComposedLoss.nllGrad(this, spec, target, counts, dy, dx);
  }

  /**
   * Where indexed elements lie: {@code out[i] = (where the view sees i) + step index[i]}, INT64.
   *
   * @throws dev.tern.shape.ShapeException for an index out of range, when {@link #nll} does
   */
  default void places(IndexRange range, View view, int step, Data index, Data out) {
    ComposedIndexing.places(this, range, view, step, index, out);
  }

  /** The last i of each place, {@code places[i] = place}, all in range; -1 where there is none. */
  default void latest(Data places, Data origins) {
    ComposedIndexing.latest(this, places, origins);
  }

  /**
   * Accumulates along the middle of {@code x: [outer, n, inner]}: {@code out[o, i, :] = op(out[o, i
   * - 1, :], x[o, i, :])}.
   *
   * @param out of x's type, or INT64 for smaller whole numbers
   */
  default void scan(ScanOp op, int outer, int n, int inner, Data x, Data out) {
    Ordering.scan(this, op, outer, n, inner, x, out);
  }

  /**
   * Sorts the middle of {@code x: [outer, n, inner]}; equal elements stay in their order, NaN
   * counts as larger than every number.
   *
   * @param values receives the elements in order
   * @param indices receives where they were, INT64
   */
  default void sort(
      int outer, int n, int inner, boolean descending, Data x, Data values, Data indices) {
    Ordering.sort(this, outer, n, inner, descending, x, values, indices);
  }
}
