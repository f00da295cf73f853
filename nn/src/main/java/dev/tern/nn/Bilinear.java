package dev.tern.nn;

import dev.tern.Parameter;
import dev.tern.Tensor;
import dev.tern.shape.ShapeException;
import org.jspecify.annotations.Nullable;

/**
 * xᵀ Wₖ y + bₖ for each output k, {@code torch.nn.Bilinear}: [*, in1] and [*, in2] become [*, out].
 * Weight and bias start uniform within 1/√in1, drawn in this order.
 */
public class Bilinear extends PairModule {
  /** [out, in1, in2]. */
  public final Parameter weight;

  /** [out], null without bias. */
  public final @Nullable Parameter bias;

  /** A layer with bias. */
  public Bilinear(int in1Features, int in2Features, int outFeatures) {
    this(in1Features, in2Features, outFeatures, true);
  }

  /** Creates the layer and draws its weights. */
  public Bilinear(int in1Features, int in2Features, int outFeatures, boolean withBias) {
    if (in1Features < 1 || in2Features < 1 || outFeatures < 1) {
      throw new ShapeException(
          "Bilinear: wants at least one feature on each side, got %d, %d and %d"
              .formatted(in1Features, in2Features, outFeatures));
    }
    double bound = 1 / Math.sqrt(in1Features);
    Tensor start = Tensor.empty(outFeatures, in1Features, in2Features);
    weight = new Parameter(Init.uniform_(start, -bound, bound));
    bias = withBias ? new Parameter(Init.uniform_(Tensor.empty(outFeatures), -bound, bound)) : null;
  }

  @Override
  protected Tensor forward(Tensor x, Tensor y) {
    return F.bilinear(x, y, weight, bias);
  }

  @Override
  protected String extraRepr() {
    return "in1_features=%d, in2_features=%d, out_features=%d, bias=%s"
        .formatted(weight.size(1), weight.size(2), weight.size(0), PythonText.bool(bias != null));
  }
}
