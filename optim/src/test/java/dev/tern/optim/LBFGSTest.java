package dev.tern.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.Parameter;
import dev.tern.Tensor;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Rosenbrock's valley, where plain descent takes thousands of steps. */
class LBFGSTest {
  private final Parameter x = new Parameter(Tensor.of(-1.2));
  private final Parameter y = new Parameter(Tensor.of(1.0));
  private int evaluations;

  private Supplier<Tensor> valley(Optimizer optimizer) {
    return () -> {
      evaluations++;
      optimizer.zeroGrad();
      Tensor loss = x.sub(1).square().add(y.sub(x.square()).square().mul(100)).sum();
      loss.backward();
      return loss;
    };
  }

  @Test
  void followsPyTorchThroughAValley() {
    var optimizer = new LBFGS(List.of(x, y), LBFGS.lr(1).strongWolfe().maxIter(40));
    assertEquals(24.2, optimizer.step(valley(optimizer)), 1e-12); // the loss before the step
    optimizer.step(valley(optimizer));
    double[] whereAndHowPyTorchEnds = {0.9999814210791366, 0.9999619651810989, 44};
    assertArrayEquals(whereAndHowPyTorchEnds, new double[] {x.item(), y.item(), evaluations}, 1e-9);
  }

  @Test
  void stopsAtItsBounds() {
    var optimizer = new LBFGS(List.of(x, y), LBFGS.lr(0.001).maxIter(7));
    optimizer.step(valley(optimizer));
    assertEquals(7, evaluations);
    var second = new LBFGS(List.of(x, y), LBFGS.lr(0.001).maxIter(7).maxEval(3));
    evaluations = 0;
    second.step(valley(second));
    assertEquals(3, evaluations);
  }

  @Test
  void whatItNeedsIsSaid() {
    var optimizer = new LBFGS(List.of(x, y), LBFGS.lr(1));
    String message =
        assertThrows(UnsupportedOperationException.class, optimizer::step).getMessage();
    assertTrue(message.contains("step(closure)"), message);
    assertThrows(IllegalArgumentException.class, () -> LBFGS.lr(1).maxIter(0));
  }
}
