package dev.tern;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tern.device.Generator;
import dev.tern.shape.AutogradException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is recomputed in the backward pass has the gradients of what was kept. */
class CheckpointTest {
  private static double[] gradients(boolean recomputed, boolean inputWantsOne) {
    Generator.manualSeed(5);
    Tensor x = Tensor.rand(4, 3).requiresGrad_(inputWantsOne);
    Tensor weight = Tensor.rand(3, 3).requiresGrad_(true);
    GradCheck.TensorsFunction part =
        in -> in[0].matmul(weight).tanh().dropout(0.5, true).matmul(weight).add(in[0]);
    Tensor h = recomputed ? Autograd.checkpoint(part, x) : part.apply(x);
    Tensor noise = Tensor.rand(4, 3); // the generator goes on as if nothing had been drawn twice
    Tensor y = h.mul(noise).dropout(0.5, true);
    y.square().sum().backward();
    List<Double> all = new ArrayList<>();
    for (Tensor each : new Tensor[] {x, weight, noise}) {
      Tensor values = each == noise ? noise : each.grad();
      for (double value : values == null ? new double[0] : values.toDoubleArray()) {
        all.add(value);
      }
    }
    all.add(Tensor.rand(1).item());
    return all.stream().mapToDouble(Double::doubleValue).toArray();
  }

  @Test
  void gradientsOfInputsAndParametersAreThoseOfThePlainPass() {
    assertArrayEquals(gradients(false, true), gradients(true, true));
    assertArrayEquals(gradients(false, false), gradients(true, false));
  }

  @Test
  void thePartRunsOnceForwardAndOnceBackwardRecordingOnlyThere() {
    Tensor x = Tensor.of(1.0, 2.0).requiresGrad_(true);
    List<Boolean> recorded = new ArrayList<>();
    Tensor y =
        Autograd.checkpoint(
            in -> {
              recorded.add(Autograd.isEnabled());
              return in[0].mul(in[1]);
            },
            x,
            Tensor.of(3.0, 4.0));
    assertEquals(List.of(false), recorded);
    y.sum().backward();
    assertEquals(List.of(false, true), recorded);
    assertArrayEquals(new double[] {3, 4}, x.grad().toDoubleArray());
    try (var off = Autograd.noGrad()) {
      assertFalse(Autograd.checkpoint(in -> in[0].mul(2), x).requiresGrad());
    }
  }

  @Test
  void whatCannotBeRightIsRefused() {
    Tensor x = Tensor.of(1.0, 2.0).requiresGrad_(true);
    Tensor y = Autograd.checkpoint(in -> in[0].square(), x).sum();
    assertThrows(AutogradException.class, () -> y.backward(true, true));
    Tensor h = x.mul(2);
    Tensor z = Autograd.checkpoint(in -> in[0].square(), h);
    h.add_(1);
    assertThrows(AutogradException.class, () -> z.sum().backward());
  }
}
