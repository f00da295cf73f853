package dev.tern.device.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.device.BinaryOp;
import dev.tern.device.UnaryOp;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Plain loops stand in for vector kernels until the JVM has compiled those, whenever that is: so
 * both give the same bits, signs of zeros included, whatever the sizes and values.
 */
@Tag("vector")
class SameBitsTest {
  private static final float[] SPECIAL = {
    0,
    -0f,
    Float.NaN,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.MIN_VALUE,
    -1e-30f,
    1e-40f,
    88.7f,
    -104,
    1e38f
  };

  private final SplittableRandom random = new SplittableRandom(17);
  private final Simd vectors = Simd.get().compiled();
  private final Simd plain =
      new ScalarSimd(Objects.requireNonNull(vectors.blocks(), "needs the vector module").lanes());

  @ParameterizedTest
  @EnumSource(UnaryOp.class)
  void unary(UnaryOp op) {
    for (int n : new int[] {0, 1, 15, 16, 33, 1037}) {
      float[] x = wild(n + 2);
      float[] dy = wild(n + 1);
      if (plain.unary(op, -0.4f, 0.9f, x, 2, new float[n], 0, n)) {
        same(n + 3, (simd, y) -> assertTrue(simd.unary(op, -0.4f, 0.9f, x, 2, y, 3, n)));
      }
      if (plain.unaryGrad(op, -0.4f, 0.9f, x, 2, dy, 1, new float[n], 0, n)) {
        same(
            n + 3,
            (simd, dx) -> assertTrue(simd.unaryGrad(op, -0.4f, 0.9f, x, 2, dy, 1, dx, 3, n)));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = BinaryOp.class,
      names = {"ADD", "SUB", "MUL", "DIV", "MAX", "MIN"})
  void binary(BinaryOp op) {
    for (int n : new int[] {0, 1, 16, 33, 1037}) {
      float[] a = wild(n + 2);
      float[] b = wild(n + 1);
      for (int steps = 0; steps < 4; steps++) {
        int as = steps & 1;
        int bs = steps >> 1;
        same(n + 3, (simd, y) -> assertTrue(simd.binary(op, a, 2, as, b, 1, bs, y, 3, n)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 15, 16, 17, 63, 64, 65, 100, 1037, 4096, 9001})
  void rowsAndSums(int n) {
    int rows = 5;
    int step = n + 3;
    for (boolean special : new boolean[] {false, true}) {
      float[] x = special ? wild(rows * step) : tame(rows * step);
      float[] y = special ? wild(rows * step + 1) : tame(rows * step + 1);
      same(n + 1, (simd, out) -> simd.affine(x, 2, 1.7f, -0f, out, 1, n));
      same(n + 1, (simd, out) -> simd.normGrad(x, 2, 0.3f, 1.1f, y, 1, 0.2f, 0.7f, out, 1, n));
      same(1, (simd, out) -> out[0] = simd.max(x, 1, n));
      same(1, (simd, out) -> out[0] = simd.min(x, 1, n));
      for (boolean accumulate : new boolean[] {false, true}) {
        same(3 * rows, (simd, out) -> simd.rowProducts(rows, n, x, 0, y, 1, out, 2, 3, accumulate));
      }
      assertEquals(plain.sum(x, 1, rows, step, n), vectors.sum(x, 1, rows, step, n));
      double[] sums = new double[4];
      plain.sumsOfSquares(x, 1, 0.3f, rows, step, n, sums, 0);
      vectors.sumsOfSquares(x, 1, 0.3f, rows, step, n, sums, 2);
      assertEquals(sums[0], sums[2]);
      assertEquals(sums[1], sums[3]);
      plain.sumsOfProducts(x, 1, 0.3f, y, 2, rows, step, n, sums, 0);
      vectors.sumsOfProducts(x, 1, 0.3f, y, 2, rows, step, n, sums, 2);
      assertEquals(sums[0], sums[2]);
      assertEquals(plain.sum(y, 2, rows, step, n), sums[1]);
      assertEquals(sums[1], sums[3]);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1,1,1",
    "4,64,7",
    "5,65,300",
    "64,32,512",
    "7,33,513",
    "130,70,20",
    "33,31,1",
    "9,48,601",
    "3,600,1030"
  })
  void gemm(int m, int n, int k) {
    for (int flags = 0; flags < 16; flags++) {
      boolean ta = (flags & 1) != 0;
      boolean tb = (flags & 2) != 0;
      boolean accumulate = (flags & 4) != 0;
      float[] a = flags > 7 ? wild(m * k + 3) : tame(m * k + 3);
      float[] b = flags > 7 ? wild(k * n + 5) : tame(k * n + 5);
      int lda = ta ? m : k;
      int ldb = tb ? k : n;
      same(
          m * n + 2,
          (simd, c) -> simd.gemm(ta, tb, m, n, k, a, 3, lda, b, 5, ldb, c, 2, n, accumulate));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1,1,1,1,1",
    "2,3,5,7,9",
    "3,2,4,16,8",
    "9,3,8,32,16",
    "2,16,6,16,8",
    "17,3,5,17,11",
    "9,32,3,5,12",
    "2,16,1,33,3",
    "1,8,16,16,24",
    "3,20,9,48,2",
    "2,17,16,16,17",
    "3,13,5,23,11",
    "2,9,16,16,27"
  })
  void conv3x3(int n, int c, int h, int w, int k) {
    for (boolean special : new boolean[] {false, true}) {
      float[] x = special ? wild(n * c * h * w + 1) : tame(n * c * h * w + 1);
      float[] dy = special ? wild(n * k * h * w + 2) : tame(n * k * h * w + 2);
      int padded = (k + 7) / 8 * 8;
      float[] weight = special ? wild(padded * c * 9) : tame(padded * c * 9);
      float[] bias = special ? wild(padded) : tame(padded);
      Planes in = Planes.of(x, 1, n, c, h, w);
      Planes gradient = Planes.of(dy, 2, n, k, h, w);
      same(
          n * k * h * w + 3,
          (simd, y) -> simd.conv3x3(in, weight, bias, Planes.of(y, 3, n, k, h, w)));
      same(k * c * 9 + 4, (simd, dw) -> simd.conv3x3WeightGrad(in, gradient, dw, 4));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 6, 16, 32, 48})
  void maxPool2x2(int w) {
    int rows = 6;
    float[] x = wild(2 * rows * w + 1);
    float[] dy = wild(rows * w / 2 + 2);
    same(rows * w / 2 + 3, (simd, y) -> simd.maxPool2x2(rows, w, x, 1, y, 3));
    same(2 * rows * w + 4, (simd, dx) -> simd.maxPool2x2Grad(rows, w, x, 1, dy, 2, dx, 4));
  }

  @ParameterizedTest
  @CsvSource({"1,8,8,1", "3,6,10,2", "8,2,16,1", "3,32,32,1", "2,34,8,3"})
  void blocks(int c, int h, int w, int wholes) {
    BlockKernels kernels = Objects.requireNonNull(vectors.blocks());
    int lanes = kernels.lanes();
    var loops = new ScalarBlocks(lanes);
    int size = h * w * lanes;
    int k = wholes * lanes;
    for (boolean special : new boolean[] {false, true}) {
      float[] x = special ? wild(k * h * w + 1) : tame(k * h * w + 1);
      float[] image = special ? wild(c * h * w + 1) : tame(c * h * w + 1);
      float[] weight = special ? wild(k * c * 9) : tame(k * c * 9);
      float[] scale = special ? wild(k) : tame(k);
      float[] shift = special ? wild(k) : tame(k);
      float[] dy = special ? wild(size / 4 + 2) : tame(size / 4 + 2);
      same(size + 2, y -> loops.pack(h * w, x, 1, y, 2), y -> kernels.pack(h * w, x, 1, y, 2));
      same(size + 2, y -> loops.unpack(h * w, x, 1, y, 2), y -> kernels.unpack(h * w, x, 1, y, 2));
      double[] sums = new double[k];
      double[] others = new double[k];
      loops.sums(h * w, x, 1, sums, 0);
      kernels.sums(h * w, x, 1, others, 0);
      assertArrayEquals(sums, others);
      same(
          size / 4 + 2,
          y -> loops.maxPool2x2(h, w, x, 1, scale, shift, 0, y, 2),
          y -> kernels.maxPool2x2(h, w, x, 1, scale, shift, 0, y, 2));
      same(
          size + 3,
          dx -> loops.maxPool2x2Grad(h, w, x, 1, scale, shift, 0, dy, 2, dx, 3),
          dx -> kernels.maxPool2x2Grad(h, w, x, 1, scale, shift, 0, dy, 2, dx, 3));
      same(
          k * h * w + 2,
          y -> loops.conv3x3(c, h, w, k, image, 1, weight, shift, y, 2),
          y -> kernels.conv3x3(c, h, w, k, image, 1, weight, shift, y, 2));
      same(
          k * c * 9 + 2,
          to -> loops.conv3x3WeightGrad(c, h, w, k, image, 1, x, 1, to, 2),
          to -> kernels.conv3x3WeightGrad(c, h, w, k, image, 1, x, 1, to, 2));
    }
  }

  /** Through plain calls, trials and what the JVM compiles meanwhile. */
  @Test
  void theChoiceChangesNoBit() throws ReflectiveOperationException {
    var choosing = (Simd) vectors.getClass().getDeclaredConstructor().newInstance();
    assertNotSame(choosing, choosing.compiled());
    int n = 32 * 1024;
    float[] x = tame(n);
    float[] tanh = new float[n];
    float[] convolved = new float[8 * n / 2];
    float[] weight = tame(8 * 2 * 9);
    float[] first = null;
    double sum = plain.sum(x, 0, n);
    for (int round = 0; round < 500; round++) {
      choosing.unary(UnaryOp.TANH, 0, 0, x, 0, tanh, 0, n);
      choosing.conv3x3(
          Planes.of(x, 0, 1, 2, 128, 128),
          weight,
          new float[8],
          Planes.of(convolved, 0, 1, 8, 128, 128));
      float[] all = ConvSums.concat(tanh, convolved);
      first = first == null ? all : first;
      assertArrayEquals(first, all, "round " + round);
      assertEquals(sum, choosing.sum(x, 0, n));
    }
  }

  /** Runs both on the same memory and compares all of it. */
  private void same(int size, BiConsumer<Simd, float[]> kernel) {
    same(size, out -> kernel.accept(plain, out), out -> kernel.accept(vectors, out));
  }

  private void same(int size, Consumer<float[]> loops, Consumer<float[]> kernel) {
    float[] one = tame(size);
    float[] other = one.clone();
    loops.accept(one);
    kernel.accept(other);
    assertArrayEquals(one, other);
  }

  private float[] tame(int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) (random.nextDouble() * 2 - 1);
    }
    return values;
  }

  private float[] wild(int n) {
    float[] values = tame(n);
    for (int i = 0; i < n; i++) {
      if (random.nextInt(20) == 0) {
        values[i] = SPECIAL[random.nextInt(SPECIAL.length)];
      }
    }
    return values;
  }
}
