package dev.tern;

import static dev.tern.shape.ConvOptions.padding;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tern.device.Generator;
import dev.tern.device.cpu.CpuStorage;
import dev.tern.shape.DType;
import dev.tern.shape.PoolOptions;
import dev.tern.shape.Shape;
import dev.tern.shape.View;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Large FLOAT32 activations may lie in blocks of channels, or not be worked out yet. Nobody can
 * tell: FLOAT64, which has neither, gives the same.
 */
class BlockedActivationsTest {
  private static final PoolOptions POOL = PoolOptions.window(2);

  @BeforeEach
  void seed() {
    Generator.manualSeed(3);
  }

  /** What a residual block and a pool after it come to, with every gradient. */
  private static Tensor[] block(
      Tensor x, Tensor w, Tensor b, Tensor scale, Tensor dy, boolean pool) {
    Tensor[] leaves = {x, w, b, scale};
    for (Tensor leaf : leaves) {
      leaf.requiresGrad_(true);
    }
    Tensor h = x.conv2d(w, b, padding(1));
    Tensor mean = b.detach().mul(0);
    Tensor var = mean.add(1);
    h = h.batchNorm(mean, var, scale, b, true, 0.1, 1e-5).relu().add(x);
    h = h.conv2d(w, null, padding(1)).tanh().mul(scale.view(-1, 1, 1));
    h = pool ? h.sigmoid().maxPool2d(POOL) : h;
    h.mul(dy).sum().backward();
    return new Tensor[] {h, x.grad(), w.grad(), b.grad(), scale.grad(), mean, var};
  }

  @ParameterizedTest
  @CsvSource({
    "16,8,8,true",
    "32,16,16,true",
    "64,9,16,false",
    "48,10,6,true",
    "16,9,7,false",
    "32,1,1,false"
  })
  void aResidualBlockIsWhatItIsInDouble(int c, int h, int w, boolean pool) {
    Tensor x = Tensor.randn(5, c, h, w);
    Tensor weight = Tensor.randn(c, c, 3, 3).mul(0.1).detach();
    Tensor bias = Tensor.randn(c);
    Tensor scale = Tensor.rand(c).add(0.5).detach();
    Tensor dy = Tensor.randn(5, c, pool ? h / 2 : h, pool ? w / 2 : w);
    DType wide = DType.FLOAT64;
    Tensor[] exact =
        block(x.to(wide), weight.to(wide), bias.to(wide), scale.to(wide), dy.to(wide), pool);
    assertClose(exact, block(x, weight, bias, scale, dy, pool));
  }

  private static void assertClose(Tensor[] exact, Tensor[] fast) {
    for (int i = 0; i < exact.length; i++) {
      double[] expected = exact[i].toDoubleArray();
      double[] got = fast[i].to(DType.FLOAT64).toDoubleArray();
      double largest = 0;
      double off = 0;
      for (int j = 0; j < expected.length; j++) {
        largest = Math.max(largest, Math.abs(expected[j]));
        off = Math.max(off, Math.abs(expected[j] - got[j]));
      }
      assertEquals(0, off / Math.max(largest, 1e-3), 2e-5, "result " + i);
    }
  }

  /** A skip connection: its gradient is there when the convolution's is added. */
  @ParameterizedTest
  @CsvSource({"32,16,16", "16,40,40", "48,9,7", "16,2,3"})
  void aGradientAddedToAnotherIsTheirSum(int c, int h, int w) {
    Tensor x = Tensor.randn(5, c, h, w).requiresGrad_(true);
    Tensor weight = Tensor.randn(c, c, 3, 3);
    Tensor dy = Tensor.randn(5, c, h, w);
    Tensor inner = x.mul(2);
    inner.conv2d(weight, null, padding(1)).mul(3).add(inner).mul(dy).sum().backward();

    Tensor alone = x.detach().mul(2).requiresGrad_(true);
    alone.conv2d(weight, null, padding(1)).mul(3).mul(dy).sum().backward();
    Tensor sum = alone.grad().add(dy).mul(2);
    assertArrayEquals(sum.toFloatArray(), x.grad().toFloatArray());
  }

  /** What a network's first convolution comes to. */
  private static Tensor[] first(Tensor x, Tensor w, Tensor b, Tensor dy) {
    w.requiresGrad_(true).setGrad(null);
    b.requiresGrad_(true).setGrad(null);
    Tensor h = x.conv2d(w, b, padding(1));
    h.tanh().mul(dy).sum().backward();
    return new Tensor[] {h, w.grad(), b.grad()};
  }

  @ParameterizedTest
  @CsvSource({"3,8,8,16", "1,9,13,32", "8,5,17,48", "3,32,32,64", "3,16,7,32"})
  void aFirstConvolutionIsWhatItIsInDouble(int c, int h, int w, int k) {
    Tensor x = Tensor.randn(19, c, h, w);
    Tensor weight = Tensor.randn(k, c, 3, 3);
    Tensor bias = Tensor.randn(k);
    Tensor dy = Tensor.randn(19, k, h, w);
    DType wide = DType.FLOAT64;
    Tensor[] exact = first(x.to(wide), weight.to(wide), bias.to(wide), dy.to(wide));
    Tensor[] one = first(x, weight, bias, dy);
    assertClose(exact, one);
    int threads = Tern.getNumThreads();
    try {
      Tern.setNumThreads(threads == 1 ? 2 : 1);
      Tensor[] other = first(x, weight, bias, dy);
      for (int i = 0; i < one.length; i++) {
        assertArrayEquals(one[i].toFloatArray(), other[i].toFloatArray());
      }
    } finally {
      Tern.setNumThreads(threads);
    }
  }

  /** What normalisations with an activation, a pool or both behind them come to. */
  private static Tensor[] chain(Tensor x, Tensor w, Tensor scale, Tensor dy) {
    for (Tensor leaf : new Tensor[] {x, w, scale}) {
      leaf.requiresGrad_(true);
    }
    Tensor shift = scale.detach().mul(0.1);
    Tensor h = x.conv2d(w, null, padding(1));
    h = h.batchNorm(null, null, scale, shift, true, 0.1, 1e-5).relu();
    h = h.conv2d(w, null, padding(1)).batchNorm(null, null, scale, shift, true, 0.1, 1e-5);
    h = h.tanh().maxPool2d(POOL).conv2d(w, null, padding(1));
    h = h.batchNorm(null, null, scale, shift, true, 0.1, 1e-5).relu().maxPool2d(POOL);
    h.mul(dy).sum().backward();
    return new Tensor[] {h, x.grad(), w.grad(), scale.grad()};
  }

  @Test
  void normalisationsThatArePutOffAreWhatTheyAreInDouble() {
    Tensor x = Tensor.randn(8, 32, 24, 24);
    Tensor weight = Tensor.randn(32, 32, 3, 3).mul(0.1).detach();
    Tensor scale = Tensor.randn(32); // of both signs: what falls with x is not largest where x is
    Tensor dy = Tensor.randn(8, 32, 6, 6);
    DType wide = DType.FLOAT64;
    Tensor[] exact = chain(x.to(wide), weight.to(wide), scale.to(wide), dy.to(wide));
    assertClose(exact, chain(x, weight, scale, dy));
  }

  @Test
  void aNormalisationThatIsPutOffKeepsTheValuesOfBefore() {
    Tensor x = Tensor.randn(4, 32, 16, 32);
    Tensor weight = Tensor.randn(32, 32, 3, 3);
    Tensor norm = x.conv2d(weight, null, padding(1)).batchNorm(null, null, null, null, true, 0, 0);
    float[] expected = norm.relu().add(x).toFloatArray();
    Tensor h = x.conv2d(weight, null, padding(1));
    Tensor y = h.batchNorm(null, null, null, null, true, 0, 0);
    Tensor z = y.relu();
    h.mul_(3);
    assertArrayEquals(norm.toFloatArray(), y.toFloatArray());
    assertArrayEquals(expected, z.add(x).toFloatArray());
    assertArrayEquals(expected, x.add(z).toFloatArray());
  }

  @Test
  void aGradientThatIsPutOffKeepsTheValuesOfBefore() {
    Tensor x = Tensor.randn(4, 32, 16, 32);
    Tensor leaf = x.conv2d(Tensor.randn(32, 32, 3, 3), null, padding(1)).detach();
    leaf.requiresGrad_(true);
    Tensor norm = leaf.mul(1).batchNorm(null, null, null, null, true, 0, 0);
    Tensor y = norm.relu();
    Tensor dy = x.conv2d(Tensor.randn(32, 32, 3, 3), null, padding(1));
    Tensor[] kept = new Tensor[1];
    norm.registerHook(
        g -> {
          kept[0] = g;
          return g;
        });
    float[] before = dy.copy().toFloatArray();
    y.backward(dy);
    dy.mul_(-2);
    float[] mask = y.gt(0).to(DType.FLOAT32).toFloatArray();
    float[] expected = new float[before.length];
    for (int i = 0; i < before.length; i++) {
      expected[i] = mask[i] == 0 ? 0 : before[i];
    }
    assertArrayEquals(expected, kept[0].toFloatArray());
  }

  /** Large enough to be put off. */
  private static Tensor activation() {
    return Tensor.randn(4, 32, 16, 32).mul(1);
  }

  @Test
  void whatIsPutOffKeepsTheValuesOfBefore() {
    Tensor x = activation();
    float[] expected = x.copy().toFloatArray();
    Tensor y = x.relu();
    x.mul_(-1);
    x.add_(100);
    for (int i = 0; i < expected.length; i++) {
      expected[i] = Math.max(0, expected[i]);
    }
    assertArrayEquals(expected, y.toFloatArray());
  }

  @Test
  void poolingWhatIsPutOffIsPoolingIt() {
    Tensor x = activation();
    Tensor y = x.tanh();
    y.toFloatArray(); // worked out
    assertArrayEquals(y.maxPool2d(POOL).toFloatArray(), x.tanh().maxPool2d(POOL).toFloatArray());
  }

  @Test
  void aPooledResultThatWasChangedDoesNotSpoilTheGradient() {
    Tensor leaf = activation().detach().requiresGrad_(true);
    Tensor pooled = leaf.mul(2).sigmoid().maxPool2d(POOL);
    pooled.sum().backward();
    float[] expected = leaf.grad().toFloatArray();
    leaf.setGrad(null);
    Tensor again = leaf.mul(2).sigmoid().maxPool2d(POOL);
    Tensor sum = again.sum();
    try (var off = Autograd.noGrad()) {
      again.mul_(3);
    }
    sum.backward();
    assertArrayEquals(expected, leaf.grad().toFloatArray());
  }

  @Test
  void whatAScopeGaveBackIsStillReadByWhatWasKept() {
    Tensor x = activation();
    float[] expected = x.relu().toFloatArray();
    Tensor kept;
    try (var scope = Tern.scope()) {
      kept = Tern.keep(x.mul(1).relu());
    }
    for (int i = 0; i < 4; i++) { // what takes the memory that was given back
      try (var scope = Tern.scope()) {
        activation().add(7).toFloatArray();
      }
    }
    assertArrayEquals(expected, kept.toFloatArray());
  }

  @Test
  void anArrayOfTheUsersKeepsItsOrderAndIsReadAtOnce() {
    float[] own = Tensor.randn(4 * 32 * 16 * 32).toFloatArray();
    float[] before = own.clone();
    var storage = CpuStorage.of(DType.FLOAT32, own);
    Tensor x = Tensor.wrap(storage, View.dense(Shape.of(4, 32, 16, 32)));
    x.conv2d(Tensor.randn(32, 32, 3, 3), null, padding(1));
    assertArrayEquals(before, own);
    Tensor y = x.relu();
    float[] expected = y.copy().toFloatArray();
    Tensor late = x.relu();
    own[0] = 1000;
    assertArrayEquals(expected, late.toFloatArray());
  }

  /** The result and the input's gradient of a convolution. */
  private static float[][] conv(Tensor x, Tensor weight) {
    Tensor leaf = x.detach().requiresGrad_(true);
    Tensor y = leaf.conv2d(weight, null, padding(1));
    y.mul(y.detach()).sum().backward();
    return new float[][] {y.toFloatArray(), leaf.grad().toFloatArray()};
  }

  private static void assertSame(float[][] expected, float[][] got) {
    assertArrayEquals(expected[0], got[0]);
    assertArrayEquals(expected[1], got[1]);
  }

  @Test
  void whatWasMadeOfAWeightIsUsedWhileTheWeightIsTheSame() {
    Tensor x = Tensor.randn(3, 32, 8, 8);
    Tensor both = Tensor.randn(2, 16, 32, 3, 3);
    Tensor weight = both.select(0, 1);
    for (int change = 0; change < 3; change++) {
      float[][] expected = conv(x, weight.copy());
      for (int use = 0; use < 4; use++) {
        assertSame(expected, conv(x, weight));
      }
      float[][] first = conv(x, both.select(0, 0).copy());
      for (int use = 0; use < 3; use++) {
        assertSame(first, conv(x, both.select(0, 0)));
      }
      if (change == 0) {
        weight.mul_(3);
      } else {
        ((float[]) ((CpuStorage) both.storage()).array())[both.numel() - 1] += 5;
      }
    }
    Tensor otherShape = both.view(32, 32, 3, 3);
    for (int use = 0; use < 3; use++) {
      assertSame(conv(x, otherShape.copy()), conv(x, otherShape));
    }
  }
}
