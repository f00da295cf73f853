package dev.tern;

import dev.tern.device.Backend;
import dev.tern.device.Backends;
import dev.tern.device.Data;
import dev.tern.device.Device;
import dev.tern.device.Storage;
import dev.tern.shape.AutogradException;
import dev.tern.shape.DType;
import dev.tern.shape.DTypeException;
import dev.tern.shape.DeviceException;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import dev.tern.shape.View;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An array of numbers of one type on one device, which remembers how it was computed: {@code
 * torch.Tensor}.
 *
 * <p>This class holds what a tensor is. What can be done with it stands by meaning in the
 * interfaces it is assembled from, each operation with its shape rule, its forward and its
 * gradients in one place. Operations never change a tensor, unless their name ends in an
 * underscore. Views ({@code view}, {@code narrow}, {@code transpose}, ...) share the memory of the
 * tensor they are made from.
 *
 * <p>Every operation throws {@link ShapeException}, {@link DTypeException} or {@link
 * DeviceException} for tensors that do not go together; the message shows what came and what fits.
 */
public sealed class Tensor extends Combination
    implements Pointwise,
        Elementary,
        Rounding,
        Arithmetic,
        Logical,
        InPlace,
        Overwriting,
        Reduction,
        Statistics,
        Cumulative,
        Sorting,
        Sampling,
        Counting,
        Movement,
        Rearrangement,
        Padding,
        Diagonals,
        MatrixProduct,
        LinearAlgebra,
        Convolution,
        Pooling,
        Normalization,
        Noise,
        Indexing,
        Scattering,
        Losses
    permits Parameter {
  private Storage storage;
  private View view;
  private boolean leafRequiresGrad;
  private @Nullable Tensor grad;
  private @Nullable Node node;
  private final @Nullable Tensor base;
  private int history;
  private int seenHistory;
  private @Nullable Hooks leafHooks;

  Tensor(Storage storage, View view, @Nullable Tensor base) {
    this.storage = storage;
    this.view = view;
    this.base = base;
    this.seenHistory = base == null ? 0 : base.history;
  }

  /**
   * A tensor over existing memory, which is not copied: for those who read files or write backends.
   *
   * @throws ShapeException if the view reaches beyond the storage
   */
  public static Tensor wrap(Storage storage, View view) {
    if (view.offset() < 0 || view.end() > storage.size()) {
      throw new ShapeException(
          "%s reaches beyond a storage of %d elements".formatted(view, storage.size()));
    }
    return new Tensor(storage, view, null);
  }

  // what it is

  /** The sizes of the dimensions. */
  public final Shape shape() {
    return view.shape();
  }

  /** The size of one dimension, counted from the end where negative. */
  public final int size(int dim) {
    return view.shape().size(dim);
  }

  /** The number of dimensions, {@code torch.Tensor.dim()}. */
  public final int rank() {
    return view.shape().rank();
  }

  /** The number of elements. */
  public final int numel() {
    return view.shape().numel();
  }

  /** The type of the elements. */
  public final DType dtype() {
    return storage.dtype();
  }

  /** Where it lives. */
  public final Device device() {
    return storage.backend().device();
  }

  /** The backend that computes with it. */
  public final Backend backend() {
    return storage.backend();
  }

  /** The memory, shared with its views. */
  public final Storage storage() {
    return storage;
  }

  /** How the elements lie in the storage. */
  public final View layout() {
    return view;
  }

  /** Whether the elements lie one after the other, row-major. */
  public final boolean isContiguous() {
    return view.isDense();
  }

  /**
   * The elements as kernels take them; a strided view is copied.
   *
   * @throws IllegalStateException if the memory was given back by a {@link Scope}
   */
  public final Data data() {
    storage.expectHeld();
    if (view.isDense()) {
      return new Data(storage, view.offset(), view.shape());
    }
    Tensor dense = empty(view.shape());
    storage.backend().read(storage, view, dense.data());
    return dense.data();
  }

  // autograd

  /** Whether a backward pass computes a gradient for it or through it. */
  public final boolean requiresGrad() {
    return leafRequiresGrad || node() != null;
  }

  /**
   * Makes a leaf one that gradients are accumulated for, or no longer.
   *
   * @throws AutogradException if it was computed from tensors that require a gradient
   * @throws DTypeException if it is not of a floating-point type
   */
  public final Tensor requiresGrad_(boolean requires) {
    if (node() != null) {
      throw new AutogradException(
          "requiresGrad_: only leaves can be changed, this tensor was made by "
              + nodeName()
              + "; use detach()");
    }
    if (requires && !dtype().isFloatingPoint()) {
      throw new DTypeException(
          "requiresGrad_: " + dtype() + " has no gradient; use a floating type");
    }
    leafRequiresGrad = requires;
    return this;
  }

  /** Whether no recorded operation made it: {@code torch.Tensor.is_leaf}. */
  public final boolean isLeaf() {
    return node() == null;
  }

  /** The gradient accumulated so far, null if there is none. */
  public final @Nullable Tensor grad() {
    return grad;
  }

  /**
   * Replaces the accumulated gradient, {@code x.grad = value}.
   *
   * @throws ShapeException if it has another shape
   */
  public final void setGrad(@Nullable Tensor gradient) {
    if (gradient != null && !gradient.shape().equals(shape())) {
      throw new ShapeException(
          "setGrad: gradient %s does not fit a tensor of %s".formatted(gradient.shape(), shape()));
    }
    if (gradient != null) {
      Scope.follow(gradient.storage, storage);
    }
    grad = gradient;
  }

  /**
   * Computes the gradients of this single number and adds them to the {@code grad()} of the leaves.
   *
   * @throws AutogradException if it is not a single number, nothing requires a gradient, the graph
   *     was used before, or something saved for a gradient was changed in place
   */
  public final void backward() {
    Autograd.backward(this, null, false, false);
  }

  /** Computes the gradients of {@code sum(this * gradient)}, see {@link #backward()}. */
  public final void backward(Tensor gradient) {
    Autograd.backward(this, gradient, false, false);
  }

  /**
   * Computes the gradients of this single number, see {@link #backward()}.
   *
   * @param retainGraph whether the graph can be used again
   * @param createGraph whether the gradients can be differentiated themselves
   */
  public final void backward(boolean retainGraph, boolean createGraph) {
    Autograd.backward(this, null, retainGraph, createGraph);
  }

  /**
   * Calls a hook with this tensor's gradient in each backward pass, once all of it has come
   * together: before it goes further back, or into {@link #grad()} where this is a leaf. What the
   * hook returns takes its place.
   *
   * @return a handle that removes the hook when closed
   * @throws AutogradException if this tensor does not require a gradient
   */
  public final HookHandle registerHook(GradientHook hook) {
    if (!requiresGrad()) {
      throw new AutogradException("registerHook: this tensor does not require a gradient");
    }
    Node made = node();
    Hooks hooks = made == null ? leafHooks : made.hooks;
    if (hooks == null) {
      hooks = new Hooks();
      if (made == null) {
        leafHooks = hooks;
      } else {
        made.hooks = hooks;
      }
    }
    return hooks.add(hook);
  }

  final @Nullable Hooks leafHooks() {
    return leafHooks;
  }

  /** The same elements without history: shares the memory, {@code torch.Tensor.detach()}. */
  public final Tensor detach() {
    return new Tensor(storage, view, null);
  }

  /**
   * Adds to the gradient accumulated so far.
   *
   * @param mine whether nobody else holds the memory, so that it may be kept
   * @return whether it was kept
   */
  final boolean accumulateGrad(Tensor gradient, boolean mine, boolean createGraph) {
    synchronized (this) {
      Tensor before = grad;
      boolean keeps = before == null && mine && gradient.ownsStorage();
      Tensor sum;
      if (createGraph) {
        sum = before == null ? gradient : before.add(gradient);
      } else if (before == null) {
        sum = keeps ? gradient.detach() : gradient.detach().copy();
      } else if (before.layout().isDense() && !before.requiresGrad()) {
        before.addInPlace(gradient);
        sum = before;
      } else {
        sum = before.detach().add(gradient);
      }
      Scope.follow(sum.storage, storage);
      grad = sum;
      return keeps;
    }
  }

  /** {@code this += other} outside of any history. */
  final void addInPlace(Tensor other) {
    Data sum = data();
    backend().binary(dev.tern.device.BinaryOp.ADD, sum, other.data(), sum);
    storage.changed("accumulation of gradients");
  }

  final boolean ownsStorage() {
    return view.isDense() && view.offset() == 0 && numel() == storage.size();
  }

  /**
   * The operation that made it, null for a leaf. A view's is made anew after its base has changed.
   */
  final @Nullable Node node() {
    Tensor b = base;
    if (b != null && b.history != seenHistory) {
      seenHistory = b.history;
      View region = regionOf(b);
      node =
          b.requiresGrad()
              ? Node.of("view", new Gradient[] {Movement.regionGradient(b.asHistory(), region)})
              : null;
    }
    return node;
  }

  final String nodeName() {
    Node made = node();
    return made == null ? "nothing" : made.name;
  }

  /** Where this view's elements lie in its base, seen as dense. */
  private View regionOf(Tensor b) {
    return View.strided(view.shape(), view.strides(), view.offset() - b.view.offset());
  }

  /** A tensor with this one's memory and present history, which later changes leave as it is. */
  final Tensor asHistory() {
    Tensor same = new Tensor(storage, view, null);
    same.node = node();
    same.leafRequiresGrad = leafRequiresGrad;
    return same.node == null && leafRequiresGrad ? this : same;
  }

  /** Records how this new tensor was made, where anything in it requires a gradient. */
  final Tensor from(String name, Gradient... gradients) {
    if (Autograd.isEnabled()) {
      node = Node.of(name, gradients);
      if (Autograd.isAnomalyDetected()) {
        @Nullable Tensor[] inputs =
            Arrays.stream(gradients).map(Gradient::input).toArray(Tensor[]::new);
        Anomaly.watchForward(node, this, inputs);
      }
    }
    return this;
  }

  final Tensor fromJoint(
      String name,
      @Nullable Tensor[] inputs,
      Gradient.Joint joint,
      boolean trusted,
      @Nullable Tensor... reads) {
    if (Autograd.isEnabled()) {
      node = Node.joint(name, inputs, joint, trusted, reads);
      if (Autograd.isAnomalyDetected()) {
        Anomaly.watchForward(node, this, inputs);
      }
    }
    return this;
  }

  // in-place changes

  /** Checks that an in-place change can be recorded; gives what this tensor was before it. */
  final Tensor beforeChange(String op) {
    if (!view.isDense() && view.overlaps()) {
      throw new AutogradException(
          op + ": several elements of this view share their memory; use contiguous()");
    }
    if (Autograd.isEnabled()) {
      Tensor b = base;
      if (isLeaf() && leafRequiresGrad || b != null && b.isLeaf() && b.leafRequiresGrad) {
        throw new AutogradException(
            op
                + ": a leaf that requires a gradient cannot be changed in place while operations are recorded; use noGrad() or detach()");
      }
      if (b != null && !b.view.isDense()) {
        throw new AutogradException(op + ": this is a view of a strided tensor; use contiguous()");
      }
    }
    return asHistory();
  }

  /** Runs a kernel that changes dense data in place, through a copy where this view is strided. */
  final void change(String op, java.util.function.Consumer<Data> kernel) {
    Data dense = data();
    kernel.accept(dense);
    if (!view.isDense()) {
      backend().write(dense, storage, view);
    }
    storage.changed(op);
  }

  /** Records an in-place change that has been made; on a view it is recorded on its base. */
  final Tensor afterChange(String op, Gradient... gradients) {
    if (!Autograd.isEnabled()) {
      return this;
    }
    Tensor b = base;
    Node made = Node.of(op, gradients);
    if (b == null) {
      if (made != null || node != null) {
        node = made;
        leafRequiresGrad = false;
        history++;
      }
      return this;
    }
    if (made == null && !b.requiresGrad()) {
      return this;
    }
    View region = regionOf(b);
    Tensor changed = new Tensor(storage, view, null);
    changed.node = made;
    Tensor before = b.asHistory();
    b.node =
        Node.of(
            op,
            new Gradient[] {
              Gradient.grad(before, dy -> Movement.withoutRegion(dy, region)),
              Gradient.grad(changed, dy -> Movement.region(dy, region))
            });
    b.history++;
    return this;
  }

  /**
   * Takes over another tensor's memory and element type and keeps its own identity, {@code x.data =
   * y}: so that an optimizer made before a module moved still finds its parameters.
   *
   * @throws ShapeException if the shapes differ
   */
  public final void set_(Tensor source) {
    if (!source.shape().equals(shape())) {
      throw new ShapeException("set_: %s does not fit %s".formatted(source.shape(), shape()));
    }
    Scope.follow(source.storage, storage);
    storage = source.storage;
    view = source.view;
  }

  // making others

  /** One of two tensors, element by element, {@code torch.where}; the condition is BOOL. */
  public static Tensor where(Tensor condition, Tensor a, Tensor b) {
    Tensor.expectSame("where", a, b);
    if (condition.dtype() != DType.BOOL) {
      throw new DTypeException("where: wants a BOOL condition, got " + condition.dtype());
    }
    Shape shape =
        Shape.broadcast("where", condition.shape(), Shape.broadcast("where", a.shape(), b.shape()));
    Tensor y = a.empty(shape);
    a.backend().select(condition.data(), a.data(), b.data(), y.data());
    return y.from(
        "where",
        Gradient.grad(a, dy -> dy.maskedFill(condition.logicalNot(), 0), condition),
        Gradient.grad(b, dy -> dy.maskedFill(condition, 0), condition));
  }

  final Tensor alias(View layout, @Nullable Tensor of) {
    return new Tensor(storage, layout, of);
  }

  /** The tensor whose memory this one and its views share. */
  final Tensor baseOrSelf() {
    Tensor b = base;
    return b == null ? this : b;
  }

  /** A new tensor of this one's type and device, its content not defined. */
  final Tensor empty(Shape shape) {
    return empty(dtype(), shape);
  }

  final Tensor empty(DType dtype, Shape shape) {
    return make(backend(), dtype, shape);
  }

  /** A new tensor, its content not defined, which belongs to this thread's scope. */
  static Tensor make(Backend backend, DType dtype, Shape shape) {
    Storage storage = backend.allocate(dtype, shape.numel());
    Scope.add(storage);
    return new Tensor(storage, View.dense(shape), null);
  }

  /** A new tensor of this one's type and device, one number everywhere. */
  final Tensor filled(Shape shape, double value) {
    Tensor y = empty(shape);
    y.backend().fill(y.data(), value);
    return y;
  }

  /** This tensor on a device: itself where it is there already. */
  public final Tensor to(Device device) {
    if (device.equals(device())) {
      return this;
    }
    Tensor y = moved(Backends.of(device));
    Device origin = device();
    return y.from("to", Gradient.grad(this, dy -> dy.to(origin)));
  }

  private Tensor moved(Backend to) {
    Object array = HostArrays.download(data());
    Tensor y = make(to, dtype(), shape());
    to.upload(array, 0, y.data());
    return y;
  }

  /** This tensor in another element type: itself where it is of that type already. */
  public final Tensor to(DType dtype) {
    if (dtype == dtype()) {
      return this;
    }
    Tensor y = empty(dtype, shape());
    backend().cast(data(), y.data());
    DType origin = dtype();
    if (!dtype.isFloatingPoint() || !origin.isFloatingPoint()) {
      return y;
    }
    return y.from("to", Gradient.grad(this, dy -> dy.to(origin)));
  }

  // values

  /**
   * The value of a single number.
   *
   * @throws ShapeException if there is not exactly one element
   */
  public final double item() {
    expectOne("item");
    return toDoubleArray()[0];
  }

  /** The value of a single whole number, exact beyond 2^53 as well. */
  public final long itemLong() {
    expectOne("itemLong");
    return toLongArray()[0];
  }

  private void expectOne(String op) {
    if (numel() != 1) {
      throw new ShapeException(op + ": wants a single element, got " + shape());
    }
  }

  /** The elements, row-major, as floats. */
  public final float[] toFloatArray() {
    return (float[]) HostArrays.download(detach().to(DType.FLOAT32).data());
  }

  /** The elements, row-major, as doubles. */
  public final double[] toDoubleArray() {
    return (double[]) HostArrays.download(detach().to(DType.FLOAT64).data());
  }

  /** The elements, row-major, as longs, rounded towards zero. */
  public final long[] toLongArray() {
    return (long[]) HostArrays.download(detach().to(DType.INT64).data());
  }

  /** The elements of an 8-bit tensor, row-major. */
  public final byte[] toByteArray() {
    if (dtype().bytes() != 1) {
      throw new DTypeException("toByteArray: wants UINT8, INT8 or BOOL, got " + dtype());
    }
    return (byte[]) HostArrays.download(data());
  }

  /** Applies functions one after the other: {@code x.pipe(f, g)} is {@code g(f(x))}. */
  public final Tensor pipe(TensorFunction... functions) {
    Tensor y = this;
    for (TensorFunction function : functions) {
      y = function.apply(y);
    }
    return y;
  }

  /** As PyTorch prints it. */
  @Override
  public String toString() {
    return Printer.print(this);
  }

  static void expectSameDevice(String op, Tensor a, Tensor b) {
    if (a.backend() != b.backend()) {
      throw new DeviceException(
          "%s: tensors on %s and %s; move one with to(Device)"
              .formatted(op, a.device(), b.device()));
    }
  }

  static void expectSame(String op, Tensor a, Tensor b) {
    expectSameDevice(op, a, b);
    if (a.dtype() != b.dtype()) {
      throw new DTypeException(
          "%s: %s and %s; cast one with to(DType)".formatted(op, a.dtype(), b.dtype()));
    }
  }

  static @Nullable Data dataOf(@Nullable Tensor tensor) {
    return tensor == null ? null : tensor.data();
  }
}
