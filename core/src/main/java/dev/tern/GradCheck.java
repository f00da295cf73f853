package dev.tern;

import dev.tern.shape.AutogradException;
import dev.tern.shape.DType;
import dev.tern.shape.DTypeException;
import org.jspecify.annotations.Nullable;

/**
 * Compares gradients with differences of the function itself, {@code torch.autograd.gradcheck}: for
 * those who write a {@link Function}.
 */
public final class GradCheck {
  private static final double STEP = 1e-6;
  private static final double ABSOLUTE = 1e-5;
  private static final double RELATIVE = 1e-3;

  private GradCheck() {}

  /** A function of several tensors. */
  @FunctionalInterface
  public interface TensorsFunction {
    /** The function's value. */
    Tensor apply(Tensor... inputs);
  }

  /**
   * Checks the first derivatives.
   *
   * @param function differentiable at the inputs, the same at each call
   * @param inputs FLOAT64; those that require a gradient are checked
   * @throws AutogradException if one is wrong; shows where, what came and what was expected
   */
  public static void check(TensorsFunction function, Tensor... inputs) {
    boolean any = false;
    for (Tensor input : inputs) {
      any |= input.requiresGrad();
      if (input.requiresGrad() && input.dtype() != DType.FLOAT64) {
        throw new DTypeException("gradcheck: wants FLOAT64 inputs, got " + input.dtype());
      }
    }
    if (!any) {
      throw new AutogradException("gradcheck: no input requires a gradient");
    }
    Tensor[] copies = copies(inputs);
    Tensor output = function.apply(copies);
    Tensor cotangent = cotangent(output);
    double[] weights = cotangent.toDoubleArray();
    if (!output.requiresGrad()) {
      throw new AutogradException("gradcheck: the output does not depend on the inputs");
    }
    output.backward(cotangent);
    for (int i = 0; i < inputs.length; i++) {
      if (inputs[i].requiresGrad()) {
        compare(function, inputs, i, copies[i].grad(), weights);
      }
    }
  }

  /**
   * Checks first and second derivatives, {@code torch.autograd.gradgradcheck}: the function and,
   * through {@code createGraph}, its gradients.
   */
  public static void checkSecondOrder(TensorsFunction function, Tensor... inputs) {
    check(function, inputs);
    check(
        given -> {
          Tensor output = function.apply(given);
          Tensor[] wanted =
              java.util.Arrays.stream(given).filter(Tensor::requiresGrad).toArray(Tensor[]::new);
          Tensor total = Tensor.zeros(DType.FLOAT64, dev.tern.shape.Shape.of());
          int seed = 1;
          for (Tensor gradient : Autograd.grad(output, cotangent(output), true, true, wanted)) {
            total = total.add(gradient.mul(wave(gradient, seed++)).sum());
          }
          return total;
        },
        inputs);
  }

  private static Tensor[] copies(Tensor[] inputs) {
    Tensor[] copies = new Tensor[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      copies[i] = inputs[i].detach().copy();
      if (inputs[i].requiresGrad()) {
        copies[i].requiresGrad_(true);
      }
    }
    return copies;
  }

  /** Weights without symmetry, so that errors do not cancel. */
  private static Tensor cotangent(Tensor output) {
    return wave(output, 0);
  }

  private static Tensor wave(Tensor like, int seed) {
    double[] values = new double[like.numel()];
    for (int i = 0; i < values.length; i++) {
      values[i] = 0.6 + Math.sin(1.7 * i + seed);
    }
    return Tensor.from(values, like.shape().toArray());
  }

  private static void compare(
      TensorsFunction function,
      Tensor[] inputs,
      int which,
      @Nullable Tensor gradient,
      double[] weights) {
    double[] analytic =
        gradient == null ? new double[inputs[which].numel()] : gradient.toDoubleArray();
    double[] values = inputs[which].toDoubleArray();
    for (int j = 0; j < values.length; j++) {
      double up = shifted(function, inputs, which, j, STEP, weights);
      double down = shifted(function, inputs, which, j, -STEP, weights);
      double numeric = (up - down) / (2 * STEP);
      if (!(Math.abs(numeric - analytic[j]) <= ABSOLUTE + RELATIVE * Math.abs(numeric))) {
        throw new AutogradException(
            "gradcheck: gradient of input %d at element %d is %s, differences give %s"
                .formatted(which, j, analytic[j], numeric));
      }
    }
  }

  private static double shifted(
      TensorsFunction function, Tensor[] inputs, int which, int j, double step, double[] weights) {
    Tensor[] copies = copies(inputs);
    double[] moved = copies[which].toDoubleArray();
    moved[j] += step;
    copies[which] = Tensor.from(moved, inputs[which].shape().toArray()).requiresGrad_(true);
    double[] output = function.apply(copies).toDoubleArray();
    double sum = 0;
    for (int k = 0; k < output.length; k++) {
      sum += output[k] * weights[k];
    }
    return sum;
  }
}
