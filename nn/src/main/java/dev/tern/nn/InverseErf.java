package dev.tern.nn;

import dev.tern.Tensor;

/** The inverse of the error function. */
final class InverseErf {
  /** The largest double below 1. */
  private static final double INNERMOST = Math.nextDown(1.0);

  private InverseErf() {}

  /** erf⁻¹ of FLOAT64 values in [-1, 1]: Winitzki's estimate, then Newton's steps. */
  static Tensor of(Tensor y) {
    double[] values = y.toDoubleArray();
    double[] estimates = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      double inside = Math.max(-INNERMOST, Math.min(INNERMOST, values[i]));
      estimates[i] = estimate(inside);
    }
    int[] shape = y.shape().toArray();
    Tensor x = Tensor.from(estimates, shape).to(y.device());
    for (int step = 0; step < 4; step++) {
      // d erf(x)/dx = 2/√π exp(-x²)
      Tensor slope = x.square().neg().exp().mul(2 / Math.sqrt(Math.PI));
      x = x.sub(x.erf().sub(y.clamp(-INNERMOST, INNERMOST)).div(slope));
    }
    double[] exact = x.toDoubleArray();
    for (int i = 0; i < exact.length; i++) {
      if (Math.abs(values[i]) == 1) {
        exact[i] = Math.copySign(Double.POSITIVE_INFINITY, values[i]);
      }
    }
    return Tensor.from(exact, shape).to(y.device());
  }

  /** Within 0.002 of erf⁻¹. */
  private static double estimate(double y) {
    double a = 0.147;
    double log = Math.log1p(-y * y);
    double b = 2 / (Math.PI * a) + log / 2;
    return Math.copySign(Math.sqrt(Math.sqrt(b * b - log / a) - b), y);
  }
}
