package dev.tern.device.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tern.device.UnaryOp;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Functions by known values, derivatives by differences, both at kinks and far out. */
class UnaryMathTest {
  @ParameterizedTest
  @EnumSource(UnaryOp.class)
  void derivativesAreSlopes(UnaryOp op) {
    double p = op == UnaryOp.POW ? 2.5 : op == UnaryOp.CLAMP ? -0.4 : 1.5;
    double q = op == UnaryOp.SOFTPLUS ? 2 : 0.9;
    DoubleUnaryOperator f = UnaryMath.function(op, p, q);
    UnaryMath.Derivative df = UnaryMath.derivative(op, p, q);
    double h = 1e-6;
    for (double x : new double[] {-2.3, -1.1, -0.3, 0.2, 0.7, 1.3, 2.6, 5.1}) {
      double y = f.applyAsDouble(x);
      if (!Double.isNaN(y)) { // not where it is undefined
        double slope = (f.applyAsDouble(x + h) - f.applyAsDouble(x - h)) / (2 * h);
        double in = op.derivativeReadsInput() ? x : Double.NaN;
        double out = op.derivativeReadsOutput() ? y : Double.NaN;
        assertEquals(
            3 * slope, df.apply(in, out, 3), 1e-7 * (1 + Math.abs(3 * slope)), op + " " + x);
      }
    }
  }

  /** By mpmath, to 17 digits. */
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1e-10, 1.1283791670955126e-10",
    "0.1, 0.1124629160182849",
    "0.5, 0.52049987781304654",
    "1, 0.84270079294971487",
    "0.3, 0.32862675945912741619",
    "0.499, 0.51962065598946845987",
    "0.75, 0.7111556336535151316",
    "0.999, 0.84228527020649694164",
    "1.25, 0.92290012825645823014",
    "1.749, 0.98661880377680402793",
    "-1.5, -0.96610514647531073",
    "1.99, 0.995111413199617",
    "2, 0.99532226501895273",
    "2.5, 0.99959304798255504",
    "3, 0.99997790950300141",
    "4, 0.9999999845827421",
    "-5.5, -0.99999999999999264",
    "7, 1.0"
  })
  void errorFunction(double x, double expected) {
    assertEquals(expected, Erf.erf(x), 3e-16 * Math.abs(expected));
  }

  @Test
  void errorFunctionOfNoNumber() {
    assertEquals(Double.NaN, Erf.erf(Double.NaN));
    assertEquals(-1, Erf.erf(Double.NEGATIVE_INFINITY));
  }

  @Test
  void kinksAsPyTorchTakesThem() {
    double inf = Double.POSITIVE_INFINITY;
    assertEquals(0, gradient(UnaryOp.RELU, 0, 0, 0, 5));
    assertEquals(0, gradient(UnaryOp.RELU, 0, 0, -1, inf));
    assertEquals(0, gradient(UnaryOp.ABS, 0, 0, 0, 5));
    assertEquals(5, gradient(UnaryOp.CLAMP, -1, 1, 1, 5));
    assertEquals(5, gradient(UnaryOp.CLAMP, -1, 1, -1, 5));
    assertEquals(0, gradient(UnaryOp.CLAMP, -1, 1, 1.1, inf));
    assertEquals(0.5, gradient(UnaryOp.LEAKY_RELU, 0.1, 0, 0, 5));
    assertEquals(10, gradient(UnaryOp.ELU, 2, 0, 0, 5));
    assertEquals(0, gradient(UnaryOp.POW, 0, 0, 0, 5));
    assertEquals(inf, gradient(UnaryOp.SQRT, 0, 0, 0, 1));
  }

  private static double gradient(UnaryOp op, double p, double q, double x, double dy) {
    double y = UnaryMath.function(op, p, q).applyAsDouble(x);
    return UnaryMath.derivative(op, p, q).apply(x, y, dy);
  }

  @Test
  void farOutNothingOverflows() {
    assertEquals(1000, value(UnaryOp.SOFTPLUS, 1, 20, 1000));
    assertEquals(0, value(UnaryOp.SOFTPLUS, 1, 20, -1000));
    assertEquals(-1000, value(UnaryOp.LOG_SIGMOID, 0, 0, -1000));
    assertEquals(0, value(UnaryOp.LOG_SIGMOID, 0, 0, 1000));
    assertEquals(1, gradient(UnaryOp.LOG_SIGMOID, 0, 0, -1000, 1));
    assertEquals(1000, value(UnaryOp.MISH, 0, 0, 1000));
    assertEquals(1, gradient(UnaryOp.MISH, 0, 0, 1000, 1));
    assertEquals(1000, value(UnaryOp.SILU, 0, 0, 1000));
    assertEquals(0, value(UnaryOp.SIGMOID, 0, 0, -1000));
    assertEquals(2, value(UnaryOp.ROUND, 0, 0, 2.5));
    assertEquals(1, value(UnaryOp.POW, Double.NaN, 0, 1));
    assertEquals(Double.NaN, value(UnaryOp.RELU, 0, 0, Double.NaN));
    assertEquals(Double.NaN, value(UnaryOp.CLAMP, 0, 1, Double.NaN));
  }

  private static double value(UnaryOp op, double p, double q, double x) {
    return UnaryMath.function(op, p, q).applyAsDouble(x);
  }

  @Test
  void logarithmsOfPowersOfTwoAreExact() {
    for (int e = -1074; e < 1024; e++) {
      double tolerance = e < -1022 ? 1e-12 : 0;
      assertEquals(e, value(UnaryOp.LOG2, 0, 0, Math.scalb(1.0, e)), tolerance);
    }
    assertEquals(Double.NEGATIVE_INFINITY, value(UnaryOp.LOG2, 0, 0, 0));
    assertEquals(Double.NaN, value(UnaryOp.LOG2, 0, 0, -1));
    assertEquals(-1.4426950408889634e-10, value(UnaryOp.LOG2, 0, 0, 1 - 1e-10), 1e-16);
  }
}
