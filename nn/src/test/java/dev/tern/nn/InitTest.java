package dev.tern.nn;

import static dev.tern.shape.ConvOptions.padding;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.Parameter;
import dev.tern.Tensor;
import dev.tern.device.Generator;
import dev.tern.shape.DType;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import org.junit.jupiter.api.Test;

/** The initialisers; their draws are fixed by the golden file. */
class InitTest {
  @Test
  void fillParametersUnrecordedAndReturnThem() {
    Parameter parameter = new Parameter(Tensor.zeros(2, 2));
    assertSame(parameter, Init.constant_(parameter, 3));
    assertEquals(12, parameter.sum().item());
    assertTrue(parameter.isLeaf() && parameter.requiresGrad());
    assertEquals(4, Init.ones_(parameter).sum().item());
    assertEquals(0, Init.zeros_(parameter).sum().item());
    assertEquals(2, Init.eye_(parameter).sum().item());
  }

  @Test
  void gainsAreThePublishedOnes() {
    assertEquals(Math.sqrt(2), Nonlinearity.RELU.gain());
    assertEquals(5.0 / 3, Nonlinearity.TANH.gain());
    assertEquals(Math.sqrt(2 / 1.04), Nonlinearity.LEAKY_RELU.gain(0.2), 1e-15);
    assertEquals(Math.sqrt(2 / 1.0001), Nonlinearity.LEAKY_RELU.gain(), 1e-15);
  }

  @Test
  void fansCountTheKernel() {
    Tensor weight = Tensor.zeros(8, 4, 3, 5);
    assertEquals(60, Fan.IN.of(weight));
    assertEquals(120, Fan.OUT.of(weight));
    assertThrows(
        ShapeException.class, () -> Init.kaimingNormal_(Tensor.zeros(3), Nonlinearity.RELU));
  }

  @Test
  void scalesAreRight() {
    Generator.manualSeed(1);
    Tensor weight = Tensor.zeros(200, 100);
    assertEquals(0.1 * Math.sqrt(2), std(Init.kaimingNormal_(weight, Nonlinearity.RELU)), 2e-3);
    assertEquals(0.1 * Math.sqrt(2), std(Init.kaimingUniform_(weight, Nonlinearity.RELU)), 2e-3);
    assertEquals(Math.sqrt(2.0 / 300), std(Init.xavierNormal_(weight)), 2e-3);
    assertEquals(Math.sqrt(2.0 / 300), std(Init.xavierUniform_(weight)), 2e-3);
  }

  private static double std(Tensor tensor) {
    return tensor.std(true, false, 0, 1).item();
  }

  @Test
  void truncatedNormalStaysWithinItsBounds() {
    Generator.manualSeed(2);
    Tensor x = Init.truncNormal_(Tensor.zeros(DType.FLOAT64, Shape.of(10000)), 1, 0.5, 0.5, 3);
    assertTrue(x.min().item() >= 0.5 && x.max().item() <= 3);
    // mean + std φ(α) / (1 - Φ(α)) with α = -1
    assertEquals(1 + 0.5 * 0.2419707 / 0.8413447, x.mean().item(), 0.02);
    assertThrows(
        IllegalArgumentException.class, () -> Init.truncNormal_(Tensor.zeros(2), 0, 1, 2, -2));
  }

  @Test
  void diracPassesChannelsOn() {
    Tensor x = Tensor.randn(2, 4, 5, 6);
    Tensor same = Init.dirac_(Tensor.empty(4, 4, 3, 3));
    assertArrayEquals(x.toFloatArray(), x.conv2d(same, null, padding(1)).toFloatArray());
    Tensor grouped = Init.dirac_(Tensor.empty(4, 2, 3, 3), 2);
    assertArrayEquals(
        x.toFloatArray(), x.conv2d(grouped, null, padding(1).groups(2)).toFloatArray());
    assertEquals(3, Init.dirac_(Tensor.empty(5, 3, 2)).sum().item());
    assertThrows(ShapeException.class, () -> Init.dirac_(Tensor.empty(4, 4)));
  }

  @Test
  void sparseHasItsZerosInEveryColumn() {
    // torch.manual_seed(0); torch.nn.init.sparse_(torch.empty(4, 3), sparsity=0.3)
    Generator.manualSeed(0);
    float[] expected = {
      0.0f,
      0.0f,
      0.0f,
      0.005684312898665667f,
      0.0f,
      0.0f,
      0.004033468663692474f,
      0.008380263112485409f,
      -0.007192575838416815f,
      0.0f,
      -0.0059663536958396435f,
      0.0018203648505732417f
    };
    assertArrayEquals(expected, Init.sparse_(Tensor.empty(4, 3), 0.3, 0.01).toFloatArray(), 1e-9f);
  }

  @Test
  void orthogonalRowsOrColumnsAreOrthonormal() {
    Generator.manualSeed(3);
    for (int[] shape : new int[][] {{4, 4}, {3, 7}, {7, 3}, {4, 2, 3}}) {
      Tensor q = Init.orthogonal_(Tensor.zeros(DType.FLOAT64, Shape.of(shape)), 2);
      Tensor flat = q.view(shape[0], -1);
      Tensor product = flat.size(0) <= flat.size(1) ? flat.matmul(flat.t()) : flat.t().matmul(flat);
      Tensor error = product.sub(Tensor.eye(product.size(0)).to(DType.FLOAT64).mul(4)).abs();
      assertEquals(0, error.max().item(), 1e-12);
    }
  }
}
