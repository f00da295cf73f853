package dev.tern.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tern.shape.ConvOptions;
import dev.tern.shape.DType;
import dev.tern.shape.PoolOptions;
import dev.tern.shape.Shape;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The CPU's fused FLOAT32 kernels against the composed ones in FLOAT64. */
class FusedTest {
  private static final Backend CPU = Plain.CPU;
  private static final DType F32 = DType.FLOAT32;
  private static final DType F64 = DType.FLOAT64;

  /** Random numbers that FLOAT32 holds exactly. */
  private static double[] random(long seed, int n) {
    double[] x = Plain.random(seed, n);
    Arrays.setAll(x, i -> (double) (float) x[i]);
    return x;
  }

  private static void assertClose(Data exact, Data fast, double tolerance) {
    double[] expected = Plain.values(exact);
    double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
    assertArrayEquals(expected, Plain.values(fast), tolerance * (1 + largest));
  }

  private static void assertClose(double expected, double got, String message) {
    double size = Double.isNaN(expected) ? 0 : Math.abs(expected);
    assertEquals(expected, got, 2e-6 * (1 + size), message);
  }

  @ParameterizedTest
  @CsvSource({
    "2, 3, 32, 32, 16",
    "3, 16, 16, 16, 8",
    "2, 32, 16, 16, 32",
    "1, 64, 14, 14, 64",
    "2, 5, 7, 9, 3",
    "1, 1, 1, 1, 1",
    "4, 16, 8, 8, 16",
    "1, 2, 3, 40, 17"
  })
  void convolutions3x3(int n, int c, int h, int w, int k) {
    ConvSpec s =
        ConvSpec.of("conv", Shape.of(n, c, h, w), Shape.of(k, c, 3, 3), ConvOptions.padding(1));
    double[] x = random(1, n * c * h * w);
    double[] weight = random(2, k * c * 9);
    double[] bias = random(3, k);
    double[] dy = random(4, n * k * h * w);
    for (boolean biased : new boolean[] {true, false}) {
      Data exact = Plain.empty(F64, n, k, h, w);
      Composed.conv(
          CPU,
          s,
          Plain.of(F64, x, n, c, h, w),
          Plain.of(F64, weight, k, c, 3, 3),
          biased ? Plain.of(F64, bias, k) : null,
          exact);
      Data fast = Plain.empty(F32, n, k, h, w);
      CPU.conv(
          s,
          Plain.of(F32, x, n, c, h, w),
          Plain.of(F32, weight, k, c, 3, 3),
          biased ? Plain.of(F32, bias, k) : null,
          fast);
      assertClose(exact, fast, 2e-5);
    }
    Data exact = Plain.empty(F64, n, c, h, w);
    Data fast = Plain.empty(F32, n, c, h, w);
    Composed.convInputGrad(
        CPU, s, Plain.of(F64, weight, k, c, 3, 3), Plain.of(F64, dy, n, k, h, w), exact);
    CPU.convInputGrad(s, Plain.of(F32, weight, k, c, 3, 3), Plain.of(F32, dy, n, k, h, w), fast);
    assertClose(exact, fast, 2e-5);
    exact = Plain.empty(F64, k, c, 3, 3);
    fast = Plain.empty(F32, k, c, 3, 3);
    Composed.convWeightGrad(
        CPU, s, Plain.of(F64, x, n, c, h, w), Plain.of(F64, dy, n, k, h, w), exact);
    CPU.convWeightGrad(s, Plain.of(F32, x, n, c, h, w), Plain.of(F32, dy, n, k, h, w), fast);
    assertClose(exact, fast, 2e-5);
  }

  @ParameterizedTest
  @CsvSource({"2, 3, 4, 6", "1, 1, 2, 2", "3, 16, 32, 32", "2, 8, 16, 16", "1, 5, 14, 10"})
  void poolings2x2(int n, int c, int h, int w) {
    PoolSpec s = PoolSpec.of("pool", Shape.of(n, c, h, w), 2, PoolOptions.window(2));
    double[] x = random(5, n * c * h * w);
    Arrays.setAll(x, i -> Math.rint(x[i] * 2) + 0.0); // many ties; -0 is 0
    if (x.length > 7) {
      x[7] = Double.NaN;
    }
    double[] dy = random(6, x.length / 4);
    Data exact = Plain.empty(F64, n, c, h / 2, w / 2);
    Data fast = Plain.empty(F32, n, c, h / 2, w / 2);
    Composed.maxPool(CPU, s, Plain.of(F64, x, n, c, h, w), exact, null);
    CPU.maxPool(s, Plain.of(F32, x, n, c, h, w), fast, null);
    assertArrayEquals(Plain.values(exact), Plain.values(fast));
    Data back = Plain.empty(F64, n, c, h, w);
    Data fastBack = Plain.empty(F32, n, c, h, w);
    Composed.maxPoolGrad(
        CPU, s, Plain.of(F64, x, n, c, h, w), Plain.of(F64, dy, n, c, h / 2, w / 2), back);
    CPU.maxPoolGrad(
        s, Plain.of(F32, x, n, c, h, w), Plain.of(F32, dy, n, c, h / 2, w / 2), fastBack);
    assertArrayEquals(Plain.values(back), Plain.values(fastBack));
  }

  @ParameterizedTest
  @CsvSource({"64, 8, 256, true", "4, 3, 5, false", "16, 33, 1, true", "2, 1, 1000, false"})
  void batchNorms(int n, int c, int positions, boolean affine) {
    var s = new NormSpec(n, c, positions, 1e-5);
    double[] x = random(1, n * c * positions);
    Arrays.setAll(x, i -> (double) (float) (x[i] + 3)); // far from 0, where sums of squares cancel
    double[] weight = random(2, c);
    double[] dy = random(3, x.length);
    Data[][] results = new Data[2][];
    for (DType dtype : new DType[] {F64, F32}) {
      Data in = Plain.of(dtype, x, n, c, positions);
      Data w = affine ? Plain.of(dtype, weight, c) : null;
      Data b = affine ? Plain.of(dtype, weight, c) : null;
      Data y = Plain.empty(dtype, n, c, positions);
      Data mean = Plain.empty(dtype, c);
      Data var = Plain.empty(dtype, c);
      Data dx = Plain.empty(dtype, n, c, positions);
      Data dweight = Plain.empty(dtype, c);
      Data dbias = Plain.empty(dtype, c);
      Data gradient = Plain.of(dtype, dy, n, c, positions);
      CPU.batchNorm(s, in, w, b, y, mean, var);
      CPU.batchNormGrad(s, in, w, mean, var, gradient, dx, dweight, dbias);
      Data meanSoFar = Plain.of(dtype, weight, c);
      Data varSoFar = Plain.of(dtype, weight, c);
      CPU.track(s, 0.3, mean, var, meanSoFar, varSoFar);
      results[dtype == F64 ? 0 : 1] =
          new Data[] {y, mean, var, dx, dweight, dbias, meanSoFar, varSoFar};
    }
    for (int i = 0; i < results[0].length; i++) {
      assertClose(results[0][i], results[1][i], 3e-6);
    }
  }

  @ParameterizedTest
  @CsvSource({"64, 10, 1", "3, 1000, 1", "50, 770, 1", "1, 1, 1", "2, 7, 5"})
  void logSoftmaxes(int outer, int n, int inner) {
    double[] x = random(1, outer * n * inner);
    x[0] = 90; // its exponential overflows FLOAT32
    double[] dy = random(2, x.length);
    Data[][] results = new Data[2][];
    for (DType dtype : new DType[] {F64, F32}) {
      Data y = Plain.empty(dtype, outer, n, inner);
      Data dx = Plain.empty(dtype, outer, n, inner);
      CPU.logSoftmax(outer, n, inner, Plain.of(dtype, x, outer, n, inner), y);
      CPU.logSoftmaxGrad(outer, n, inner, y, Plain.of(dtype, dy, outer, n, inner), dx);
      results[dtype == F64 ? 0 : 1] = new Data[] {y, dx};
    }
    assertClose(results[0][0], results[1][0], 1e-6);
    assertClose(results[0][1], results[1][1], 3e-6);
  }

  @ParameterizedTest
  @CsvSource({
    "0.0, 0.0, 0.0, false, false, false",
    "0.9, 0.0, 0.0, false, false, true",
    "0.9, 0.1, 0.01, false, true, false",
    "0.9, 0.0, 0.01, true, false, false"
  })
  void optimizerSteps(
      double momentum,
      double dampening,
      double decay,
      boolean nesterov,
      boolean maximize,
      boolean first) {
    var s = new SgdSpec(0.1, momentum, dampening, decay, nesterov, maximize, first);
    Data[][] results = new Data[2][];
    for (DType dtype : new DType[] {F64, F32}) {
      Data p = Plain.of(dtype, random(1, 1003), 1003);
      Data v = Plain.of(dtype, random(2, 1003), 1003);
      Data[] velocities = {v};
      CPU.sgd(
          s,
          new Data[] {p},
          new Data[] {Plain.of(dtype, random(3, 1003), 1003)},
          momentum == 0 ? null : velocities);
      results[dtype == F64 ? 0 : 1] = new Data[] {p, v};
    }
    assertClose(results[0][0], results[1][0], 2e-7);
    assertClose(results[0][1], results[1][1], 2e-7);
  }

  @ParameterizedTest
  @EnumSource(UnaryOp.class)
  void functionsAndTheirDerivatives(UnaryOp op) {
    double p = op == UnaryOp.POW ? 2.5 : op == UnaryOp.CLAMP ? -0.5 : 1.5;
    double q = op == UnaryOp.SOFTPLUS ? 20 : 0.75;
    double[] x = random(1, 777);
    Arrays.setAll(x, i -> (double) (float) (x[i] * 6));
    double[] dy = random(2, x.length);
    double[][] values = new double[2][];
    double[][] gradients = new double[2][];
    for (DType dtype : new DType[] {F64, F32}) {
      Data in = Plain.of(dtype, x, x.length);
      Data out = Plain.empty(dtype, x.length);
      Data dx = Plain.empty(dtype, x.length);
      CPU.unary(op, p, q, in, out);
      CPU.unaryGrad(
          op,
          p,
          q,
          op.derivativeReadsInput() ? in : null,
          op.derivativeReadsOutput() ? out : null,
          Plain.of(dtype, dy, dy.length),
          dx);
      values[dtype == F64 ? 0 : 1] = Plain.values(out);
      gradients[dtype == F64 ? 0 : 1] = Plain.values(dx);
    }
    for (int i = 0; i < x.length; i++) {
      assertClose(values[0][i], values[1][i], op + " of " + x[i]);
      assertClose(gradients[0][i], gradients[1][i], "gradient of " + op + " at " + x[i]);
    }
  }
}
