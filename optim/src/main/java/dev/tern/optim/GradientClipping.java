package dev.tern.optim;

import dev.tern.Autograd;
import dev.tern.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Keeps gradients from growing too large, between {@code backward()} and {@code step()}: what
 * {@code torch.nn.utils} has for it.
 */
public final class GradientClipping {
  private static final double SMALLEST = 1e-6; // PyTorch's, beside the norm

  private GradientClipping() {}

  /**
   * Scales all gradients together so that the Euclidean norm of all their elements is at most this,
   * {@code torch.nn.utils.clip_grad_norm_}.
   *
   * @return the norm they had
   */
  public static double clipGradNorm_(List<? extends Tensor> parameters, double maxNorm) {
    return clipGradNorm_(parameters, maxNorm, 2, false);
  }

  /**
   * Scales all gradients together so that their norm is at most this, {@code
   * torch.nn.utils.clip_grad_norm_}. Parameters without a gradient are passed over.
   *
   * @param normType the p of the norm; infinity for the largest magnitude
   * @param errorIfNonfinite whether a norm that is infinite or not a number is an error; if not,
   *     the gradients become what the scaling makes of them
   * @return the norm they had
   * @throws ArithmeticException if the norm is not finite and that is an error; nothing has changed
   */
  public static double clipGradNorm_(
      List<? extends Tensor> parameters,
      double maxNorm,
      double normType,
      boolean errorIfNonfinite) {
    try (var off = Autograd.noGrad()) {
      List<Tensor> gradients = gradients(parameters);
      double norm = norm(gradients, normType);
      if (errorIfNonfinite && !Double.isFinite(norm)) {
        throw new ArithmeticException(
            "clipGradNorm_: the norm of order %s of the gradients is %s".formatted(normType, norm));
      }
      double scale = maxNorm / (norm + SMALLEST);
      if (!(scale >= 1)) {
        gradients.forEach(gradient -> gradient.mul_(scale));
      }
      return norm;
    }
  }

  /**
   * Cuts every element of the gradients to at most this magnitude, {@code
   * torch.nn.utils.clip_grad_value_}.
   */
  public static void clipGradValue_(List<? extends Tensor> parameters, double clipValue) {
    try (var off = Autograd.noGrad()) {
      gradients(parameters).forEach(gradient -> gradient.clamp_(-clipValue, clipValue));
    }
  }

  private static List<Tensor> gradients(List<? extends Tensor> parameters) {
    return parameters.stream().map(Tensor::grad).filter(Objects::nonNull).toList();
  }

  /** The norm of the gradients' norms, fetched from the device once. */
  private static double norm(List<Tensor> gradients, double p) {
    if (!(p > 0)) {
      throw new IllegalArgumentException("clipGradNorm_: wants a norm above 0, got " + p);
    }
    List<Tensor> norms = new ArrayList<>();
    for (Tensor gradient : gradients) {
      if (gradient.numel() > 0) {
        Tensor norm = Double.isInfinite(p) ? gradient.abs().max() : gradient.norm(p);
        norms.add(norms.isEmpty() ? norm : norm.to(norms.get(0).device()).to(norms.get(0).dtype()));
      }
    }
    if (norms.isEmpty()) {
      return 0;
    }
    Tensor all = Tensor.stack(norms, 0);
    return (Double.isInfinite(p) ? all.max() : all.norm(p)).item();
  }
}
