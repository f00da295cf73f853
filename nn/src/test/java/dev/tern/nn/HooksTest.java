package dev.tern.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.Autograd;
import dev.tern.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What hooks see of a module's calls, and what they may change. */
class HooksTest {
  private static final class Doubling extends Module {
    @Override
    protected Tensor forward(Tensor x) {
      return x.mul(2);
    }
  }

  @Test
  void aHookBeforeReplacesTheInput() {
    var module = new Doubling();
    Tensor x = Tensor.of(1f, 2f);
    try (var hook = module.registerForwardPreHook((called, input) -> input.add(1))) {
      assertArrayEquals(new float[] {4, 6}, module.apply(x).toFloatArray());
    }
    assertArrayEquals(new float[] {2, 4}, module.apply(x).toFloatArray());
  }

  @Test
  void hooksRunInTheirOrderAndOneRegisteredTwiceRunsTwice() {
    var module = new Doubling();
    List<String> order = new ArrayList<>();
    Module.ForwardHook noting =
        (called, input, output) -> {
          order.add("after");
          return null;
        };
    module.registerForwardHook(noting);
    var second = module.registerForwardHook(noting);
    module.registerForwardPreHook(
        (called, input) -> {
          assertSame(module, called);
          order.add("before");
          return null;
        });
    module.apply(Tensor.of(1f));
    assertEquals(List.of("before", "after", "after"), order);
    second.close();
    module.apply(Tensor.of(1f));
    assertEquals(5, order.size());
  }

  @Test
  void aBackwardHookSeesBothGradientsAndReplacesTheInputs() {
    var module = new Doubling();
    List<float[]> seen = new ArrayList<>();
    module.registerFullBackwardHook(
        (called, gradInput, gradOutput) -> {
          seen.add(gradInput.toFloatArray());
          seen.add(gradOutput.toFloatArray());
          return gradInput.mul(10);
        });
    Tensor x = Tensor.of(1f, 2f).requiresGrad_(true);
    // x is also read beside the module: its gradient from there is not the hook's business
    module.apply(x).mul(3).add(x).sum().backward();
    assertArrayEquals(new float[] {6, 6}, seen.get(0));
    assertArrayEquals(new float[] {3, 3}, seen.get(1));
    assertArrayEquals(new float[] {61, 61}, x.grad().toFloatArray());
    assertEquals(2, seen.size());
  }

  @Test
  void aBackwardHookOfTheFirstLayerGetsNoInputGradient() {
    var layer = new Linear(2, 1);
    List<Tensor> outputs = new ArrayList<>();
    layer.registerFullBackwardHook(
        (called, gradInput, gradOutput) -> {
          assertNull(gradInput);
          outputs.add(gradOutput);
          return null;
        });
    layer.apply(Tensor.ones(3, 2)).sum().backward();
    assertArrayEquals(new float[] {1, 1, 1}, outputs.get(0).toFloatArray());
    assertArrayEquals(new float[] {3, 3}, layer.weight.grad().toFloatArray());
  }

  @Test
  void aSharedModulesHooksKeepItsCallsApart() {
    var module = new Doubling();
    List<Double> outputs = new ArrayList<>();
    module.registerFullBackwardHook(
        (called, gradInput, gradOutput) -> {
          outputs.add(gradOutput.item());
          assertEquals(2 * gradOutput.item(), gradInput.item());
          return null;
        });
    Tensor x = Tensor.of(1f).requiresGrad_(true);
    module.apply(module.apply(x)).sum().backward();
    assertEquals(List.of(1.0, 2.0), outputs);
    assertEquals(4, x.grad().item());
  }

  @Test
  void backwardHooksAreSilentWhereNothingIsRecorded() {
    var layer = new Linear(2, 1);
    layer.registerFullBackwardHook(
        (called, gradInput, gradOutput) -> {
          throw new AssertionError("nothing goes back");
        });
    try (var off = Autograd.noGrad()) {
      assertTrue(layer.apply(Tensor.ones(1, 2).requiresGrad_(true)).isLeaf());
    }
  }
}
