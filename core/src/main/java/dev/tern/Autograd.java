package dev.tern;

import dev.tern.shape.AutogradException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether operations are recorded, and gradients as values: {@code torch.autograd}. */
public final class Autograd {
  private static final ThreadLocal<Mode> MODE = ThreadLocal.withInitial(Mode::new);

  private static final class Mode {
    boolean enabled = true;
  }

  private Autograd() {}

  /**
   * A span of code in which recording is on or off for this thread; closing it restores what was.
   */
  public static final class Span implements AutoCloseable {
    private final Mode mode;
    private final boolean before;

    private Span(boolean enabled) {
      this.mode = MODE.get();
      this.before = mode.enabled;
      mode.enabled = enabled;
    }

    @Override
    public void close() {
      mode.enabled = before;
    }
  }

  /**
   * Turns recording off until closed, {@code torch.no_grad()}: {@code try (var off = noGrad())}.
   */
  public static Span noGrad() {
    return new Span(false);
  }

  /** Turns recording on or off until closed, {@code torch.set_grad_enabled}. */
  public static Span enabled(boolean enabled) {
    return new Span(enabled);
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
