package dev.tern.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.Function;
import dev.tern.GradCheck;
import dev.tern.Tensor;
import dev.tern.nn.F;
import dev.tern.shape.AutogradException;
import dev.tern.tests.Differentiable.Row;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Gradients against differences of the function itself, in FLOAT64, first and second order. */
class GradCheckTest {
  /** Public methods of the operations without a gradient: comparisons, indices, steps, draws. */
  private static final Set<String> WITHOUT_GRADIENT =
      Set.of(
          ("eq ne lt le gt ge logicalNot isNaN isInf isFinite logicalAnd logicalOr logicalXor any"
                  + " all equal isclose allclose bitwiseAnd bitwiseOr bitwiseXor bitwiseNot"
                  + " bitwiseLeftShift bitwiseRightShift argmax argmin argsort oneHot nonzero"
                  + " countNonzero unique uniqueConsecutive bincount histc searchsorted bucketize"
                  + " sign signbit heaviside floor ceil round trunc floorDivide"
                  + " uniform_ normal_ bernoulli_ bernoulli multinomial")
              .split(" "));

  /** Other spellings of what rows check. */
  private static final Set<String> OTHER_NAMES = Set.of("sumTo", "t");

  static List<Row> rows() {
    return Differentiable.rows();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void firstAndSecondOrder(Row row) {
    GradCheck.check(row.function(), row.inputs().get());
    // squared, so that the gradient of a linear operation depends on its inputs as well
    GradCheck.checkSecondOrder(in -> row.function().apply(in).square(), row.inputs().get());
  }

  @Test
  void everyOperationHasARow() {
    Set<String> checked =
        rows().stream().map(row -> row.name().split(" ")[0]).collect(Collectors.toSet());
    Set<String> missing = new TreeSet<>();
    for (Class<?> room : Tensor.class.getInterfaces()) {
      Arrays.stream(room.getDeclaredMethods())
          .filter(GradCheckTest::isOperation)
          .map(Method::getName)
          .forEach(missing::add);
    }
    Arrays.stream(F.class.getMethods())
        .filter(method -> Modifier.isStatic(method.getModifiers()))
        .map(Method::getName)
        .forEach(missing::add);
    missing.removeAll(checked);
    missing.removeAll(WITHOUT_GRADIENT);
    missing.removeAll(OTHER_NAMES);
    assertEquals(Set.of(), missing, "operations without a row in Differentiable");
  }

  private static boolean isOperation(Method method) {
    int modifiers = method.getModifiers();
    return Modifier.isPublic(modifiers) && !Modifier.isStatic(modifiers) && !method.isSynthetic();
  }

  /** x³ with a gradient that the user writes, right or wrong. */
  private static final class Cube extends Function {
    private final double factor;

    Cube(double factor) {
      this.factor = factor;
    }

    @Override
    protected Tensor forward(Context context, Tensor... inputs) {
      context.save(inputs[0]);
      return inputs[0].pow(3);
    }

    @Override
    protected Tensor[] backward(Context context, Tensor dy) {
      return new Tensor[] {dy.mul(context.saved(0).square()).mul(factor)};
    }
  }

  @Test
  void aFunctionOfTheUsersOwn() {
    Tensor x = Tensor.of(0.5, -1.2, 2.0).requiresGrad_(true);
    GradCheck.checkSecondOrder(in -> new Cube(3).apply(in[0]), x);
  }

  @Test
  void aWrongGradientIsFound() {
    Tensor x = Tensor.of(0.5, -1.2, 2.0).requiresGrad_(true);
    var e =
        assertThrows(
            AutogradException.class, () -> GradCheck.check(in -> new Cube(2).apply(in[0]), x));
    assertTrue(e.getMessage().contains("input 0 at element 0"), e.getMessage());
  }
}
