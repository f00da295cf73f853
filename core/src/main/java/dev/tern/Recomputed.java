package dev.tern;

import dev.tern.device.Generator;
import dev.tern.shape.AutogradException;
import org.jspecify.annotations.Nullable;

/**
 * A part of a network that keeps nothing but its inputs for the backward pass, where it runs once
 * more: Chen et al. 2016, {@code torch.utils.checkpoint}.
 */
final class Recomputed {
  private final GradCheck.TensorsFunction function;
  private final Tensor[] inputs;
  private final byte[] drawn;

  private Recomputed(GradCheck.TensorsFunction function, Tensor[] inputs) {
    this.function = function;
    this.inputs = inputs;
    this.drawn = Generator.current().getState();
  }

  static Tensor run(GradCheck.TensorsFunction function, Tensor... inputs) {
    if (!Autograd.isEnabled()) {
      return function.apply(inputs);
    }
    var part = new Recomputed(function, inputs.clone());
    Tensor result;
    try (var off = Autograd.noGrad()) {
      result = function.apply(inputs);
    }
    // parameters inside want gradients even where no input does
    Tensor[] edges = java.util.Arrays.copyOf(inputs, inputs.length + 1);
    edges[inputs.length] =
        Tensor.zeros(result.dtype(), dev.tern.shape.Shape.of()).requiresGrad_(true);
    Tensor y = result.alias(result.layout(), null);
    return y.fromJoint("checkpoint", edges, (dy, mine) -> part.backward(dy), false, inputs);
  }

  /** Runs the part again as it ran before, and back through it. */
  private @Nullable Tensor[] backward(Tensor dy) {
    if (Autograd.isEnabled()) {
      throw new AutogradException(
          "checkpoint: what is recomputed cannot be differentiated twice; call it without checkpoint");
    }
    Tensor[] leaves = new Tensor[inputs.length];
    for (int i = 0; i < leaves.length; i++) {
      leaves[i] = inputs[i].detach();
      if (inputs[i].requiresGrad()) {
        leaves[i].requiresGrad_(true);
      }
    }
    Generator generator = Generator.current();
    byte[] now = generator.getState();
    generator.setState(drawn);
    try (var on = Autograd.enabled(true)) {
      Tensor again = function.apply(leaves);
      if (again.requiresGrad()) {
        again.backward(dy);
      }
    } finally {
      generator.setState(now);
    }
    @Nullable Tensor[] gradients = new Tensor[leaves.length + 1];
    for (int i = 0; i < leaves.length; i++) {
      gradients[i] = leaves[i].grad();
    }
    return gradients;
  }
}
