package dev.tern.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tern.Parameter;
import dev.tern.Tensor;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
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

  /** Steps with given gradients, of which PyTorch's tables have no trajectory. */
  private static double after(double[] gradients, Function<List<Parameter>, Optimizer> make) {
    Parameter p = new Parameter(Tensor.of(2.0));
    Optimizer optimizer = make.apply(List.of(p));
    for (double gradient : gradients) {
      p.setGrad(Tensor.of(gradient));
      optimizer.step();
    }
    return p.item();
  }

  private static final double[] GRADIENTS = {1, -0.5, 3, 2, 0.1, 0.7, -1};

  @Test
  void nadamIsDozatsFormula() {
    double p = 2;
    double m = 0;
    double v = 0;
    double product = 1;
    for (int t = 1; t <= GRADIENTS.length; t++) {
      double g = GRADIENTS[t - 1] + 0.1 * p;
      double mu = 0.9 * (1 - 0.5 * Math.pow(0.96, t * 0.004));
      double next = 0.9 * (1 - 0.5 * Math.pow(0.96, (t + 1) * 0.004));
      product *= mu;
      m = 0.9 * m + 0.1 * g;
      v = 0.99 * v + 0.01 * g * g;
      double mean = next * m / (1 - product * next) + (1 - mu) * g / (1 - product);
      p -= 0.05 * mean / (Math.sqrt(v / (1 - Math.pow(0.99, t))) + 1e-8);
    }
    double got =
        after(GRADIENTS, q -> new NAdam(q, NAdam.lr(0.05).betas(0.9, 0.99).weightDecay(0.1)));
    assertEquals(p, got, 1e-7); // the product is FLOAT32, as PyTorch's
  }

  @Test
  void radamIsLiusFormula() {
    double p = 2;
    double m = 0;
    double v = 0;
    double most = 2 / (1 - 0.9) - 1;
    for (int t = 1; t <= GRADIENTS.length; t++) {
      p *= 1 - 0.05 * 0.1;
      m = 0.9 * m + 0.1 * GRADIENTS[t - 1];
      v = 0.9 * v + 0.1 * GRADIENTS[t - 1] * GRADIENTS[t - 1];
      double length = most - 2 * t * Math.pow(0.9, t) / (1 - Math.pow(0.9, t));
      double mean = m / (1 - Math.pow(0.9, t));
      if (length > 5) {
        double r =
            Math.sqrt((length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length));
        mean *= r * Math.sqrt(1 - Math.pow(0.9, t)) / (Math.sqrt(v) + 1e-8);
      }
      p -= 0.05 * mean;
    }
    RAdam.Options options = RAdam.lr(0.05).betas(0.9, 0.9).weightDecay(0.1);
    double got = after(GRADIENTS, q -> new RAdam(q, options.decoupledWeightDecay(true)));
    assertEquals(p, got, 1e-12);
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
