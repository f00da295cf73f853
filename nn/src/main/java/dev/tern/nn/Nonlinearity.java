package dev.tern.nn;

/**
 * What follows a layer, which decides by how much an initialiser scales its weights: {@code
 * torch.nn.init.calculate_gain}.
 */
public enum Nonlinearity {
  /** None, or one that leaves the scale: gain 1. */
  LINEAR,
  /** The logistic function: gain 1. */
  SIGMOID,
  /** tanh: gain 5/3. */
  TANH,
  /** ReLU: gain √2. */
  RELU,
  /** Leaky ReLU with negative slope a: gain √(2 / (1 + a²)). */
  LEAKY_RELU,
  /** SELU: gain 3/4. */
  SELU;

  /** The gain; a leaky ReLU has slope 0.01. */
  public double gain() {
    return gain(0.01);
  }

  /**
   * The gain.
   *
   * @param slope the negative slope, which only {@link #LEAKY_RELU} reads
   */
  public double gain(double slope) {
    return switch (this) {
      case LINEAR, SIGMOID -> 1;
      case TANH -> 5.0 / 3;
      case RELU -> Math.sqrt(2);
      case LEAKY_RELU -> Math.sqrt(2 / (1 + slope * slope));
      case SELU -> 3.0 / 4;
    };
  }
}
