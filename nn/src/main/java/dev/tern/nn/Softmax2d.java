package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.ShapeException;

/** Softmax over the channels of [N, C, H, W] or [C, H, W]: {@code torch.nn.Softmax2d}. */
public class Softmax2d extends Module {
  /** Has no settings. */
  public Softmax2d() {}

  @Override
  protected Tensor forward(Tensor x) {
    if (x.rank() != 3 && x.rank() != 4) {
      throw new ShapeException(
          "Softmax2d: input " + x.shape() + "; expected [N, C, H, W] or [C, H, W]");
    }
    return F.softmax(x, -3);
  }
}
