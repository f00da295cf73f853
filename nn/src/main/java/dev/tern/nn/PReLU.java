package dev.tern.nn;

import dev.tern.Parameter;
import dev.tern.Tensor;
import dev.tern.shape.DType;
import dev.tern.shape.Shape;

/**
 * x where it is positive, else a trained slope times x: {@code torch.nn.PReLU} (He et al. 2015).
 */
public class PReLU extends Module {
  /** [1] or [C]. */
  public final Parameter weight;

  /** One slope for all, 1/4 at first. */
  public PReLU() {
    this(1, 0.25);
  }

  /** One slope a channel of [N, C, *], or one for all. */
  public PReLU(int parameters, double init) {
    weight = new Parameter(Tensor.full(DType.FLOAT32, Shape.of(parameters), init));
  }

  @Override
  protected Tensor forward(Tensor x) {
    return F.prelu(x, weight);
  }

  @Override
  protected String extraRepr() {
    return "num_parameters=" + weight.numel();
  }
}
