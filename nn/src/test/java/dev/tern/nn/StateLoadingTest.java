package dev.tern.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.StateDict;
import dev.tern.Tensor;
import dev.tern.shape.DType;
import dev.tern.shape.Shape;
import dev.tern.shape.StateDictException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Loading a state dict. */
class StateLoadingTest {
  private static final class Net extends Module {
    final Linear fc1 = new Linear(2, 3);
    final BatchNorm2d norm = new BatchNorm2d(3);
    final Linear fc2 = new Linear(3, 1);
  }

  @Test
  void everyKeyMatches() {
    Net from = new Net();
    Net into = new Net();
    from.norm.numBatchesTracked.fill_(7);
    IncompatibleKeys keys = into.loadStateDict(from.stateDict());
    assertEquals("<All keys matched successfully>", keys.toString());
    assertArrayEquals(from.fc2.weight.toFloatArray(), into.fc2.weight.toFloatArray());
    assertEquals(7, into.norm.numBatchesTracked.itemLong());
    assertTrue(into.fc2.weight.requiresGrad() && into.fc2.weight.isLeaf());
  }

  @Test
  void allThatDoesNotFitIsSaidAtOnceAndNothingChanges() {
    Net net = new Net();
    StateDict state = new Net().stateDict();
    StateDict wrong = new StateDict(state);
    wrong.metadata().putAll(state.metadata());
    wrong.remove("fc2.bias");
    wrong.remove("norm.num_batches_tracked");
    wrong.put("fc3.weight", Tensor.zeros(1));
    wrong.put("norm.weight", Tensor.zeros(4));
    wrong.put("norm.bias", Tensor.zeros(DType.INT64, Shape.of(3)));
    float[] before = net.fc1.weight.toFloatArray();
    StateDictException error =
        assertThrows(StateDictException.class, () -> net.loadStateDict(wrong));
    assertEquals(
        "Error(s) in loading state_dict for Net:\n"
            + "\tMissing key(s) in state_dict: \"norm.num_batches_tracked\", \"fc2.bias\". \n"
            + "\tUnexpected key(s) in state_dict: \"fc3.weight\". \n"
            + "\tsize mismatch for norm.weight: copying a param with shape torch.Size([4]) from"
            + " checkpoint, the shape in current model is torch.Size([3]).\n"
            + "\tdtype mismatch for norm.bias: copying a param of dtype torch.int64 from"
            + " checkpoint, the dtype in current model is torch.float32.",
        error.getMessage());
    assertArrayEquals(before, net.fc1.weight.toFloatArray());
  }

  @Test
  void looseLoadingReturnsWhatDidNotMatch() {
    Net net = new Net();
    float[] bias = net.fc2.bias.toFloatArray();
    StateDict state = new Net().stateDict();
    state.remove("fc2.bias");
    state.put("extra", Tensor.zeros(1));
    IncompatibleKeys keys = net.loadStateDict(state, false);
    assertEquals(List.of("fc2.bias"), keys.missingKeys());
    assertEquals(List.of("extra"), keys.unexpectedKeys());
    assertEquals(
        "_IncompatibleKeys(missing_keys=['fc2.bias'], unexpected_keys=['extra'])", keys.toString());
    assertArrayEquals(bias, net.fc2.bias.toFloatArray());
    assertArrayEquals(state.get("fc1.weight").toFloatArray(), net.fc1.weight.toFloatArray());
    state.put("fc1.weight", Tensor.zeros(1));
    assertThrows(StateDictException.class, () -> net.loadStateDict(state, false));
  }

  @Test
  void checkpointsOlderThanTheBatchCounterAreTaken() {
    Net net = new Net();
    net.norm.numBatchesTracked.fill_(5);
    StateDict old = new StateDict(new Net().stateDict());
    old.remove("norm.num_batches_tracked");
    assertEquals("<All keys matched successfully>", net.loadStateDict(old).toString());
    assertEquals(0, net.norm.numBatchesTracked.itemLong());
  }

  @Test
  void floatingTypesAreCastAndSingleNumbersMayBeRows() {
    Net net = new Net();
    StateDict state = new StateDict(new Net().stateDict());
    state.put("fc2.bias", Tensor.of(0.25));
    state.put("norm.num_batches_tracked", Tensor.of(9L));
    net.loadStateDict(state);
    assertEquals(0.25, net.fc2.bias.item());
    assertEquals(9, net.norm.numBatchesTracked.itemLong());
  }

  @Test
  void aSharedBlockLoadsUnderAllItsNames() {
    Sequential net = Sequential.repeat(2, new Linear(1, 1, false));
    Tensor value = Tensor.from(new float[] {4}, 1, 1);
    net.loadStateDict(Map.of("0.weight", value, "1.weight", value));
    assertEquals(4, net.parameters().get(0).item());
    assertThrows(StateDictException.class, () -> net.loadStateDict(Map.of("0.weight", value)));
  }
}
