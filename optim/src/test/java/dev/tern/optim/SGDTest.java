package dev.tern.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.Parameter;
import dev.tern.Tensor;
import dev.tern.shape.AutogradException;
import dev.tern.shape.DType;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Descent by hand, and what is refused. */
class SGDTest {
  private static Parameter parameter(double... values) {
    return new Parameter(Tensor.of(values));
  }

  /** Steps of a parameter with the constant gradient 1. */
  private static double after(int steps, SGD.Options options) {
    Parameter p = parameter(1);
    SGD optimizer = new SGD(List.of(p), options);
    for (int i = 0; i < steps; i++) {
      optimizer.zeroGrad();
      p.sum().backward();
      optimizer.step();
    }
    return p.item();
  }

  @Test
  void followsItsFormula() {
    assertEquals(0.7, after(3, SGD.lr(0.1)), 1e-15);
    assertEquals(1.3, after(3, SGD.lr(0.1).maximize()), 1e-15);
    // v: 1, 1.5, 1.75
    assertEquals(1 - 0.1 * 4.25, after(3, SGD.lr(0.1).momentum(0.5)), 1e-15);
    // v: 1, then 0.5 + 0.8 = 1.3
    assertEquals(1 - 0.1 * 2.3, after(2, SGD.lr(0.1).momentum(0.5).dampening(0.2)), 1e-15);
    // g + 0.5 v: 1.5, 1.75
    assertEquals(1 - 0.1 * 3.25, after(2, SGD.lr(0.1).momentum(0.5).nesterov()), 1e-15);
    // g: 1 + 0.5, then p = 0.85
    assertEquals(0.85 - 0.1 * 1.425, after(2, SGD.lr(0.1).weightDecay(0.5)), 1e-15);
  }

  @Test
  void aParameterWithoutGradientIsLeft() {
    Parameter used = parameter(1, 2);
    Parameter unused = parameter(3);
    SGD optimizer = new SGD(List.of(used, unused), SGD.lr(0.5).momentum(0.9).weightDecay(0.1));
    used.sum().backward();
    optimizer.step();
    assertEquals(3, unused.item());
    assertArrayEquals(new double[] {0.45, 1.4}, used.toDoubleArray(), 1e-15);
  }

  @Test
  void aStepWithoutAnyGradientIsAnError() {
    SGD optimizer = new SGD(List.of(parameter(1)), SGD.lr(0.1));
    AutogradException error = assertThrows(AutogradException.class, optimizer::step);
    assertTrue(error.getMessage().startsWith("SGD.step: no parameter has a gradient"));
  }

  @Test
  void zeroGradTakesGradientsAway() {
    Parameter p = parameter(1);
    p.sum().backward();
    new SGD(List.of(p), SGD.lr(0.1)).zeroGrad();
    assertNull(p.grad());
  }

  @Test
  void groupsHaveTheirOwnSettings() {
    Parameter slow = parameter(0);
    Parameter fast = parameter(0);
    SGD optimizer = new SGD(List.of(slow), SGD.lr(0.1)).addGroup(List.of(fast), SGD.lr(1));
    slow.sum().add(fast.sum()).backward();
    optimizer.step();
    assertEquals(-0.1, slow.item(), 1e-15);
    assertEquals(-1, fast.item(), 1e-15);
    assertEquals(2, optimizer.groups().size());
    optimizer.groups().get(1).lr(0.5);
    optimizer.step();
    assertEquals(-1.5, fast.item(), 1e-15);
  }

  @Test
  void momentumSurvivesACast() {
    Parameter p = new Parameter(Tensor.of(1f));
    SGD optimizer = new SGD(List.of(p), SGD.lr(0.5).momentum(0.5));
    p.sum().backward();
    optimizer.step();
    p.set_(p.detach().to(DType.FLOAT64));
    optimizer.zeroGrad();
    p.sum().backward();
    optimizer.step();
    assertEquals(1 - 0.5 * 1 - 0.5 * 1.5, p.item(), 1e-7);
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> SGD.lr(-1));
    assertThrows(IllegalArgumentException.class, () -> SGD.lr(Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> SGD.lr(1).momentum(-0.1));
    assertThrows(IllegalArgumentException.class, () -> SGD.lr(1).weightDecay(-0.1));
    List<Parameter> p = List.of(parameter(1));
    assertThrows(IllegalArgumentException.class, () -> new SGD(p, SGD.lr(1).nesterov()));
    assertThrows(
        IllegalArgumentException.class,
        () -> new SGD(p, SGD.lr(1).momentum(0.9).dampening(0.1).nesterov()));
  }

  @Test
  void parametersThatDoNotFitAreRefused() {
    Parameter p = parameter(1);
    assertThrows(IllegalArgumentException.class, () -> new SGD(List.of(), SGD.lr(1)));
    assertThrows(IllegalArgumentException.class, () -> new SGD(List.of(p, p), SGD.lr(1)));
    assertThrows(
        IllegalArgumentException.class,
        () -> new SGD(List.of(p), SGD.lr(1)).addGroup(List.of(p), SGD.lr(2)));
    assertThrows(AutogradException.class, () -> new SGD(List.of(p.mul(2)), SGD.lr(1)));
  }
}
