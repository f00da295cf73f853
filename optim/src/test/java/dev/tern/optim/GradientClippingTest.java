package dev.tern.optim;

import static dev.tern.optim.GradientClipping.clipGradNorm_;
import static dev.tern.optim.GradientClipping.clipGradValue_;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tern.Parameter;
import dev.tern.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class GradientClippingTest {
  private static Parameter withGradient(double... gradient) {
    Parameter p = new Parameter(Tensor.of(new double[gradient.length]));
    p.setGrad(Tensor.of(gradient));
    return p;
  }

  private static double[] gradient(Parameter p) {
    return p.grad().toDoubleArray();
  }

  @Test
  void allGradientsAreScaledTogether() {
    Parameter a = withGradient(3, 0);
    Parameter b = withGradient(-4);
    Parameter none = new Parameter(Tensor.of(1.0));
    assertEquals(5, clipGradNorm_(List.of(a, none, b), 1), 1e-12);
    assertArrayEquals(new double[] {0.6, 0}, gradient(a), 1e-6);
    assertArrayEquals(new double[] {-0.8}, gradient(b), 1e-6);
  }

  @Test
  void smallGradientsStay() {
    Parameter a = withGradient(3, -4);
    assertEquals(5, clipGradNorm_(List.of(a), 6), 1e-12);
    assertArrayEquals(new double[] {3, -4}, gradient(a));
    assertEquals(0, clipGradNorm_(List.of(new Parameter(Tensor.of(1.0))), 6));
  }

  @Test
  void otherNorms() {
    Parameter a = withGradient(3, -4);
    Parameter b = withGradient(5);
    assertEquals(12, clipGradNorm_(List.of(a, b), 100, 1, true), 1e-12);
    assertEquals(5, clipGradNorm_(List.of(a, b), 2.5, Double.POSITIVE_INFINITY, true), 1e-12);
    assertArrayEquals(new double[] {1.5, -2}, gradient(a), 1e-6);
    assertThrows(IllegalArgumentException.class, () -> clipGradNorm_(List.of(a), 1, 0, false));
  }

  @Test
  void aNormThatIsNotFiniteCanBeAnError() {
    Parameter a = withGradient(Double.NaN, 1);
    assertThrows(ArithmeticException.class, () -> clipGradNorm_(List.of(a), 1, 2, true));
    assertArrayEquals(new double[] {Double.NaN, 1}, gradient(a));
    assertEquals(Double.NaN, clipGradNorm_(List.of(a), 1));
    assertArrayEquals(new double[] {Double.NaN, Double.NaN}, gradient(a)); // as in PyTorch
  }

  @Test
  void elementsAreCut() {
    Parameter a = withGradient(3, -4, 0.5);
    clipGradValue_(List.of(a, new Parameter(Tensor.of(1.0))), 1);
    assertArrayEquals(new double[] {1, -1, 0.5}, gradient(a));
  }
}
