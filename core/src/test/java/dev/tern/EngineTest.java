package dev.tern;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tern.shape.DType;
import dev.tern.shape.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The engine overwrites and gives back only what nobody else can see. */
class EngineTest {
  private static Tensor step(Random random, List<Tensor> made) {
    Tensor x = made.get(random.nextInt(made.size()));
    Tensor y = made.get(random.nextInt(made.size()));
    return switch (random.nextInt(12)) {
      case 0 -> x.add(y);
      case 1 -> x.sub(y);
      case 2 -> x.mul(y);
      case 3 -> x.neg();
      case 4 -> x.tanh();
      case 5 -> x.mul(0.5);
      case 6 -> x.add(1);
      case 7 -> x.t().contiguous().view(3, 4);
      case 8 -> x.add(y.sum(true, 0));
      case 9 -> x.logSoftmax(1);
      case 10 -> x.add(x);
      default -> Tensor.where(x.detach().gt(0), x, y);
    };
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void randomGraphsGiveTheGradientsThatNeedNoMemoryTwice(int seed) {
    Random random = new Random(seed);
    List<Tensor> leaves = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      double[] values = random.doubles(12, -1, 1).toArray();
      leaves.add(Tensor.from(values, 3, 4).requiresGrad_(true));
    }
    List<Tensor> made = new ArrayList<>(leaves);
    for (int i = 0; i < 25; i++) {
      made.add(step(random, made));
    }
    Tensor loss = Tensor.zeros(DType.FLOAT64, Shape.of());
    for (Tensor each : made) {
      loss = loss.add(each.sum());
    }
    // with createGraph nothing is overwritten or given back
    List<Tensor> expected = Autograd.grad(loss, null, true, true, leaves.toArray(new Tensor[0]));
    loss.backward();
    for (int i = 0; i < leaves.size(); i++) {
      double[] gradient = expected.get(i).toDoubleArray();
      double[] actual = leaves.get(i).grad().toDoubleArray();
      for (int j = 0; j < gradient.length; j++) {
        assertEquals(gradient[j], actual[j], 1e-9 * (1 + Math.abs(gradient[j])));
      }
    }
  }

  @Test
  void gradientThatTheCallerGaveIsNotChanged() {
    Tensor x = Tensor.of(1.0, 2).requiresGrad_(true);
    Tensor start = Tensor.of(3.0, 4);
    x.neg().backward(start);
    assertArrayEquals(new double[] {3, 4}, start.toDoubleArray());
    assertArrayEquals(new double[] {-3, -4}, x.grad().toDoubleArray());
  }

  @Test
  void gradientThatAFunctionKeptIsNotChanged() {
    List<Tensor> kept = new ArrayList<>();
    class Keeper extends Function {
      @Override
      protected Tensor forward(Context context, Tensor... inputs) {
        return inputs[0].mul(1);
      }

      @Override
      protected Tensor[] backward(Context context, Tensor dy) {
        kept.add(dy);
        return new Tensor[] {dy};
      }
    }

    Tensor x = Tensor.of(1.0, 2).requiresGrad_(true);
    new Keeper().apply(x.neg()).mul(2).sum().backward();
    assertArrayEquals(new double[] {2, 2}, kept.get(0).toDoubleArray());
    assertArrayEquals(new double[] {-2, -2}, x.grad().toDoubleArray());
  }

  @Test
  void leavesThatShareAGradientDoNotShareItsMemory() {
    Tensor x = Tensor.of(1.0, 2).requiresGrad_(true);
    Tensor y = Tensor.of(3.0, 4).requiresGrad_(true);
    x.add(y).mul(2).sum().backward();
    x.grad().zero_();
    assertArrayEquals(new double[] {2, 2}, y.grad().toDoubleArray());
  }
}
