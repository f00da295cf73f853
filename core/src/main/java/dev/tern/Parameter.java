package dev.tern;

/** A tensor that a module trains, {@code torch.nn.Parameter}: a leaf that requires a gradient. */
public final class Parameter extends Tensor {
  /** A parameter over the memory of {@code data}, without its history. */
  public Parameter(Tensor data) {
    super(data.storage(), data.layout(), null);
    Tern.keep(this);
    requiresGrad_(data.dtype().isFloatingPoint());
  }

  @Override
  public String toString() {
    return "Parameter containing:\n" + super.toString();
  }
}
