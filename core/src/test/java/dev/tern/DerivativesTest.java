package dev.tern;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tern.shape.AutogradException;
import dev.tern.shape.Shape;
import org.junit.jupiter.api.Test;

/** Whole derivatives against what can be worked out by hand, and against each other. */
class DerivativesTest {
  private static final double[] POINT = {0.5, -1.2, 2.0};

  private static Tensor point() {
    return Tensor.of(POINT);
  }

  /** x_0 x_1, x_1 sin x_2. */
  private static Tensor pair(Tensor x) {
    Tensor first = x.select(0, 0).mul(x.select(0, 1));
    Tensor second = x.select(0, 1).mul(x.select(0, 2).sin());
    return Tensor.stack(java.util.List.of(first, second), 0);
  }

  private static final double[] PAIR_JACOBIAN = {
    POINT[1], POINT[0], 0, 0, Math.sin(POINT[2]), POINT[1] * Math.cos(POINT[2])
  };

  @Test
  void jacobian() {
    Tensor found = Autograd.jacobian(DerivativesTest::pair, point());
    assertEquals(Shape.of(2, 3), found.shape());
    assertArrayEquals(PAIR_JACOBIAN, found.toDoubleArray(), 1e-12);
  }

  @Test
  void jacobianOfMatrices() {
    Tensor x = Tensor.from(new double[] {1, 2, 3, 4}, 2, 2);
    Tensor found = Autograd.jacobian(m -> m.sum(1), x);
    assertEquals(Shape.of(2, 2, 2), found.shape());
    assertArrayEquals(new double[] {1, 1, 0, 0, 0, 0, 1, 1}, found.toDoubleArray());
    assertEquals(Shape.of(2, 2), Autograd.jacobian(Tensor::sum, x).shape());
  }

  @Test
  void hessian() {
    // f = x_0² x_1 + x_2³
    TensorFunction f = x -> x.select(0, 0).square().mul(x.select(0, 1)).add(x.select(0, 2).pow(3));
    double[] expected = {2 * POINT[1], 2 * POINT[0], 0, 2 * POINT[0], 0, 0, 0, 0, 6 * POINT[2]};
    Tensor found = Autograd.hessian(f, point());
    assertArrayEquals(expected, found.toDoubleArray(), 1e-12);
    Tensor v = Tensor.of(0.3, -0.7, 1.1);
    assertArrayEquals(
        found.mv(v).toDoubleArray(), Autograd.hvp(f, point(), v).toDoubleArray(), 1e-12);
  }

  @Test
  void productsWithVectors() {
    Tensor jacobian = Tensor.from(PAIR_JACOBIAN, 2, 3);
    Tensor v = Tensor.of(0.3, -0.7, 1.1);
    Tensor w = Tensor.of(0.4, 0.9);
    assertArrayEquals(
        jacobian.mv(v).toDoubleArray(),
        Autograd.jvp(DerivativesTest::pair, point(), v).toDoubleArray(),
        1e-12);
    assertArrayEquals(
        jacobian.t().mv(w).toDoubleArray(),
        Autograd.vjp(DerivativesTest::pair, point(), w).toDoubleArray(),
        1e-12);
  }

  @Test
  void constantsAndLinearFunctionsHaveZeros() {
    Tensor zeros = Tensor.of(0.0, 0.0, 0.0);
    assertArrayEquals(
        zeros.toDoubleArray(),
        Autograd.vjp(x -> Tensor.of(7.0), point(), Tensor.of(1.0)).toDoubleArray());
    assertArrayEquals(new double[9], Autograd.hessian(Tensor::sum, point()).toDoubleArray());
    assertArrayEquals(
        new double[] {3},
        Autograd.jvp(x -> x.sum().reshape(1), point(), Tensor.of(1.0, 1.0, 1.0)).toDoubleArray());
  }

  @Test
  void theCallersTensorIsLeftAlone() {
    Tensor x = point().requiresGrad_(true);
    try (var off = Autograd.noGrad()) {
      Autograd.jacobian(Tensor::exp, x);
    }
    assertNull(x.grad());
    assertThrows(AutogradException.class, () -> Autograd.hessian(Tensor::exp, x));
    assertThrows(AutogradException.class, () -> Autograd.vjp(Tensor::exp, x, Tensor.of(1.0)));
  }
}
