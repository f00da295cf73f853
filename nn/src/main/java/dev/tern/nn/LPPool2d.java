package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.PoolOptions;

/** The p-norm of each window of [N, C, H, W] or [C, H, W]: {@code torch.nn.LPPool2d}. */
public class LPPool2d extends Module {
  private final double p;
  private final PoolOptions options;

  /** A window of this size, with the same stride. */
  public LPPool2d(double p, int window) {
    this(p, PoolOptions.window(window));
  }

  /** A window as laid out in the options; its padding is not used. */
  public LPPool2d(double p, PoolOptions options) {
    this.p = p;
    this.options = options;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return F.lpPool2d(x, p, options);
  }

  @Override
  protected String extraRepr() {
    return "norm_type=%s, %s, ceil_mode=%s"
        .formatted(
            PythonText.intOrFloat(p),
            PoolText.lp(options, 2),
            PythonText.bool(options.isCeilMode()));
  }
}
