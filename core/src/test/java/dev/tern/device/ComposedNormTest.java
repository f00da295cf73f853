package dev.tern.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tern.shape.DType;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Batch norm, log-softmax and the optimizer step composed of primitives, by formula and by
 * differences.
 */
class ComposedNormTest {
  private static final Backend CPU = Plain.CPU;
  private static final DType F64 = DType.FLOAT64;

  @ParameterizedTest
  @CsvSource({"4, 3, 5, true", "4, 3, 5, false", "6, 2, 1, true"})
  void batchNormAndItsGradient(int n, int c, int positions, boolean affine) {
    var s = new NormSpec(n, c, positions, 1e-3);
    double[] x = Plain.random(1, n * c * positions);
    double[] weight = Plain.random(2, c);
    double[] bias = Plain.random(3, c);
    double[] dy = Plain.random(4, x.length);
    double[] y = normalised(s, x, affine ? weight : null, affine ? bias : null);

    Data w = affine ? Plain.of(F64, weight, c) : null;
    Data b = affine ? Plain.of(F64, bias, c) : null;
    Data in = Plain.of(F64, x, n, c, positions);
    Data out = Plain.empty(F64, n, c, positions);
    Data mean = Plain.empty(F64, c);
    Data var = Plain.empty(F64, c);
    Composed.batchNorm(CPU, s, in, w, b, out, mean, var);
    assertArrayEquals(y, Plain.values(out), 1e-12);

    Data dx = Plain.empty(F64, n, c, positions);
    Data dweight = Plain.empty(F64, c);
    Data dbias = Plain.empty(F64, c);
    Data gradient = Plain.of(F64, dy, n, c, positions);
    Composed.batchNormGrad(CPU, s, in, w, mean, var, gradient, dx, dweight, dbias);
    double[] toInput = Plain.values(dx);
    double h = 1e-5;
    for (int i = 0; i < x.length; i += 3) {
      double slope = slope(s, x, affine ? weight : null, affine ? bias : null, x, i, dy, h);
      assertEquals(slope, toInput[i], 1e-7, "dx[" + i + "]");
    }
    for (int i = 0; affine && i < c; i++) {
      assertEquals(slope(s, x, weight, bias, weight, i, dy, h), Plain.values(dweight)[i], 1e-7);
      assertEquals(slope(s, x, weight, bias, bias, i, dy, h), Plain.values(dbias)[i], 1e-7);
    }
  }

  @Test
  void runningEstimatesTakeTheUnbiasedVariance() {
    var s = new NormSpec(2, 2, 3, 1e-5); // six elements a channel
    Data mean = Plain.of(F64, new double[] {1, -2}, 2);
    Data var = Plain.of(F64, new double[] {5, 10}, 2);
    Data runningMean = Plain.of(F64, new double[] {3, 4}, 2);
    Data runningVar = Plain.of(F64, new double[] {1, 2}, 2);
    CPU.track(s, 0.25, mean, var, runningMean, runningVar);
    assertArrayEquals(new double[] {2.5, 2.5}, Plain.values(runningMean), 1e-15);
    assertArrayEquals(new double[] {2.25, 4.5}, Plain.values(runningVar), 1e-15);
  }

  private static double slope(
      NormSpec s,
      double[] x,
      double[] weight,
      double[] bias,
      double[] moved,
      int i,
      double[] dy,
      double h) {
    double here = moved[i];
    moved[i] = here + h;
    double above = Plain.dot(normalised(s, x, weight, bias), dy);
    moved[i] = here - h;
    double below = Plain.dot(normalised(s, x, weight, bias), dy);
    moved[i] = here;
    return (above - below) / (2 * h);
  }

  private static double[] normalised(NormSpec s, double[] x, double[] weight, double[] bias) {
    double[] y = new double[x.length];
    int count = s.batch() * s.positions();
    for (int c = 0; c < s.channels(); c++) {
      double mean = 0;
      double var = 0;
      for (int i = 0; i < count; i++) {
        mean += x[at(s, c, i)] / count;
      }
      for (int i = 0; i < count; i++) {
        var += Math.pow(x[at(s, c, i)] - mean, 2) / count;
      }
      for (int i = 0; i < count; i++) {
        double h = (x[at(s, c, i)] - mean) / Math.sqrt(var + s.eps());
        y[at(s, c, i)] = weight == null || bias == null ? h : h * weight[c] + bias[c];
      }
    }
    return y;
  }

  private static int at(NormSpec s, int channel, int i) {
    return (i / s.positions() * s.channels() + channel) * s.positions() + i % s.positions();
  }

  @ParameterizedTest
  @CsvSource({"3, 5, 1", "2, 4, 3", "1, 1, 2"})
  void logSoftmaxAndItsGradient(int outer, int n, int inner) {
    double[] x = Plain.random(7, outer * n * inner);
    x[0] = 800; // its exponential overflows
    double[] dy = Plain.random(8, x.length);
    double[] y = new double[x.length];
    double[] dx = new double[x.length];
    for (int o = 0; o < outer; o++) {
      for (int j = 0; j < inner; j++) {
        double largest = Double.NEGATIVE_INFINITY;
        double sum = 0;
        double total = 0;
        for (int i = 0; i < n; i++) {
          largest = Math.max(largest, x[(o * n + i) * inner + j]);
          total += dy[(o * n + i) * inner + j];
        }
        for (int i = 0; i < n; i++) {
          sum += Math.exp(x[(o * n + i) * inner + j] - largest);
        }
        for (int i = 0; i < n; i++) {
          int at = (o * n + i) * inner + j;
          y[at] = x[at] - largest - Math.log(sum);
          dx[at] = dy[at] - Math.exp(y[at]) * total;
        }
      }
    }
    Data in = Plain.of(F64, x, outer, n, inner);
    Data out = Plain.empty(F64, outer, n, inner);
    Composed.logSoftmax(CPU, outer, n, inner, in, out);
    assertArrayEquals(y, Plain.values(out), 1e-12);
    Data gradient = Plain.empty(F64, outer, n, inner);
    Composed.logSoftmaxGrad(
        CPU, outer, n, inner, out, Plain.of(F64, dy, outer, n, inner), gradient);
    assertArrayEquals(dx, Plain.values(gradient), 1e-12);
  }

  @ParameterizedTest
  @CsvSource({
    "0.0, 0.0, 0.0, false, false, false",
    "0.9, 0.0, 0.0, false, false, true",
    "0.9, 0.1, 0.01, false, false, false",
    "0.9, 0.0, 0.01, true, false, false",
    "0.8, 0.0, 0.02, true, true, false"
  })
  void sgdIsItsFormula(
      double momentum,
      double dampening,
      double decay,
      boolean nesterov,
      boolean maximize,
      boolean first) {
    var s = new SgdSpec(0.1, momentum, dampening, decay, nesterov, maximize, first);
    double[] p = Plain.random(1, 7);
    double[] grad = Plain.random(2, 7);
    double[] v = Plain.random(3, 7);
    Data parameter = Plain.of(F64, p, 7);
    Data velocity = momentum == 0 ? null : Plain.of(F64, v, 7);
    ComposedSteps.sgd(CPU, s, parameter, Plain.of(F64, grad, 7), velocity);
    for (int i = 0; i < 7; i++) {
      double g = (maximize ? -grad[i] : grad[i]) + decay * p[i];
      v[i] = first ? g : momentum * v[i] + (1 - dampening) * g;
      double step = momentum == 0 ? g : nesterov ? g + momentum * v[i] : v[i];
      p[i] -= 0.1 * step;
    }
    assertArrayEquals(p, Plain.values(parameter), 1e-14);
    if (velocity != null) {
      assertArrayEquals(v, Plain.values(velocity), 1e-14);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0.0, false, false, false",
    "7, 0.1, true, true, true",
    "3, 0.1, false, true, true"
  })
  void adamIsItsFormula(
      long step, double decay, boolean decoupled, boolean maximize, boolean amsgrad) {
    assertAdam(F64, 1e-13, step, decay, decoupled, maximize, amsgrad);
    assertAdam(DType.FLOAT32, 2e-6, step, decay, decoupled, maximize, amsgrad);
  }

  private static void assertAdam(
      DType dtype,
      double tolerance,
      long step,
      double decay,
      boolean decoupled,
      boolean maximize,
      boolean amsgrad) {
    var s = new AdamSpec(0.1, 0.8, 0.9, 1e-3, decay, decoupled, maximize, step);
    double[][] in = new double[5][];
    Data[][] data = new Data[5][2];
    for (int i = 0; i < 5; i++) {
      double[] values = Plain.random(i, 14);
      in[i] = i < 3 ? values : Arrays.stream(values).map(Math::abs).toArray(); // squares
      for (int k = 0; k < 2; k++) { // two parameters, of different lengths
        int n = k == 0 ? 9 : 5;
        data[i][k] = Plain.of(dtype, Arrays.copyOfRange(in[i], 9 * k, 9 * k + n), n);
      }
    }
    CPU.adam(s, data[0], data[1], data[2], data[3], amsgrad ? data[4] : null);
    for (int i = 0; i < 14; i++) {
      double p = decoupled ? in[0][i] * (1 - 0.1 * decay) : in[0][i];
      double g = (maximize ? -in[1][i] : in[1][i]) + (decoupled ? 0 : decay * p);
      in[2][i] = 0.8 * in[2][i] + 0.2 * g;
      in[3][i] = 0.9 * in[3][i] + 0.1 * g * g;
      in[4][i] = amsgrad ? Math.max(in[4][i], in[3][i]) : in[4][i];
      double v = (amsgrad ? in[4][i] : in[3][i]) / (1 - Math.pow(0.9, (double) step));
      in[0][i] = p - 0.1 * in[2][i] / (1 - Math.pow(0.8, (double) step)) / (Math.sqrt(v) + 1e-3);
    }
    for (int i = 0; i < 5; i++) {
      double[] got = Arrays.copyOf(Plain.values(data[i][0]), 14);
      System.arraycopy(Plain.values(data[i][1]), 0, got, 9, 5);
      assertArrayEquals(in[i], got, tolerance);
    }
  }

  @Test
  void anEmptyConvolutionHasZeroGradients() {
    var s =
        ConvSpec.of(
            "conv",
            dev.tern.shape.Shape.of(0, 2, 4),
            dev.tern.shape.Shape.of(3, 2, 3),
            dev.tern.shape.ConvOptions.defaults());
    Data dweight = Plain.empty(F64, 3, 2, 3);
    Composed.convWeightGrad(CPU, s, Plain.empty(F64, 0, 2, 4), Plain.empty(F64, 0, 3, 2), dweight);
    assertArrayEquals(new double[18], Plain.values(dweight));
  }
}
