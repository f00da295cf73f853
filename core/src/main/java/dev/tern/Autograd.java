package dev.tern;

import dev.tern.shape.AutogradException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Whether operations are recorded, and gradients as values: {@code torch.autograd}. */
public final class Autograd {
  private static final ThreadLocal<Mode> MODE = ThreadLocal.withInitial(Mode::new);

  private static final class Mode {
    boolean enabled = true;
    boolean anomaly;
  }

  /** How many spans look for anomalies, on all threads: nobody else is asked for the mode. */
  private static final AtomicInteger ANOMALY_SPANS = new AtomicInteger();

  private Autograd() {}

  /**
   * A span of code in which recording is on or off for this thread; closing it restores what was.
   */
  public static final class Span implements AutoCloseable {
    private final Mode mode;
    private final boolean before;
    private final boolean anomalyBefore;

    private Span(boolean enabled, boolean anomaly) {
      this.mode = MODE.get();
      this.before = mode.enabled;
      this.anomalyBefore = mode.anomaly;
      mode.enabled = enabled;
      look(anomaly);
    }

    private void look(boolean anomaly) {
      if (anomaly != mode.anomaly) {
        ANOMALY_SPANS.addAndGet(anomaly ? 1 : -1);
        mode.anomaly = anomaly;
      }
    }

    @Override
    public void close() {
      mode.enabled = before;
      look(anomalyBefore);
    }
  }

  private static Span recording(boolean enabled) {
    return new Span(enabled, MODE.get().anomaly);
  }

  /**
   * Turns recording off until closed, {@code torch.no_grad()}: {@code try (var off = noGrad())}.
   */
  public static Span noGrad() {
    return recording(false);
  }

  /** Turns recording on or off until closed, {@code torch.set_grad_enabled}. */
  public static Span enabled(boolean enabled) {
    return recording(enabled);
  }

  /**
   * Looks for NaN until closed, {@code torch.autograd.detect_anomaly()}: a backward pass that meets
   * one says in which operation the first was born, forward or backward, with that operation's
   * stack trace as its cause. Slow; meant to enclose forward and backward.
   */
  public static Span detectAnomaly() {
    return new Span(isEnabled(), true);
  }

  static boolean isAnomalyDetected() {
    return ANOMALY_SPANS.get() > 0 && MODE.get().anomaly;
  }

  /** Whether this thread records what it computes. */
  public static boolean isEnabled() {
    return MODE.get().enabled;
  }

  /**
   * The gradients of a single number with respect to some tensors, {@code torch.autograd.grad}; no
   * {@code grad()} of any tensor changes.
   *
   * @throws AutogradException if one of the inputs was not used to compute the output
   */
  public static List<Tensor> grad(Tensor output, Tensor... inputs) {
    return grad(output, null, false, false, inputs);
  }

  /**
   * The gradients of {@code sum(output * gradOutput)} with respect to some tensors.
   *
   * @param gradOutput of the output's shape; null for a single number's 1
   * @param retainGraph whether the graph can be used again afterwards
   * @param createGraph whether the gradients can be differentiated themselves
   */
  public static List<Tensor> grad(
      Tensor output,
      @Nullable Tensor gradOutput,
      boolean retainGraph,
      boolean createGraph,
      Tensor... inputs) {
    for (Tensor input : inputs) {
      if (!input.requiresGrad()) {
        throw new AutogradException(
            "grad: an input of shape " + input.shape() + " does not require a gradient");
      }
    }
    Tensor start = start(output, gradOutput);
    @Nullable Tensor[] found =
        new Engine(retainGraph, createGraph, inputs).run(output, start, gradOutput == null);
    List<Tensor> gradients = new ArrayList<>();
    for (int i = 0; i < found.length; i++) {
      Tensor gradient = found[i];
      if (gradient == null) {
        throw new AutogradException(
            "grad: input %d of shape %s was not used to compute the output"
                .formatted(i, inputs[i].shape()));
      }
      gradients.add(gradient);
    }
    return gradients;
  }

  /**
   * Runs a part of a network without keeping what its operations save: the backward pass runs it
   * once more, with the same random numbers, {@code torch.utils.checkpoint}. Parameters used inside
   * get their gradients. For {@code backward()}, not for {@link #grad} or {@code createGraph}.
   *
   * @param function the same at each call
   */
  public static Tensor checkpoint(GradCheck.TensorsFunction function, Tensor... inputs) {
    return Recomputed.run(function, inputs);
  }

  /** All derivatives of a function at x, {@code [*y, *x]}: {@code d y[i] / d x[j]}. */
  public static Tensor jacobian(TensorFunction function, Tensor x) {
    return Derivatives.jacobian(function, x);
  }

  /**
   * All second derivatives at x of a function whose result is a single number: {@code [*x, *x]}.
   */
  public static Tensor hessian(TensorFunction function, Tensor x) {
    return Derivatives.hessian(function, x);
  }

  /** The Jacobian's transpose times a vector of the result's shape: {@code vᵀ J}. */
  public static Tensor vjp(TensorFunction function, Tensor x, Tensor v) {
    return Derivatives.vjp(function, x, v);
  }

  /** The Jacobian times a vector of x's shape: the change of the result along v. */
  public static Tensor jvp(TensorFunction function, Tensor x, Tensor v) {
    return Derivatives.jvp(function, x, v);
  }

  /** The Hessian times a vector of x's shape. */
  public static Tensor hvp(TensorFunction function, Tensor x, Tensor v) {
    return Derivatives.hvp(function, x, v);
  }

  static void backward(
      Tensor output, @Nullable Tensor gradOutput, boolean retainGraph, boolean createGraph) {
    Tensor start = start(output, gradOutput);
    new Engine(retainGraph, createGraph, null).run(output, start, gradOutput == null);
  }

  private static Tensor start(Tensor output, @Nullable Tensor gradOutput) {
    if (gradOutput == null) {
      return Engine.one(output);
    }
    if (!output.requiresGrad()) {
      Engine.one(output); // says that there is nothing to go back through
    }
    if (!gradOutput.shape().equals(output.shape()) || gradOutput.dtype() != output.dtype()) {
      throw new AutogradException(
          "backward: the gradient is %s %s, the tensor %s %s"
              .formatted(gradOutput.dtype(), gradOutput.shape(), output.dtype(), output.shape()));
    }
    return gradOutput;
  }
}
