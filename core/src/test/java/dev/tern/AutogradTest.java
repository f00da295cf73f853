package dev.tern;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.shape.AutogradException;
import org.junit.jupiter.api.Test;

class AutogradTest {
  private static Tensor leaf(double... values) {
    return Tensor.of(values).requiresGrad_(true);
  }

  private static double[] grad(Tensor leaf) {
    Tensor gradient = leaf.grad();
    assertNotNull(gradient);
    return gradient.toDoubleArray();
  }

  @Test
  void aTensorUsedTwiceGetsBothGradients() {
    Tensor x = leaf(2, 3);
    x.mul(x).add(x).sum().backward();
    assertArrayEquals(new double[] {5, 7}, grad(x));
  }

  @Test
  void gradientsAccumulateOverCallsAndInPlace() {
    Tensor x = leaf(1, 2);
    x.sum().backward();
    Tensor first = x.grad();
    x.mul(10).sum().backward();
    assertArrayEquals(new double[] {11, 11}, grad(x));
    assertTrue(first == x.grad());
  }

  @Test
  void aSecondBackwardNeedsRetainGraph() {
    Tensor x = leaf(1, 2);
    Tensor y = x.square().sum();
    y.backward();
    AutogradException e = assertThrows(AutogradException.class, y::backward);
    assertTrue(e.getMessage().contains("retainGraph"), e.getMessage());

    Tensor z = leaf(1, 2);
    Tensor w = z.square().sum();
    w.backward(true, false);
    w.backward();
    assertArrayEquals(new double[] {4, 8}, grad(z));
  }

  @Test
  void theGradientHandedInIsLeftAsItIs() {
    Tensor x = leaf(1, 2);
    Tensor dy = Tensor.of(3.0, 4.0);
    x.add(1).tanh().backward(dy);
    assertArrayEquals(new double[] {3, 4}, dy.toDoubleArray());
    x.add(1).backward(dy);
    Tensor held = x.grad();
    assertNotNull(held);
    held.fill_(0);
    assertArrayEquals(new double[] {3, 4}, dy.toDoubleArray());
  }

  @Test
  void aBranchedGradientIsNotOverwritten() {
    // both branches receive the same dy; tanh would overwrite it if it were told it may
    Tensor x = leaf(0.3, -0.7);
    Tensor y = x.tanh().add(x.mul(1));
    y.mul(2).sum().backward();
    double[] expected = new double[2];
    double[] values = {0.3, -0.7};
    for (int i = 0; i < 2; i++) {
      double t = Math.tanh(values[i]);
      expected[i] = 2 * (1 - t * t) + 2;
    }
    assertArrayEquals(expected, grad(x), 1e-12);
  }

  @Test
  void savedTensorsMustNotChange() {
    Tensor x = leaf(1, 2);
    Tensor y = x.tanh();
    Tensor z = y.sum();
    y.detach().mul_(2);
    AutogradException e = assertThrows(AutogradException.class, z::backward);
    assertTrue(e.getMessage().contains("tanh") && e.getMessage().contains("mul_"), e.getMessage());
  }

  @Test
  void whatNoGradientReadsMayChange() {
    Tensor x = leaf(1, 2);
    Tensor c = Tensor.of(3.0, 4.0);
    Tensor y = x.add(0).mul(c);
    Tensor z = x.add(c);
    c.detach(); // shares the memory but changes nothing
    x.detach().fill_(9); // x itself is read by no gradient
    y.add(z).sum().backward();
    assertArrayEquals(new double[] {4, 5}, grad(x));
  }

  @Test
  void leavesAreNotChangedInPlaceWhileRecording() {
    Tensor x = leaf(1, 2);
    assertThrows(AutogradException.class, () -> x.add_(1));
    assertThrows(AutogradException.class, () -> x.view(2, 1).add_(1));
    try (var off = Autograd.noGrad()) {
      x.add_(1);
    }
    assertArrayEquals(new double[] {2, 3}, x.toDoubleArray());
  }

  @Test
  void inPlaceOnAnInnerTensorIsRecorded() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(2);
    y.add_(5).mul_(x);
    y.sum().backward(); // (2x + 5) x
    assertArrayEquals(new double[] {9, 13}, grad(x));
  }

  @Test
  void inPlaceByItself() {
    Tensor x = leaf(3, 4);
    Tensor y = x.mul(1);
    y.mul_(y);
    y.sum().backward();
    assertArrayEquals(new double[] {6, 8}, grad(x));
  }

  @Test
  void inPlaceOnAViewIsRecordedOnItsBase() {
    Tensor x = leaf(1, 2, 3, 4);
    Tensor y = x.mul(1).view(2, 2);
    Tensor base = x.mul(3);
    Tensor row = base.view(2, 2).select(0, 1);
    Tensor scale = leaf(10, 20);
    row.mul_(scale);
    base.sum().add(row.sum()).add(y.sum()).backward();
    assertArrayEquals(new double[] {4, 4, 61, 121}, grad(x));
    assertArrayEquals(new double[] {18, 24}, grad(scale));
  }

  @Test
  void otherViewsSeeTheChangeOfTheirBase() {
    Tensor x = leaf(1, 2, 3);
    Tensor base = x.mul(1);
    Tensor before = base.narrow(0, 0, 2);
    base.mul_(7);
    before.sum().backward();
    assertArrayEquals(new double[] {7, 7, 0}, grad(x));
  }

  @Test
  void expandedMemoryIsNotWrittenThrough() {
    Tensor y = Tensor.zeros(1).expand(3);
    assertThrows(AutogradException.class, () -> y.add_(1));
  }

  @Test
  void gradGivesValuesAndLeavesLeavesAlone() {
    Tensor x = leaf(2);
    Tensor w = leaf(5);
    Tensor y = x.pow(3).mul(w).sum();
    Tensor dx = Autograd.grad(y, null, true, true, x).get(0);
    assertEquals(60, dx.item(), 1e-12);
    assertEquals(60, Autograd.grad(dx, x).get(0).item(), 1e-12);
    assertNull(x.grad());
    assertNull(w.grad());
    Tensor unused = leaf(1);
    assertThrows(AutogradException.class, () -> Autograd.grad(x.sum(), unused));
  }

  @Test
  void gradOfAnInnerTensor() {
    Tensor x = leaf(2);
    Tensor inner = x.square();
    Tensor y = inner.mul(3).sum();
    assertEquals(3, Autograd.grad(y, inner).get(0).item());
  }

  @Test
  void aDeepGraphDoesNotOverflowTheStack() {
    Tensor x = leaf(1);
    Tensor y = x;
    for (int i = 0; i < 20_000; i++) {
      y = y.add(1);
    }
    y.sum().backward();
    assertArrayEquals(new double[] {1}, grad(x));
  }

  @Test
  void backwardThroughNothingSaysSo() {
    AutogradException e =
        assertThrows(AutogradException.class, () -> Tensor.of(1f).sum().backward());
    assertTrue(e.getMessage().contains("requiresGrad_"), e.getMessage());
    Tensor x = leaf(1, 2);
    AutogradException shape = assertThrows(AutogradException.class, () -> x.mul(2).backward());
    assertTrue(shape.getMessage().contains("[2]"), shape.getMessage());
  }

  @Test
  void noGradIsOfTheThreadAndNests() throws InterruptedException {
    boolean[] seen = new boolean[1];
    try (var off = Autograd.noGrad()) {
      assertFalse(Autograd.isEnabled());
      try (var on = Autograd.enabled(true)) {
        assertTrue(Autograd.isEnabled());
      }
      assertFalse(Autograd.isEnabled());
      Thread other = new Thread(() -> seen[0] = Autograd.isEnabled());
      other.start();
      other.join();
    }
    assertTrue(seen[0]);
    assertTrue(Autograd.isEnabled());
  }

  private static final class Cube extends Function {
    @Override
    protected Tensor forward(Context context, Tensor... inputs) {
      context.save(inputs[0]);
      return inputs[0].pow(3);
    }

    @Override
    protected Tensor[] backward(Context context, Tensor dy) {
      return new Tensor[] {dy.mul(context.saved(0).square()).mul(3)};
    }
  }

  private static final class Wrong extends Function {
    @Override
    protected Tensor forward(Context context, Tensor... inputs) {
      return inputs[0].pow(3);
    }

    @Override
    protected Tensor[] backward(Context context, Tensor dy) {
      return new Tensor[] {dy.mul(3)};
    }
  }

  @Test
  void aFunctionOfTheUsersOwn() {
    Tensor x = leaf(2, -1);
    GradCheck.checkSecondOrder(inputs -> new Cube().apply(inputs), x);
    AutogradException e =
        assertThrows(
            AutogradException.class, () -> GradCheck.check(inputs -> new Wrong().apply(inputs), x));
    assertTrue(e.getMessage().contains("differences"), e.getMessage());
  }

  @Test
  void sharedMemoryOfAFunctionsGradientIsNotOverwritten() {
    Tensor held = Tensor.of(5.0);
    Function constant =
        new Function() {
          @Override
          protected Tensor forward(Context context, Tensor... inputs) {
            return inputs[0].mul(5);
          }

          @Override
          protected Tensor[] backward(Context context, Tensor dy) {
            return new Tensor[] {held};
          }
        };
    Tensor x = leaf(1);
    constant.apply(x.tanh().exp()).sum().backward();
    assertEquals(5, held.item());
  }

  @Test
  void productsKeepTheSignOfZero() {
    float[] products = Tensor.of(-0f, 0f, -1f).mul(2).toFloatArray();
    assertEquals(Float.NEGATIVE_INFINITY, 1 / products[0]);
    assertEquals(Float.POSITIVE_INFINITY, 1 / products[1]);
    assertEquals(Float.NEGATIVE_INFINITY, 1 / Tensor.of(-0f).mul_(3).toFloatArray()[0]);
  }
}
