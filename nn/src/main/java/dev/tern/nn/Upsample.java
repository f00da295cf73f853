package dev.tern.nn;

import dev.tern.Tensor;

/** Resizes [N, C, L], [N, C, H, W] or [N, C, D, H, W]: {@code torch.nn.Upsample}. */
public class Upsample extends Module {
  private final InterpolateOptions options;

  /** To the size and by the mode of the options, {@code InterpolateOptions.scale(2)}. */
  public Upsample(InterpolateOptions options) {
    this.options = options;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return F.interpolate(x, options);
  }

  @Override
  protected String extraRepr() {
    return options.toString();
  }
}
