package dev.tern;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.shape.AutogradException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Hooks see a gradient once a pass, when all of it has come together. */
class HookTest {
  private static Tensor leaf(double... values) {
    return Tensor.of(values).requiresGrad_(true);
  }

  private static double[] gradient(Tensor x) {
    Tensor gradient = x.grad();
    return gradient == null ? new double[0] : gradient.toDoubleArray();
  }

  @Test
  void aLeafsHookSeesTheSumOfAllUses() {
    Tensor x = leaf(1, 2);
    List<double[]> seen = new ArrayList<>();
    x.registerHook(
        dx -> {
          seen.add(dx.toDoubleArray());
          return null;
        });
    x.mul(2).add(x.square()).sum().backward(); // 2 + 2x
    assertEquals(1, seen.size());
    assertArrayEquals(new double[] {4, 6}, seen.get(0));
    assertArrayEquals(new double[] {4, 6}, gradient(x));
  }

  @Test
  void whatAHookReturnsGoesFurtherBack() {
    Tensor x = leaf(1, 2);
    Tensor h = x.mul(3);
    h.registerHook(dh -> dh.mul(10));
    x.registerHook(dx -> dx.add(1));
    h.sin().mul(0).add(h).sum().backward(); // dh = 1
    assertArrayEquals(new double[] {31, 31}, gradient(x));
  }

  @Test
  void hooksRunInOrderAndAreRemovedOneByOne() {
    Tensor x = leaf(1);
    try (HookHandle twice = x.registerHook(dx -> dx.mul(2))) {
      x.registerHook(dx -> dx.add(1));
      x.mul(5).sum().backward();
      assertArrayEquals(new double[] {11}, gradient(x));
    }
    x.setGrad(null);
    x.mul(5).sum().backward();
    assertArrayEquals(new double[] {6}, gradient(x));
  }

  @Test
  void gradientsTakenAsValuesPassTheHooksToo() {
    Tensor x = leaf(1);
    Tensor h = x.mul(3);
    x.registerHook(dx -> dx.mul(2));
    h.registerHook(dh -> dh.mul(10));
    List<Tensor> found = Autograd.grad(h.square().sum(), x, h);
    assertEquals(2 * 3 * 10 * 6, found.get(0).item());
    assertEquals(10 * 6, found.get(1).item());
  }

  @Test
  void aHooksGradientIsNotOverwrittenLater() {
    Tensor x = leaf(1, 2, 3);
    List<Tensor> kept = new ArrayList<>();
    Tensor h = x.mul(2);
    h.registerHook(
        dh -> {
          kept.add(dh);
          return null;
        });
    h.tanh().mul(3).sum().backward();
    double[] expected = h.detach().tanh().square().rsub(1).mul(3).toDoubleArray();
    assertArrayEquals(expected, kept.get(0).toDoubleArray(), 1e-12);
  }

  @Test
  void hooksCanBeDifferentiated() {
    Tensor x = leaf(2);
    Tensor h = x.mul(1);
    Tensor slope;
    try (HookHandle square = h.registerHook(dh -> dh.mul(dh))) {
      slope = Autograd.grad(h.pow(3).sum(), null, true, true, x).get(0); // (3x²)² = 9x⁴
    }
    assertEquals(144, slope.item(), 1e-9);
    slope.sum().backward();
    assertArrayEquals(new double[] {288}, gradient(x), 1e-9); // 36x³
  }

  @Test
  void mistakesAreExplained() {
    Tensor x = leaf(1, 2);
    x.registerHook(dx -> dx.sum());
    var shape = assertThrows(AutogradException.class, () -> x.sum().backward());
    assertTrue(String.valueOf(shape.getMessage()).contains("[2]"), shape.getMessage());
    Tensor constant = Tensor.of(1.0);
    assertThrows(AutogradException.class, () -> constant.registerHook(dx -> dx));
  }
}
