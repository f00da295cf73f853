package dev.tern.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.Tensor;
import dev.tern.device.Generator;
import dev.tern.shape.ShapeException;
import java.util.List;
import org.junit.jupiter.api.Test;

class DatasetTest {
  private static TensorDataset tenRows() {
    float[] inputs = new float[20];
    long[] targets = new long[10];
    for (int i = 0; i < 10; i++) {
      inputs[2 * i] = i;
      inputs[2 * i + 1] = -i;
      targets[i] = i;
    }
    return new TensorDataset(Tensor.from(inputs, 10, 2), Tensor.of(targets));
  }

  private static long[] targets(Dataset dataset) {
    long[] all = new long[dataset.size()];
    for (int i = 0; i < all.length; i++) {
      all[i] = dataset.get(i).target().itemLong();
    }
    return all;
  }

  @Test
  void tensorsAreHandedOutRowByRow() {
    TensorDataset dataset = tenRows();
    assertEquals(10, dataset.size());
    assertArrayEquals(new float[] {3, -3}, dataset.get(3).input().toFloatArray());
    assertEquals(3, dataset.get(3).target().itemLong());
    Batch batch = dataset.batch(new int[] {7, 0, 7});
    assertArrayEquals(new float[] {7, -7, 0, 0, 7, -7}, batch.inputs().toFloatArray());
    assertArrayEquals(new long[] {7, 0, 7}, batch.targets().toLongArray());
    assertThrows(IndexOutOfBoundsException.class, () -> dataset.get(10));
    assertThrows(IndexOutOfBoundsException.class, () -> dataset.batch(new int[] {-1}));
  }

  @Test
  void tensorsOfDifferentLengthsAreRefused() {
    ShapeException e =
        assertThrows(
            ShapeException.class, () -> new TensorDataset(Tensor.zeros(3, 2), Tensor.zeros(4)));
    assertTrue(e.getMessage().contains("[3, 2]") && e.getMessage().contains("[4]"));
    assertThrows(ShapeException.class, () -> new TensorDataset(Tensor.scalar(1), Tensor.scalar(1)));
  }

  @Test
  void aSubsetKeepsTheOrderOfItsIndices() {
    Dataset subset = tenRows().subset(5, 2, 9);
    assertArrayEquals(new long[] {5, 2, 9}, targets(subset));
    assertArrayEquals(new long[] {9, 5}, subset.batch(new int[] {2, 0}).targets().toLongArray());
    assertArrayEquals(new long[] {9}, targets(subset.subset(2)));
    assertThrows(IndexOutOfBoundsException.class, () -> tenRows().subset(3, 10));
  }

  @Test
  void aRandomSplitIsPyTorchs() {
    Generator.manualSeed(0); // random.json, random_split_10_7_3 of seed 0
    List<Dataset> parts = tenRows().randomSplit(7, 3);
    assertArrayEquals(new long[] {4, 1, 7, 5, 3, 9, 0}, targets(parts.get(0)));
    assertArrayEquals(new long[] {8, 6, 2}, targets(parts.get(1)));
    assertThrows(IllegalArgumentException.class, () -> tenRows().randomSplit(7, 4));
    assertThrows(IllegalArgumentException.class, () -> tenRows().randomSplit(11, -1));
  }

  @Test
  void aRandomSplitByFractionsIsPyTorchsToo() {
    Generator.manualSeed(3); // torch.utils.data.random_split(dataset_of_5, [0.5, 0.3, 0.2])
    List<Dataset> parts = tenRows().subset(0, 1, 2, 3, 4).randomSplit(0.5, 0.3, 0.2);
    assertArrayEquals(new long[] {1, 0, 3}, targets(parts.get(0)));
    assertArrayEquals(new long[] {4}, targets(parts.get(1)));
    assertArrayEquals(new long[] {2}, targets(parts.get(2)));
    assertThrows(IllegalArgumentException.class, () -> tenRows().randomSplit(0.5, 0.6));
    assertThrows(IllegalArgumentException.class, () -> tenRows().randomSplit(-0.5, 1.5));
  }

  @Test
  void aSplitByAGeneratorOfItsOwnLeavesTheDefaultOne() {
    byte[] before = Generator.current().getState();
    List<Dataset> parts = tenRows().randomSplit(Generator.of(0), 7, 3);
    assertArrayEquals(new long[] {8, 6, 2}, targets(parts.get(1)));
    assertArrayEquals(before, Generator.current().getState());
  }

  @Test
  void datasetsOneBehindTheOther() {
    Dataset both = new ConcatDataset(List.of(tenRows().subset(3, 4), tenRows().subset(9)));
    assertArrayEquals(new long[] {3, 4, 9}, targets(both));
    assertArrayEquals(new long[] {9, 3}, both.batch(new int[] {2, 0}).targets().toLongArray());
    assertThrows(IndexOutOfBoundsException.class, () -> both.get(3));
    SampleException e = assertThrows(SampleException.class, () -> both.batch(new int[] {1, 5}));
    assertEquals(5, e.index());
    assertThrows(IllegalArgumentException.class, () -> new ConcatDataset(List.of()));
  }
}
