package dev.tern.device.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.device.Backend;
import dev.tern.device.Backends;
import dev.tern.device.Data;
import dev.tern.device.Device;
import dev.tern.device.Draw;
import dev.tern.device.Generator;
import dev.tern.shape.DType;
import dev.tern.shape.DTypeException;
import dev.tern.shape.Shape;
import java.util.Arrays;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.apache.commons.math3.distribution.RealDistribution;
import org.apache.commons.math3.distribution.UniformRealDistribution;
import org.apache.commons.math3.stat.inference.KolmogorovSmirnovTest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Random numbers on CUDA: Philox itself, and the distributions made of it. */
class NoiseTest {
  private static final int N = 20_001;

  private Backend cuda;

  @BeforeEach
  void load() {
    Emulator.load();
    cuda = Backends.of(Device.CUDA);
  }

  private double[] draw(Draw draw, long seed, DType dtype, double a, double b) {
    return draw(draw, Generator.of(seed), dtype, a, b);
  }

  private double[] draw(Draw draw, Generator generator, DType dtype, double a, double b) {
    Data x = new Data(cuda.allocate(dtype, N), 0, Shape.of(N));
    cuda.random(draw, generator, a, b, x);
    Data wide = new Data(cuda.allocate(DType.FLOAT64, N), 0, Shape.of(N));
    cuda.cast(x, wide);
    double[] values = new double[N];
    cuda.download(wide, values, 0);
    return values;
  }

  /** The first of the known answers that Random123 comes with: key and counter of zero. */
  @Test
  void philoxGivesItsKnownAnswer() {
    CudaDevice device = ((CudaStorage) cuda.allocate(DType.INT64, 1)).device();
    Data x = Elements.temporary(device, DType.INT64, 2);
    Launch launch = device.kernel("random_i64").args().arg(0L).arg((Data) null);
    launch.arg(0L).arg(-1L).arg(x).arg(2).run(1, 32);
    long[] values = new long[2];
    cuda.download(x, values, 0);
    assertArrayEquals(new long[] {0x6627e8d5e169c58dL, 0xbc57ac4c9b00dbd8L}, values);
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT32", "FLOAT64"})
  void distributions(DType dtype) {
    fits(new UniformRealDistribution(-2, 3), draw(Draw.UNIFORM, 1, dtype, -2, 3));
    fits(new NormalDistribution(5, 0.5), draw(Draw.NORMAL, 2, dtype, 5, 0.5));
    double[] coins = draw(Draw.BERNOULLI, 3, dtype, 0.3, 0);
    assertTrue(Arrays.stream(coins).allMatch(v -> v == 0 || v == 1));
    assertEquals(0.3, Arrays.stream(coins).average().orElseThrow(), 5 * Math.sqrt(0.21 / N));
    assertEquals(1, Arrays.stream(draw(Draw.BERNOULLI, 3, dtype, 1, 0)).min().orElseThrow());
    assertEquals(0, Arrays.stream(draw(Draw.BERNOULLI, 3, dtype, 0, 0)).max().orElseThrow());
  }

  /** Seeds are fixed: one in ten thousand would fail, and these do not. */
  private static void fits(RealDistribution expected, double[] values) {
    double p = new KolmogorovSmirnovTest().kolmogorovSmirnovTest(expected, values);
    assertTrue(p > 1e-4, "p = " + p);
  }

  @Test
  void wholeNumbersAreSpreadEvenly() {
    double[] dice = draw(Draw.INTEGER, 4, DType.INT64, -3, 3);
    for (int face = -3; face < 3; face++) {
      double wanted = face;
      double share = Arrays.stream(dice).filter(v -> v == wanted).count() / (double) N;
      assertEquals(1 / 6.0, share, 5 * Math.sqrt(5 / 36.0 / N));
    }
    assertTrue(Arrays.stream(draw(Draw.INTEGER, 4, DType.UINT8, 0, 200)).allMatch(v -> v < 200));
  }

  @Test
  void aSeedGivesTheSameAgainAndEachCallOthers() {
    var generator = Generator.of(7);
    double[] first = draw(Draw.NORMAL, generator, DType.FLOAT32, 0, 1);
    double[] second = draw(Draw.NORMAL, generator, DType.FLOAT32, 0, 1);
    assertFalse(Arrays.equals(first, second));
    generator.seed(7);
    assertArrayEquals(first, draw(Draw.NORMAL, generator, DType.FLOAT32, 0, 1));
    assertArrayEquals(second, draw(Draw.NORMAL, generator, DType.FLOAT32, 0, 1));
  }

  @Test
  void badArgumentsAreRefusedAsOnTheCpu() {
    assertThrows(IllegalArgumentException.class, () -> draw(Draw.UNIFORM, 1, DType.FLOAT32, 2, 1));
    assertThrows(IllegalArgumentException.class, () -> draw(Draw.NORMAL, 1, DType.FLOAT32, 0, -1));
    assertThrows(IllegalArgumentException.class, () -> draw(Draw.BERNOULLI, 1, DType.BOOL, 1.5, 0));
    assertThrows(IllegalArgumentException.class, () -> draw(Draw.INTEGER, 1, DType.INT64, 3, 3));
    assertThrows(DTypeException.class, () -> draw(Draw.NORMAL, 1, DType.INT64, 0, 1));
  }
}
