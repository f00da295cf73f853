package dev.tern.device.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.device.BinaryOp;
import dev.tern.device.SgdSpec;
import dev.tern.device.UnaryOp;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The FLOAT32 kernels beside products against formulas in double: both providers, odd lengths, cold
 * and compiled.
 */
class Float32Test {
  private static final int WARM = 3000;
  private static final int N = 1037;
  private static final float[] SPECIAL = {
    0,
    -0f,
    Float.NaN,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.MIN_VALUE,
    1e-30f,
    -1e-30f,
    9,
    -9,
    88.7f,
    -87,
    -103,
    105,
    -105,
    1e18f,
    -1e18f
  };

  private final SplittableRandom random = new SplittableRandom(7);

  static Stream<Simd> providers() {
    return Stream.of(new ScalarSimd(), Simd.get().compiled());
  }

  @ParameterizedTest
  @EnumSource(UnaryOp.class)
  void unaryAgreesWithItsFormula(UnaryOp op) {
    float p = op == UnaryOp.CLAMP ? -0.4f : 0.3f;
    float q = op == UnaryOp.SOFTPLUS ? 20 : 0.9f;
    float[] x = values(3);
    System.arraycopy(SPECIAL, 0, x, 40, SPECIAL.length);
    float[] dy = values(1);
    var f = UnaryMath.function(op, p, q);
    var df = UnaryMath.derivative(op, p, q);
    providers()
        .forEach(
            simd -> {
              float[] y = new float[N];
              float[] dx = new float[N];
              boolean own = simd.unary(op, p, q, x, 0, y, 0, N);
              float[] z = op.derivativeReadsInput() ? x : y;
              boolean ownGradient = simd.unaryGrad(op, p, q, z, 0, dy, 0, dx, 0, N);
              for (int i = 0; i < N; i++) {
                if (own) {
                  close(f.applyAsDouble(x[i]), y[i], size(op, p, x[i]), op + " of " + x[i]);
                }
                if (ownGradient) {
                  close(
                      df.apply(z[i], z[i], dy[i]),
                      dx[i],
                      slopeSize(op, p, z[i]) * Math.abs(dy[i]),
                      op + " gradient, reading " + z[i]);
                }
              }
              for (int round = 0; round < WARM && own; round++) {
                float[] again = new float[N];
                simd.unary(op, p, q, x, 0, again, 0, N);
                float[] gradientAgain = new float[N];
                simd.unaryGrad(op, p, q, z, 0, dy, 0, gradientAgain, 0, N);
                if (round == WARM - 1) {
                  assertArrayEquals(y, again, "bits, once compiled");
                  assertArrayEquals(dx, gradientAgain, "bits, once compiled");
                }
              }
              if (own) {
                float[] shifted = new float[N];
                simd.unary(op, p, q, x, 40, shifted, 0, N - 40);
                for (int i = 40; i < N; i++) {
                  assertEquals(y[i], shifted[i - 40], "wherever it stands");
                }
              }
            });
  }

  /**
   * Within 5 units in the last place of the result, which PyTorch's own kernels keep too, or of a
   * term that it is made of.
   */
  private static void close(double expected, float got, double term, String what) {
    float nearest = (float) expected;
    float size = Math.max(Math.abs(nearest), Double.isFinite(term) ? (float) term : 0);
    assertEquals(nearest, got, Float.isFinite(nearest) ? 5 * Math.ulp(size) : 1, what);
  }

  /** The size of a term that rounds more than the result does; 0 if there is none. */
  private static double size(UnaryOp op, double p, double x) {
    return switch (op) {
      case SOFTPLUS -> Math.abs(x) * Math.exp(p * x); // e^(px), with px rounded
      case GELU_TANH -> {
        double u = 1.6 * x * (1 + 0.0447 * x * x); // likewise
        yield Math.abs(x * u) / (1 + Math.exp(-u));
      }
      case SILU, MISH -> Math.abs(x) * Float.MIN_NORMAL; // a factor below that may be 0
      default -> 0;
    };
  }

  private static double slopeSize(UnaryOp op, double p, double x) {
    return switch (op) {
      case GELU, SILU, MISH -> 1; // a difference
      case GELU_TANH -> 1 + x * x;
      case SOFTPLUS -> Math.abs(x) * Math.exp(p * x);
      default -> 0;
    };
  }

  @Test
  void tanhStaysWithinOne() {
    float[] x = new float[4000];
    for (int i = 0; i < x.length; i++) {
      x[i] = i * 0.003f - 2;
    }
    providers()
        .forEach(
            simd -> {
              float[] y = new float[x.length];
              simd.unary(UnaryOp.TANH, 0, 0, x, 0, y, 0, x.length);
              for (float value : y) {
                assertTrue(Math.abs(value) <= 1, "tanh gave " + value);
              }
            });
  }

  @ParameterizedTest
  @EnumSource(
      value = BinaryOp.class,
      names = {"ADD", "SUB", "MUL", "DIV", "MAX", "MIN", "POW", "REMAINDER"})
  void binaryAgreesWithItsFormula(BinaryOp op) {
    float[] a = values(2);
    float[] b = values(2);
    System.arraycopy(SPECIAL, 0, a, 40, 9);
    System.arraycopy(SPECIAL, 0, b, 44, 9);
    for (int steps = 0; steps < 4; steps++) {
      int as = steps & 1;
      int bs = steps >> 1;
      float[] out = new float[N + 2];
      for (int round = 0; round < 50; round++) {
        Float32.binary(op, a, 1, as, b, 1, bs, out, 1, N - 1);
      }
      for (int i = 0; i < N - 1; i++) {
        float x = a[1 + i * as];
        float y = b[1 + i * bs];
        float expected =
            switch (op) {
              case ADD -> x + y;
              case SUB -> x - y;
              case MUL -> x * y;
              case DIV -> x / y;
              case MAX -> Math.max(x, y);
              case MIN -> Math.min(x, y);
              case POW -> (float) Math.pow(x, y);
              default -> (float) (x - Math.floor((double) x / y) * y);
            };
        if (op != BinaryOp.REMAINDER) {
          assertEquals(expected, out[1 + i], op + " of " + x + " and " + y);
        } else if (Math.abs(x) < 10 && Math.abs(y) > 1e-3 && Math.abs(y) < 10) {
          assertEquals(expected, out[1 + i], 1e-6, op + " of " + x + " and " + y);
        }
      }
      assertEquals(0, out[0]);
      assertEquals(0, out[N]);
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void sumsAndExtremes(Simd simd) {
    float[] x = values(1);
    float[] y = values(1);
    for (int n : new int[] {0, 1, 15, 16, 17, 64, 100, 1037}) {
      double sum = 0;
      double squares = 0;
      double products = 0;
      float max = Float.NEGATIVE_INFINITY;
      float min = Float.POSITIVE_INFINITY;
      for (int i = 0; i < n; i++) {
        sum += x[i];
        squares += Math.pow((double) x[i] - 0.25, 2);
        products += (x[i] - 0.25) * y[i];
        max = Math.max(max, x[i]);
        min = Math.min(min, x[i]);
      }
      double cold = simd.sum(x, 0, n);
      for (int round = 0; round < WARM; round++) {
        assertEquals(cold, simd.sum(x, 0, n), "bits, once compiled");
        double[] sums = new double[2];
        simd.sumsOfSquares(x, 0, 0.25f, 1, 0, n, sums, 0);
        assertEquals(squares, sums[0], 1e-7 * (n + 1));
        assertEquals(sum - 0.25 * n, sums[1], 1e-7 * (n + 1));
        assertEquals(products, simd.sumOfProducts(x, 0, 0.25f, y, 0, n), 1e-7 * (n + 1));
        assertEquals(max, simd.max(x, 0, n));
        assertEquals(min, simd.min(x, 0, n));
      }
      assertEquals(sum, cold, 1e-7 * (n + 1));
    }
    x[500] = Float.NaN;
    assertEquals(Float.NaN, simd.max(x, 0, N));
    assertEquals(Float.NaN, simd.min(x, 0, N));
  }

  @ParameterizedTest
  @MethodSource("providers")
  void poolingPicksTheFirstLargest(Simd simd) {
    for (int w : new int[] {2, 6, 16, 32, 48}) {
      int rows = 6;
      float[] x = new float[2 * rows * w];
      float[] dy = values(1);
      for (int i = 0; i < x.length; i++) {
        x[i] = random.nextInt(3); // many ties
      }
      x[w] = Float.NaN;
      x[w + 1] = Float.NaN;
      dy[3] = Float.POSITIVE_INFINITY;
      float[] y = new float[x.length / 4];
      float[] dx = new float[x.length];
      for (int round = 0; round < WARM; round++) {
        simd.maxPool2x2(rows, w, x, 0, y, 0);
        simd.maxPool2x2Grad(rows, w, x, 0, dy, 0, dx, 0);
      }
      float[] expected = new float[x.length];
      for (int o = 0; o < y.length; o++) {
        int first = o / (w / 2) * 2 * w + o % (w / 2) * 2;
        int best = first;
        for (int at : new int[] {first + 1, first + w, first + w + 1}) {
          best = Float.compare(x[at], x[best]) > 0 ? at : best; // NaN is above all
        }
        assertEquals(x[best], y[o]);
        expected[best] = dy[o];
      }
      assertArrayEquals(expected, dx);
    }
  }

  @Test
  void sumsOfRows() {
    float[] x = values(1);
    for (int[] shape :
        new int[][] {{4, 7, 1}, {3, 5, 17}, {1, 64, 16}, {1, 1, 1000}, {2, 0, 3}, {1, 3, 300}}) {
      int inner = shape[2];
      float[] out = new float[shape[0] * inner + 1];
      Float32.sumRows(x, 2, shape[0], shape[1], inner, out, 1);
      for (int o = 0; o < shape[0] * inner; o++) {
        double sum = 0;
        for (int r = 0; r < shape[1]; r++) {
          sum += x[2 + (o / inner * shape[1] + r) * inner + o % inner];
        }
        assertEquals(sum, out[1 + o], 1e-5);
      }
    }
  }

  @Test
  void sgdFollowsItsFormula() {
    for (int flags = 0; flags < 16; flags++) {
      boolean nesterov = (flags & 1) != 0;
      boolean maximize = (flags & 2) != 0;
      boolean first = (flags & 4) != 0;
      boolean withVelocity = (flags & 8) != 0;
      float[] p = values(1);
      float[] g = values(1);
      float[] v = values(1);
      var spec = new SgdSpec(0.1, withVelocity ? 0.9 : 0, 0.2, 0.05, nesterov, maximize, first);
      float[] got = p.clone();
      float[] velocity = v.clone();
      Sgd.step(spec, got, 3, g, 3, withVelocity ? velocity : null, 3, N - 3);
      for (int i = 3; i < N; i++) {
        double d = (maximize ? -g[i] : g[i]) + 0.05 * p[i];
        double next = first ? d : 0.9 * v[i] + 0.8 * d;
        double step = !withVelocity ? d : nesterov ? d + 0.9 * next : next;
        assertEquals(p[i] - 0.1 * step, got[i], 3e-7);
        assertEquals(withVelocity ? next : v[i], velocity[i], 3e-7);
      }
    }
  }

  private float[] values(double scale) {
    float[] values = new float[N];
    for (int i = 0; i < N; i++) {
      values[i] = (float) ((random.nextDouble() * 2 - 1) * scale);
    }
    return values;
  }
}
