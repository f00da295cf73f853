package dev.tern.nn;

import dev.tern.Parameter;
import dev.tern.Tensor;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import dev.tern.shape.Sizes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Normalises over the last dimensions together, {@code torch.nn.LayerNorm} (Ba et al. 2016). */
public class LayerNorm extends Module {
  /** Of the last dimensions' sizes, null without a trained scale. */
  public final @Nullable Parameter weight;

  /** Of the last dimensions' sizes, null without a trained shift. */
  public final @Nullable Parameter bias;

  private final int[] sizes;
  private final double eps;

  /** Over dimensions of these sizes, with eps 1e-5, a trained scale and shift. */
  public LayerNorm(int... sizes) {
    this(sizes, 1e-5, true);
  }

  /**
   * Over dimensions of these sizes, with eps added to the variance.
   *
   * @param eps added to the variance
   * @param affine whether there is a trained scale and shift
   */
  public LayerNorm(int[] sizes, double eps, boolean affine) {
    if (sizes.length == 0) {
      throw new ShapeException("LayerNorm: wants at least one size");
    }
    this.sizes = sizes.clone();
    this.eps = eps;
    weight = affine ? new Parameter(Tensor.ones(sizes)) : null;
    bias = affine ? new Parameter(Tensor.zeros(sizes)) : null;
  }

  @Override
  protected Tensor forward(Tensor x) {
    int leading = x.rank() - sizes.length;
    if (leading < 0
        || !Arrays.equals(Arrays.copyOfRange(x.shape().toArray(), leading, x.rank()), sizes)) {
      throw new ShapeException(
          "LayerNorm: input %s does not fit; expected [*, %s"
              .formatted(x.shape(), Shape.of(sizes).toString().substring(1)));
    }
    return F.layerNorm(x, sizes.length, weight, bias, eps);
  }

  @Override
  protected String extraRepr() {
    return "%s, eps=%s, elementwise_affine=%s"
        .formatted(Sizes.tuple(sizes), PythonText.number(eps), PythonText.bool(weight != null));
  }
}
