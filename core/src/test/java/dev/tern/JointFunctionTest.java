package dev.tern;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.shape.AutogradException;
import dev.tern.shape.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A function of the user's own with two outputs and one backward. */
class JointFunctionTest {
  /** x and y give x y, of their shape, and the sum of x. */
  private static final class ProductAndSum extends JointFunction {
    private final int gradients;
    private int backwards;

    ProductAndSum(int gradients) {
      this.gradients = gradients;
    }

    @Override
    protected List<Tensor> forward(Function.Context context, Tensor... in) {
      context.save(in);
      return List.of(in[0].mul(in[1]), in[0].sum());
    }

    @Override
    protected Tensor[] backward(Function.Context context, List<Tensor> dys) {
      backwards++;
      Tensor dx = dys.get(0).mul(context.saved(1)).add(dys.get(1));
      Tensor dy = dys.get(0).mul(context.saved(0));
      return java.util.Arrays.copyOf(new Tensor[] {dx, dy}, gradients);
    }
  }

  private static Tensor leaf(double... values) {
    return Tensor.from(values, 2, 2).requiresGrad_(true);
  }

  @Test
  void gradientsComeFromAllOutputsAtOnce() {
    Tensor x = leaf(1, 2, 3, 4);
    Tensor y = leaf(5, 6, 7, 8);
    var function = new ProductAndSum(2);
    List<Tensor> out = function.apply(x, y);
    assertEquals(Shape.of(2, 2), out.get(0).shape());
    assertEquals(Shape.of(), out.get(1).shape());
    assertEquals(10, out.get(1).item());
    out.get(0).sum().add(out.get(1).mul(3)).backward();
    assertEquals(1, function.backwards);
    assertArrayEquals(new double[] {8, 9, 10, 11}, x.grad().toDoubleArray());
    assertArrayEquals(new double[] {1, 2, 3, 4}, y.grad().toDoubleArray());
  }

  @Test
  void anUnusedOutputHasZeros() {
    Tensor x = leaf(1, 2, 3, 4);
    new ProductAndSum(2).apply(x, leaf(5, 6, 7, 8)).get(1).backward();
    assertArrayEquals(new double[] {1, 1, 1, 1}, x.grad().toDoubleArray());
  }

  @Test
  void itsGradientsAreDifferentiatedAgain() {
    GradCheck.checkSecondOrder(
        in -> {
          List<Tensor> out = new ProductAndSum(2).apply(in);
          return out.get(0).square().sum().mul(out.get(1));
        },
        leaf(0.5, -1.2, 2, 0.3),
        leaf(1.5, 0.2, -0.7, 1));
  }

  @Test
  void tooFewGradientsAreRefused() {
    Tensor x = leaf(1, 2, 3, 4);
    Tensor sum = new ProductAndSum(1).apply(x, leaf(5, 6, 7, 8)).get(1);
    var e = assertThrows(AutogradException.class, sum::backward);
    assertTrue(
        String.valueOf(e.getMessage()).contains("ProductAndSum: backward gave 1 gradients for 2"),
        e.getMessage());
  }
}
