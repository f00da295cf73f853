package dev.tern.nn;

import static dev.tern.shape.ConvOptions.kernel;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.Reductions;
import dev.tern.Tensor;
import dev.tern.shape.DType;
import dev.tern.shape.DTypeException;
import dev.tern.shape.PoolOptions;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The layers' settings and what they pass on; the numbers themselves are the golden suites' matter.
 */
class LayersTest {
  static Stream<Arguments> printed() {
    return Stream.of(
        Arguments.of(new Conv2d(3, 16, 3), "Conv2d(3, 16, kernel_size=(3, 3), stride=(1, 1))"),
        Arguments.of(
            new Conv2d(
                4, 8, kernel(3, 5).stride(2).padding(1, 2).dilation(2).groups(4).bias(false)),
            "Conv2d(4, 8, kernel_size=(3, 5), stride=(2, 2), padding=(1, 2), dilation=(2, 2),"
                + " groups=4, bias=False)"),
        Arguments.of(
            new Conv2d(3, 3, kernel(3).same()),
            "Conv2d(3, 3, kernel_size=(3, 3), stride=(1, 1), padding=same)"),
        Arguments.of(new Conv1d(2, 4, 5), "Conv1d(2, 4, kernel_size=(5,), stride=(1,))"),
        Arguments.of(new Conv3d(1, 1, 2), "Conv3d(1, 1, kernel_size=(2, 2, 2), stride=(1, 1, 1))"),
        Arguments.of(new Linear(2, 3, false), "Linear(in_features=2, out_features=3, bias=False)"),
        Arguments.of(
            new MaxPool2d(2),
            "MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)"),
        Arguments.of(
            new MaxPool2d(PoolOptions.window(3, 2).stride(2).padding(1).ceilMode(true)),
            "MaxPool2d(kernel_size=(3, 2), stride=2, padding=1, dilation=1, ceil_mode=True)"),
        Arguments.of(new AvgPool2d(2), "AvgPool2d(kernel_size=2, stride=2, padding=0)"),
        Arguments.of(
            new BatchNorm2d(16),
            "BatchNorm2d(16, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)"),
        Arguments.of(
            new BatchNorm1d(2, NormOptions.eps(1e-3).cumulative().affine(false)),
            "BatchNorm1d(2, eps=0.001, momentum=None, affine=False, track_running_stats=True)"),
        Arguments.of(new Dropout(), "Dropout(p=0.5, inplace=False)"),
        Arguments.of(new Dropout2d(0.4), "Dropout2d(p=0.4, inplace=False)"),
        Arguments.of(new Flatten(), "Flatten(start_dim=1, end_dim=-1)"),
        Arguments.of(new LeakyReLU(), "LeakyReLU(negative_slope=0.01)"),
        Arguments.of(new ELU(), "ELU(alpha=1.0)"),
        Arguments.of(new GELU(), "GELU(approximate='none')"),
        Arguments.of(new Softplus(), "Softplus(beta=1, threshold=20)"),
        Arguments.of(new Hardtanh(), "Hardtanh(min_val=-1.0, max_val=1.0)"),
        Arguments.of(new Softmax(-1), "Softmax(dim=-1)"),
        Arguments.of(new CrossEntropyLoss(), "CrossEntropyLoss()"),
        Arguments.of(new Identity(), "Identity()"));
  }

  @ParameterizedTest
  @MethodSource("printed")
  void printAsPyTorchDoes(Module module, String text) {
    assertEquals(text, module.toString());
  }

  @Test
  void numbersPrintAsPythons() {
    assertEquals("1e-05", PythonText.number(1e-5));
    assertEquals("1.5e-07", PythonText.number(1.5e-7));
    assertEquals("0.0001", PythonText.number(1e-4));
    assertEquals("1e+16", PythonText.number(1e16));
    assertEquals("-2.0", PythonText.number(-2));
    assertEquals("0.0", PythonText.number(0));
    assertEquals("100.0", PythonText.number(100));
    assertEquals("inf", PythonText.number(Double.POSITIVE_INFINITY));
  }

  @Test
  void weightsStartWithinTheirBounds() {
    Conv2d conv = new Conv2d(4, 8, kernel(3).groups(2));
    double bound = 1 / Math.sqrt(2 * 9);
    assertArrayEquals(new int[] {8, 2, 3, 3}, conv.weight.shape().toArray());
    for (Tensor tensor : conv.parameters()) {
      double largest = tensor.detach().abs().max().item();
      assertTrue(largest <= bound && largest > bound / 4, "largest " + largest + " of " + bound);
    }
    assertNull(new Conv2d(1, 1, kernel(1).bias(false)).bias);
  }

  @Test
  void channelsAndKernelsThatDoNotFitAreRefused() {
    assertThrows(ShapeException.class, () -> new Conv2d(3, 4, kernel(3).groups(2)));
    assertThrows(ShapeException.class, () -> new Conv2d(3, 4, kernel(3, 3, 3)));
    assertThrows(
        ShapeException.class, () -> new Conv2d(3, 4, dev.tern.shape.ConvOptions.stride(2)));
    assertThrows(ShapeException.class, () -> new Linear(0, 4));
    assertThrows(IllegalArgumentException.class, () -> new Dropout(1.5));
    assertThrows(IllegalArgumentException.class, () -> new Dropout2d(Double.NaN));
  }

  @Test
  void batchNormGathersItsEstimatesInTrainingOnly() {
    BatchNorm2d norm = new BatchNorm2d(1);
    Tensor x = Tensor.from(new float[] {1, 2, 3, 6}, 2, 1, 1, 2);
    Tensor y = norm.apply(x);
    assertEquals(0, y.mean().item(), 1e-6);
    assertEquals(1, norm.numBatchesTracked.itemLong());
    assertEquals(0.1 * 3, norm.runningMean.item(), 1e-6);
    assertEquals(0.9 + 0.1 * 14 / 3, norm.runningVar.item(), 1e-6); // Bessel's correction
    norm.eval();
    norm.apply(x);
    assertEquals(1, norm.numBatchesTracked.itemLong());
    assertEquals(0.1 * 3, norm.runningMean.item(), 1e-6);
  }

  @Test
  void cumulativeEstimatesAreThePlainMean() {
    BatchNorm1d norm = new BatchNorm1d(1, NormOptions.DEFAULTS.cumulative());
    norm.apply(Tensor.from(new float[] {1, 3}, 2, 1));
    norm.apply(Tensor.from(new float[] {5, 9}, 2, 1));
    assertEquals((2 + 7) / 2.0, norm.runningMean.item(), 1e-6);
  }

  @Test
  void batchNormWithoutEstimatesUsesTheBatchInEvaluationToo() {
    BatchNorm2d norm = new BatchNorm2d(1, NormOptions.DEFAULTS.trackRunningStats(false));
    norm.eval();
    assertEquals(0, norm.apply(Tensor.randn(4, 1, 3, 3)).mean().item(), 1e-6);
    assertEquals(2, norm.stateDict().size());
  }

  @Test
  void batchNormNamesTheShapesThatFit() {
    BatchNorm2d norm = new BatchNorm2d(3);
    ShapeException rank = assertThrows(ShapeException.class, () -> norm.apply(Tensor.zeros(2, 3)));
    assertEquals(
        "BatchNorm2d: input [2, 3] does not fit; expected [N, 3, H, W]", rank.getMessage());
    assertThrows(ShapeException.class, () -> norm.apply(Tensor.zeros(2, 4, 1, 1)));
    ShapeException two =
        assertThrows(ShapeException.class, () -> new BatchNorm1d(3).apply(Tensor.zeros(2, 4)));
    assertTrue(two.getMessage().endsWith("expected [N, 3] or [N, 3, L]"), two.getMessage());
    assertEquals(0, norm.numBatchesTracked.itemLong());
  }

  @Test
  void anInputThatDoesNotFitLeavesTheEstimates() {
    BatchNorm2d norm = new BatchNorm2d(1);
    assertThrows(
        DTypeException.class, () -> norm.apply(Tensor.ones(DType.FLOAT64, Shape.of(2, 1, 2, 2))));
    assertEquals(0, norm.numBatchesTracked.itemLong());
    assertEquals(0, norm.runningMean.item());
  }

  @Test
  void dropoutDropsInTrainingOnly() {
    Dropout dropout = new Dropout(0.5);
    Tensor x = Tensor.ones(1000);
    float[] dropped = dropout.apply(x).toFloatArray();
    int zeros = 0;
    for (float value : dropped) {
      assertTrue(value == 0 || value == 2);
      zeros += value == 0 ? 1 : 0;
    }
    assertTrue(zeros > 400 && zeros < 600, zeros + " of 1000 dropped");
    dropout.eval();
    assertArrayEquals(x.toFloatArray(), dropout.apply(x).toFloatArray());
  }

  @Test
  void dropout2dDropsWholeChannels() {
    float[] y = new Dropout2d(0.5).apply(Tensor.ones(8, 16, 2, 2)).toFloatArray();
    for (int i = 0; i < y.length; i++) {
      assertEquals(y[i - i % 4], y[i]);
    }
  }

  @Test
  void aResBlockStartsAsItsPaperSays() {
    ResBlock block = new ResBlock(32);
    assertEquals(0.5, block.batchNorm.weight.mean().item());
    assertEquals(0, block.batchNorm.bias.sum().item());
    double std = block.conv.weight.std(true, false, 0, 1, 2, 3).item();
    assertEquals(Math.sqrt(2.0 / (32 * 9)), std, 0.003);
    assertEquals(4, block.parameters().size() + 1, "the convolution has no bias");
  }

  @Test
  void sequentialRunsInOrderAndKnowsItsParts() {
    Tanh tanh = new Tanh();
    Sequential net = new Sequential(tanh, new ReLU());
    assertEquals(2, net.size());
    assertSame(tanh, net.get(0));
    assertArrayEquals(
        new float[] {0, (float) Math.tanh(1)}, net.apply(Tensor.of(-1f, 1f)).toFloatArray(), 1e-6f);
    Sequential own = Sequential.of(3, () -> new Linear(1, 1, false));
    assertEquals(3, own.parameters().size());
  }

  @Test
  void lossesReduceAsAsked() {
    Tensor x = Tensor.of(1f, 2f);
    Tensor y = Tensor.of(0f, 4f);
    assertEquals(2.5, new MSELoss().apply(x, y).item(), 1e-6);
    assertEquals(5, new MSELoss(Reductions.SUM).apply(x, y).item(), 1e-6);
    assertArrayEquals(
        new float[] {1, 2}, new L1Loss(Reductions.NONE).apply(x, y).toFloatArray(), 1e-6f);
    Tensor scores = Tensor.from(new float[] {0, 0, 0, 0}, 2, 2);
    Tensor labels = Tensor.of(0L, 1L);
    assertEquals(Math.log(2), new CrossEntropyLoss().apply(scores, labels).item(), 1e-6);
    assertEquals(
        2 * Math.log(2),
        new NLLLoss(Reductions.SUM).apply(scores.logSoftmax(1), labels).item(),
        1e-6);
  }

  /** The draws of PyTorch 1.13 after {@code torch.manual_seed(0)}. */
  @Test
  void noiseIsDrawnAsPyTorchDrawsIt() {
    Tensor x = Tensor.arange(-4, 4).to(DType.FLOAT32);
    assertDrawn(
        () -> F.rrelu(x, 0.1, 0.4, true), -1.5641f, -0.9370f, -0.4756f, -0.3762f, 0, 1, 2, 3);
    float low = -0.9106f;
    float high = 1.4704f;
    assertDrawn(
        () -> F.alphaDropout(Tensor.ones(8), 0.4, true), low, low, high, low, low, low, high, high);
    float kept = 1 / 0.6f;
    assertDrawn(
        () -> F.dropout1d(Tensor.ones(2, 4, 2), 0.4, true).select(2, 0),
        0,
        0,
        kept,
        0,
        0,
        0,
        kept,
        kept);
    assertDrawn(
        () -> F.dropout3d(Tensor.ones(2, 4, 1, 1, 2), 0.4, true).select(4, 1),
        0,
        0,
        kept,
        0,
        0,
        0,
        kept,
        kept);
    assertDrawn(
        () -> F.featureAlphaDropout(Tensor.ones(2, 4, 2), 0.4, true).select(2, 1),
        low,
        low,
        high,
        low,
        low,
        low,
        high,
        high);
  }

  private static void assertDrawn(java.util.function.Supplier<Tensor> draw, float... expected) {
    dev.tern.device.Generator.manualSeed(0);
    assertArrayEquals(expected, draw.get().toFloatArray(), 1e-4f);
  }

  @Test
  void outsideOfTrainingNoiseLeavesItsInput() {
    Tensor x = Tensor.randn(2, 3, 4);
    for (Module module :
        new Module[] {new AlphaDropout(), new Dropout1d(), new FeatureAlphaDropout()}) {
      assertSame(x, module.eval().apply(x));
    }
  }

  @Test
  void anEmbeddingsPaddingRowStartsAtZeroAndGetsNoGradient() {
    Embedding table = new Embedding(4, 2, EmbeddingOptions.DEFAULTS.paddingIdx(-1));
    assertEquals(0, table.weight.select(0, 3).abs().sum().item());
    table.apply(Tensor.of(1L, 3L, 3L)).sum().backward();
    assertArrayEquals(new float[] {0, 0, 1, 1, 0, 0, 0, 0}, table.weight.grad().toFloatArray());
  }

  @Test
  void rowsAreShortenedWhereTheyAreLookedUp() {
    Tensor weight = Tensor.from(new float[] {3, 4, 30, 40, 0.3f, 0.4f}, 3, 2);
    F.embedding(Tensor.of(0L, 2L, 0L), weight, EmbeddingOptions.DEFAULTS.maxNorm(1));
    assertArrayEquals(new float[] {0.6f, 0.8f, 30, 40, 0.3f, 0.4f}, weight.toFloatArray(), 1e-6f);
  }

  @Test
  void poolingRemembersWhereAndUnpoolingPutsBack() {
    Tensor x = Tensor.from(new float[] {1, 5, 2, 3, 4, 0, 7, 6}, 1, 2, 4);
    var pooled = new MaxPool1d(2).applyWithIndices(x);
    assertArrayEquals(new long[] {1, 3, 0, 2}, pooled.indices().toLongArray());
    assertArrayEquals(
        new float[] {0, 5, 0, 3, 4, 0, 7, 0},
        new MaxUnpool1d(2).apply(pooled.values(), pooled.indices()).toFloatArray());
    assertEquals(5, new MaxUnpool1d(2).apply(pooled.values(), pooled.indices(), 5).size(-1));
    assertThrows(
        ShapeException.class, () -> new MaxUnpool1d(2).apply(pooled.values(), pooled.indices(), 3));
  }

  @Test
  void rootMeanSquareNormDividesByIt() {
    Tensor x = Tensor.from(new float[] {3, 4, -6, 8}, 2, 2);
    double first = Math.sqrt(12.5);
    assertArrayEquals(
        new float[] {
          (float) (3 / first), (float) (4 / first), (float) (-3 / first), (float) (4 / first)
        },
        new RMSNorm(2).apply(x).toFloatArray(),
        1e-6f);
    assertEquals("RMSNorm((2,), eps=None, elementwise_affine=True)", new RMSNorm(2).toString());
    assertThrows(ShapeException.class, () -> new RMSNorm(3).apply(x));
    assertThrows(ShapeException.class, () -> new LayerNorm(3).apply(x));
  }

  @Test
  void containersRefuseATakenNameAndTellWhatTheyHold() {
    var heads = new ModuleDict<Module>(java.util.Map.of("a", new Tanh()));
    heads.put("b", new ReLU());
    assertThrows(IllegalArgumentException.class, () -> heads.put("a", new ReLU()));
    var none = assertThrows(IllegalArgumentException.class, () -> heads.get("c"));
    assertEquals("no module 'c' among [a, b]", none.getMessage());
    var list = new ModuleList<>(new Linear(1, 1)).append(new Linear(1, 2));
    int outputs = 0;
    for (Linear linear : list) {
      outputs += linear.weight.size(0);
    }
    assertEquals(3, outputs);
    assertEquals(4, list.parameters().size());
  }

  @Test
  void aClassWeightMovesWithItsLoss() {
    var loss =
        new CrossEntropyLoss(dev.tern.CrossEntropyOptions.DEFAULTS.weight(Tensor.of(1f, 3f)));
    loss.to(DType.FLOAT64);
    Tensor scores = Tensor.zeros(DType.FLOAT64, Shape.of(2, 2));
    assertEquals(Math.log(2), loss.apply(scores, Tensor.of(0L, 1L)).item(), 1e-12);
    assertEquals(java.util.Set.of("weight"), loss.stateDict().keySet());
  }

  @Test
  void whatDoesNotFitIsSaid() {
    says(
        "convTranspose2d: input [1, 3, 4, 4] does not fit weight [2, 3, 3, 3]; expected [N, 2, H, W]",
        () ->
            F.convTranspose2d(
                Tensor.ones(1, 3, 4, 4),
                Tensor.ones(2, 3, 3, 3),
                null,
                dev.tern.shape.ConvOptions.defaults()));
    says(
        "convTranspose1d: output padding [2] must be smaller than stride [2] or dilation [1]",
        () ->
            F.convTranspose1d(
                Tensor.ones(1, 2, 4),
                Tensor.ones(2, 3, 3),
                null,
                dev.tern.shape.ConvOptions.stride(2).outputPadding(2)));
    says(
        "adaptiveAvgPool2d: input [3, 3]; expected [N, C, H, W] or [C, H, W]",
        () -> F.adaptiveAvgPool2d(Tensor.ones(3, 3), 2));
    says(
        "interpolate: mode bilinear does not fit input [1, 2, 3]; expected [N, C, *size] with 2 of them",
        () ->
            F.interpolate(
                Tensor.ones(1, 2, 3), InterpolateOptions.scale(2).mode(Interpolation.BILINEAR)));
    says(
        "pixelShuffle: input [1, 6, 2, 2], factor 2; expected [*, C r^2, H, W]",
        () -> F.pixelShuffle(Tensor.ones(1, 6, 2, 2), 2));
    says(
        "groupNorm: 4 groups of input [2, 6, 3]; expected [N, C, *] with C divisible by the groups",
        () -> F.groupNorm(Tensor.ones(2, 6, 3), 4, null, null, 1e-5));
    says(
        "crossEntropy: weight [2] does not fit input [2, 3]; expected [3]",
        () ->
            F.crossEntropy(
                Tensor.ones(2, 3),
                Tensor.of(0L, 1L),
                dev.tern.CrossEntropyOptions.DEFAULTS.weight(Tensor.ones(2))));
    assertThrows(
        IllegalArgumentException.class,
        () -> F.binaryCrossEntropy(Tensor.of(1.5f), Tensor.of(1f), null, Reductions.MEAN));
  }

  private static void says(String message, org.junit.jupiter.api.function.Executable call) {
    assertEquals(message, assertThrows(ShapeException.class, call).getMessage());
  }
}
