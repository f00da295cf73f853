package dev.tern.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tern.Parameter;
import dev.tern.Tensor;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** What follows from the formulas of Adam and AdamW; whole trajectories are in the golden suite. */
class AdamTest {
  private static double firstStep(
      double gradient,
      BiFunction<List<Parameter>, AdamOptions, Optimizer> make,
      AdamOptions options) {
    Parameter p = new Parameter(Tensor.of(new double[] {2}));
    p.mul(gradient).sum().backward();
    make.apply(List.of(p), options).step();
    return p.item();
  }

  @Test
  void theFirstStepIsTheLearningRateWhateverTheGradient() {
    assertEquals(1.99, firstStep(5, Adam::new, Adam.lr(0.01)), 1e-8);
    assertEquals(1.99, firstStep(500, Adam::new, Adam.lr(0.01).amsgrad(true)), 1e-8);
    assertEquals(2.01, firstStep(-3, Adam::new, Adam.lr(0.01)), 1e-8);
    assertEquals(2.01, firstStep(3, Adam::new, Adam.lr(0.01).maximize(true)), 1e-8);
  }

  @Test
  void adamWDecaysTheWeightItself() {
    assertEquals(
        2 * (1 - 0.01 * 0.5) - 0.01,
        firstStep(5, AdamW::new, AdamW.lr(0.01).weightDecay(0.5)),
        1e-8);
    assertEquals(1.99, firstStep(5, Adam::new, Adam.lr(0.01).weightDecay(0.5)), 1e-8);
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> Adam.lr(0.1).betas(1, 0.9));
    assertThrows(IllegalArgumentException.class, () -> Adam.lr(0.1).betas(0.9, -0.1));
    assertThrows(IllegalArgumentException.class, () -> AdamW.lr(0.1).eps(-1));
  }

  @Test
  void stepLRDropsEverySoManyEpochs() {
    Optimizer optimizer = new SGD(List.of(new Parameter(Tensor.ones(1))), SGD.lr(0.1));
    StepLR schedule = new StepLR(optimizer, 3, 0.5);
    double[] rates = {0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.025};
    for (double rate : rates) {
      assertEquals(rate, optimizer.groups().get(0).lr(), 1e-17);
      schedule.step();
    }
    assertEquals(0.1, optimizer.groups().get(0).initialLr());
    assertThrows(IllegalArgumentException.class, () -> new StepLR(optimizer, 0));
  }
}
