package dev.tern.nn;

import dev.tern.Parameter;
import dev.tern.Tensor;
import dev.tern.shape.DType;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import dev.tern.shape.Sizes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Divides by the root mean square over the last dimensions together, {@code torch.nn.RMSNorm}
 * (Zhang and Sennrich 2019).
 */
public class RMSNorm extends Module {
  /** Of the last dimensions' sizes, null without a trained scale. */
  public final @Nullable Parameter weight;

  private final int[] sizes;
  private final @Nullable Double eps;

  /** Over dimensions of these sizes, with a trained scale; eps is the element type's own. */
  public RMSNorm(int... sizes) {
    this(sizes, null, true);
  }

  /**
   * Over dimensions of these sizes.
   *
   * @param eps added to the mean square; null for the distance from 1 to the next number
   * @param affine whether there is a trained scale
   */
  public RMSNorm(int[] sizes, @Nullable Double eps, boolean affine) {
    if (sizes.length == 0) {
      throw new ShapeException("RMSNorm: wants at least one size");
    }
    this.sizes = sizes.clone();
    this.eps = eps;
    weight = affine ? new Parameter(Tensor.ones(sizes)) : null;
  }

  @Override
  protected Tensor forward(Tensor x) {
    int leading = x.rank() - sizes.length;
    if (leading < 0
        || !Arrays.equals(Arrays.copyOfRange(x.shape().toArray(), leading, x.rank()), sizes)) {
      throw new ShapeException(
          "RMSNorm: input %s does not fit; expected [*, %s"
              .formatted(x.shape(), Shape.of(sizes).toString().substring(1)));
    }
    double least = x.dtype() == DType.FLOAT64 ? Math.ulp(1.0) : Math.ulp(1f);
    return F.rmsNorm(x, sizes.length, weight, eps == null ? least : eps);
  }

  @Override
  protected String extraRepr() {
    return "%s, eps=%s, elementwise_affine=%s"
        .formatted(
            Sizes.tuple(sizes),
            eps == null ? "None" : PythonText.number(eps),
            PythonText.bool(weight != null));
  }
}
