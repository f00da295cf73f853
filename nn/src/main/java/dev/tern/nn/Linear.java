package dev.tern.nn;

import dev.tern.Parameter;
import dev.tern.Tensor;
import dev.tern.shape.ShapeException;
import org.jspecify.annotations.Nullable;

/**
 * y = x Wᵀ + b on [*, in], {@code torch.nn.Linear}. Both start uniform within 1/√in, drawn in this
 * order.
 */
public class Linear extends Module {
  /** [out, in]. */
  public final Parameter weight;

  /** [out], null without bias. */
  public final @Nullable Parameter bias;

  /** A layer with bias. */
  public Linear(int inFeatures, int outFeatures) {
    this(inFeatures, outFeatures, true);
  }

  /** Creates the layer and draws its weights. */
  public Linear(int inFeatures, int outFeatures, boolean withBias) {
    if (inFeatures < 1 || outFeatures < 1) {
      throw new ShapeException(
          "Linear: wants at least one feature on each side, got %d and %d"
              .formatted(inFeatures, outFeatures));
    }
    weight = LinearStart.weight(outFeatures, inFeatures);
    bias = withBias ? LinearStart.bias(weight) : null;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return x.linear(weight, bias);
  }

  @Override
  protected String extraRepr() {
    return "in_features=%d, out_features=%d, bias=%s"
        .formatted(weight.size(1), weight.size(0), PythonText.bool(bias != null));
  }
}
