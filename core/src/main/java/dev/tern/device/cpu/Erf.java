package dev.tern.device.cpu;

/** The error function to about one unit in the last place. */
final class Erf {
  private static final double TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);

  private Erf() {}

  /** {@code 2/√π ∫₀ˣ exp(-t²) dt}. */
  static double erf(double x) {
    double size = Math.abs(x);
    if (size < 2) {
      return series(x);
    }
    if (size > 6) {
      return Math.signum(x); // 1 - erf(6) is 2e-17; NaN comes this way too
    }
    return x > 0 ? 1 - complement(x) : complement(-x) - 1;
  }

  /** {@code 1 - erf(x)} for x from 0 on, without cancellation. */
  static double erfc(double x) {
    return x < 2 ? 1 - series(x) : complement(x);
  }

  /**
   * {@code 2x/√π exp(-x²) Σ (2x²)ⁿ / (2n+1)!!}, whose terms are all positive; 36 suffice below 2.
   */
  private static double series(double x) {
    double sum = 1;
    for (int n = 8 + (int) (12 * Math.abs(x)); n > 0; n--) {
      sum = 1 + 2 * x * x / (2 * n + 1) * sum;
    }
    return TWO_OVER_ROOT_PI * x * sum * expOfMinusSquare(x);
  }

  /**
   * erfc by its continued fraction {@code exp(-x²)/√π / (x + (1/2) / (x + 1 / (x + (3/2) / ...)))}.
   */
  private static double complement(double x) {
    double tail = x;
    for (int n = 60; n > 0; n--) {
      tail = x + 0.5 * n / tail;
    }
    return expOfMinusSquare(x) / (Math.sqrt(Math.PI) * tail);
  }

  /** {@code exp(-x²)}, with what rounding took off the square made up for. */
  private static double expOfMinusSquare(double x) {
    double square = x * x;
    return Math.exp(-square) * (1 - Math.fma(x, x, -square));
  }
}
