package dev.tern.nn;

import static dev.tern.shape.ConvOptions.kernel;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.Tensor;
import dev.tern.shape.ShapeException;
import org.junit.jupiter.api.Test;

/** What {@link Module#summary} counts and shows. */
class SummaryTest {
  private static Sequential net() {
    return new Sequential(
        new Conv2d(3, 16, kernel(3).padding(1)),
        new ReLU(),
        new MaxPool2d(2),
        new Flatten(),
        new Linear(16 * 4 * 4, 10));
  }

  @Test
  void shapesParametersAndMultiplyAdds() {
    Sequential net = net();
    net.children().get(4).requiresGrad_(false);
    Summary summary = net.summary(2, 3, 8, 8);
    assertEquals("[2, 10]", summary.calls().get(0).output().toString());
    assertEquals("Conv2d", summary.calls().get(1).type());
    assertEquals("[2, 16, 8, 8]", summary.calls().get(1).output().toString());
    assertEquals(448, summary.calls().get(1).parameters());
    assertEquals(448L * 64 * 2, summary.calls().get(1).multiplyAdds());
    assertEquals(448 + 2570, summary.parameters());
    assertEquals(448, summary.trainedParameters());
    assertEquals(448L * 64 * 2 + 2570 * 2, summary.multiplyAdds());
  }

  @Test
  void aSharedBlockCountsOnceInParametersAndEachTimeInMultiplyAdds() {
    Summary summary = Sequential.repeat(3, new Linear(2, 2)).summary(1, 2);
    assertEquals(6, summary.parameters());
    assertEquals(18, summary.multiplyAdds());
    assertEquals(4, summary.calls().size());
    assertTrue(summary.calls().get(3).again());
    assertTrue(summary.toString().contains("(recursive)"), summary.toString());
  }

  @Test
  void theModuleIsAsItWas() {
    Sequential net = new Sequential(new BatchNorm2d(3), new Dropout(), net());
    net.get(1).eval();
    net.summary(2, 3, 8, 8);
    assertTrue(net.isTraining() && net.get(0).isTraining());
    assertFalse(net.get(1).isTraining());
    assertEquals(0, ((BatchNorm2d) net.get(0)).numBatchesTracked.itemLong());
    assertThrows(ShapeException.class, () -> net.summary(2, 4, 8, 8));
    assertTrue(net.get(0).isTraining());
  }

  @Test
  void integersAreSummarisedFromATensor() {
    Summary summary = new Embedding(5, 3).summary(Tensor.of(1L, 4L));
    assertEquals("[2, 3]", summary.calls().get(0).output().toString());
  }

  @Test
  void theTable() {
    String table = new Sequential(new Linear(2, 3), new Tanh()).summary(1, 2).toString();
    assertEquals(
        """
        ========================================================
        Layer (type:depth-idx)  Output shape  Param #  Mult-adds
        ========================================================
        Sequential              [1, 3]             --         --
        ├─Linear: 1-1           [1, 3]              9          9
        ├─Tanh: 1-2             [1, 3]             --         --
        ========================================================
        Total params: 9
        Trainable params: 9
        Non-trainable params: 0
        Total mult-adds: 9
        ========================================================""",
        table);
  }
}
