package dev.tern.nn;

import dev.tern.Parameter;
import dev.tern.Tensor;
import dev.tern.shape.ShapeException;
import org.jspecify.annotations.Nullable;

/** Normalises groups of channels of each image of [N, C, *], {@code torch.nn.GroupNorm}. */
public class GroupNorm extends Module {
  /** [C], null without a trained scale. */
  public final @Nullable Parameter weight;

  /** [C], null without a trained shift. */
  public final @Nullable Parameter bias;

  private final int groups;
  private final int channels;
  private final double eps;

  /** With eps 1e-5, a trained scale and shift. */
  public GroupNorm(int groups, int channels) {
    this(groups, channels, 1e-5, true);
  }

  /**
   * Creates the layer.
   *
   * @throws ShapeException if the channels do not divide into the groups
   */
  public GroupNorm(int groups, int channels, double eps, boolean affine) {
    if (groups < 1 || channels < 1 || channels % groups != 0) {
      throw new ShapeException(
          "GroupNorm: %d channels do not divide into %d groups".formatted(channels, groups));
    }
    this.groups = groups;
    this.channels = channels;
    this.eps = eps;
    weight = affine ? new Parameter(Tensor.ones(channels)) : null;
    bias = affine ? new Parameter(Tensor.zeros(channels)) : null;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return F.groupNorm(x, groups, weight, bias, eps);
  }

  @Override
  protected String extraRepr() {
    return "%d, %d, eps=%s, affine=%s"
        .formatted(groups, channels, PythonText.number(eps), PythonText.bool(weight != null));
  }
}
