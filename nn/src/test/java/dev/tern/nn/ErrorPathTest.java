package dev.tern.nn;

import static dev.tern.shape.ConvOptions.kernel;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.Tensor;
import dev.tern.shape.ShapeException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An exception says in which module it happened. */
class ErrorPathTest {
  private static final Tensor ROW = Tensor.zeros(1, 3);

  private static String message(Module module, Tensor x) {
    return assertThrows(ShapeException.class, () -> module.apply(x)).getMessage();
  }

  private static final class Deep extends Module {
    final Sequential resblocks;

    Deep(Module... blocks) {
      resblocks = new Sequential(blocks);
    }

    @Override
    protected Tensor forward(Tensor x) {
      return x.pipe(resblocks);
    }
  }

  private static final class Lists extends Module {
    final List<Linear> layers = List.of(new Linear(3, 4), new Linear(3, 4));

    @Override
    protected Tensor forward(Tensor x) {
      Tensor y = x;
      for (Linear layer : layers) {
        y = layer.apply(y);
      }
      return y;
    }
  }

  /** Calls a grandchild past the child. */
  private static final class Reaching extends Module {
    final ResBlock block = new ResBlock(2);

    @Override
    protected Tensor forward(Tensor x) {
      return block.conv.apply(x);
    }
  }

  /** Catches what one child throws and asks another. */
  private static final class Forgiving extends Module {
    final Linear first = new Linear(2, 2);
    final Linear second = new Linear(4, 4);

    @Override
    protected Tensor forward(Tensor x) {
      try {
        return first.apply(x);
      } catch (ShapeException e) {
        return second.apply(x);
      }
    }
  }

  @Test
  void aModuleByItselfHasNoPath() {
    assertFalse(message(new Linear(2, 2), ROW).contains("(at"));
  }

  @Test
  void thePathLeadsToTheModule() {
    ResBlock fits = new ResBlock(2);
    ResBlock wide = new ResBlock(4);
    Deep net = new Deep(fits, fits, fits, fits, wide);
    Tensor image = Tensor.zeros(1, 2, 4, 4);
    assertTrue(message(net, image).endsWith("(at resblocks.4.conv)"), message(net, image));
    assertTrue(message(net, image).endsWith("(at resblocks.4.conv)"), "the second time as well");
  }

  @Test
  void aSharedBlockIsNamedByTheUseThatFailed() {
    Conv2d shrinking = new Conv2d(2, 2, kernel(3));
    Deep net = new Deep(shrinking, shrinking, shrinking);
    String message = message(net, Tensor.zeros(1, 2, 5, 5));
    assertTrue(message.endsWith("(at resblocks.2)"), message);
  }

  @Test
  void listsAndGrandchildrenAreFound() {
    assertTrue(message(new Lists(), ROW).endsWith("(at layers.1)"));
    assertTrue(message(new Reaching(), Tensor.zeros(1, 3, 4, 4)).endsWith("(at block.conv)"));
  }

  @Test
  void onlyTheExceptionThatLeavesIsNamed() {
    assertTrue(message(new Forgiving(), ROW).endsWith("(at second)"));
    assertEquals(4, new Forgiving().apply(Tensor.zeros(1, 4)).size(1));
  }
}
