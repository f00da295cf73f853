package dev.tern.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeneratorTest {
  /**
   * One seed's draws, as PyTorch made them: the object's text in random.json, whose fields are
   * lists of numbers.
   */
  record Row(String text) {
    double[] list(String field) {
      Matcher list = Pattern.compile('"' + field + "\": \\[([^\\[\\]]*)\\]").matcher(text);
      assertTrue(list.find(), field);
      return Arrays.stream(list.group(1).split(",")).mapToDouble(Double::parseDouble).toArray();
    }

    float[] floats(String field) {
      double[] values = list(field);
      float[] out = new float[values.length];
      for (int i = 0; i < out.length; i++) {
        out[i] = (float) values[i];
      }
      return out;
    }

    long[] longs(String field) {
      return Arrays.stream(list(field)).mapToLong(v -> (long) v).toArray();
    }

    Generator generator() {
      Matcher seed = Pattern.compile("^(-?\\d+)").matcher(text);
      assertTrue(seed.find());
      return Generator.of(Long.parseLong(seed.group(1)));
    }

    @Override
    public String toString() {
      return "seed " + text.substring(0, text.indexOf(','));
    }
  }

  static Stream<Row> rows() throws IOException {
    Path root = Path.of(System.getProperty("tern.root", ".."));
    String chosen = System.getProperty("tern.golden", "");
    Path folder = root.resolve(chosen.isBlank() ? "src-test/src/test/resources/golden" : chosen);
    String[] parts = Files.readString(folder.resolve("random.json")).split("\"seed\": ");
    return Arrays.stream(parts).skip(1).map(Row::new);
  }

  private static float[] uniform(Generator g, int n, double a, double b) {
    float[] out = new float[n];
    g.uniform(out, 0, n, a, b);
    return out;
  }

  private static float[] normal(Generator g, int n, double mean, double std) {
    float[] out = new float[n];
    g.normal(out, 0, n, mean, std);
    return out;
  }

  @ParameterizedTest
  @MethodSource("rows")
  void uniformNumbersArePyTorchs(Row row) {
    Generator g = row.generator();
    assertArrayEquals(row.floats("rand_5"), uniform(g, 5, 0, 1), 0);
    assertArrayEquals(row.floats("uniform_m2_3"), uniform(row.generator(), 6, -2, 3), 0);
    double bound = 1 / Math.sqrt(27);
    assertArrayEquals(
        row.floats("conv2d_3_16_w_first8"), uniform(row.generator(), 8, -bound, bound), 0);
    double[] wide = new double[5];
    row.generator().uniform(wide, 0, 5, 0, 1);
    assertArrayEquals(row.list("rand_f64_5"), wide, 0);
  }

  @ParameterizedTest
  @MethodSource("rows")
  void normalNumbersBelow16ArePyTorchsAndKeepTheSecondOfAPair(Row row) {
    Generator g = row.generator();
    assertArrayEquals(row.floats("randn_5"), normal(g, 5, 0, 1), 0);
    assertArrayEquals(row.floats("randn_next_3"), normal(g, 3, 0, 1), 0);

    double[] wide = new double[5];
    row.generator().normal(wide, 0, 5, 0, 1);
    float[] rounded = new float[5];
    for (int i = 0; i < 5; i++) {
      rounded[i] = (float) wide[i];
    }
    assertArrayEquals(row.floats("randn_5"), rounded, 0);
  }

  @ParameterizedTest
  @MethodSource("rows")
  void normalNumbersFrom16OnArePyTorchs(Row row) {
    assertArrayEquals(row.floats("randn_16"), normal(row.generator(), 16, 0, 1), 0);
    assertArrayEquals(row.floats("randn_37"), normal(row.generator(), 37, 0, 1), 0);
    assertArrayEquals(row.floats("normal_1_2"), normal(row.generator(), 20, 1, 2), 0);
    double std = Math.sqrt(2) / Math.sqrt(288);
    float[] kaiming = normal(row.generator(), 9216, 0, std);
    assertArrayEquals(row.floats("kaiming_normal_first8"), Arrays.copyOf(kaiming, 8), 0);
  }

  @ParameterizedTest
  @MethodSource("rows")
  void wholeNumbersArePyTorchs(Row row) {
    Generator g = row.generator();
    long[] small = new long[8];
    g.integer(small, 0, 8, 0, 10);
    assertArrayEquals(row.longs("randint_0_10_x8"), small);
    long[] big = new long[4];
    g.integer(big, 0, 4, -(1L << 40), 1L << 40);
    assertArrayEquals(row.longs("randint_big_x4"), big);
  }

  @ParameterizedTest
  @MethodSource("rows")
  void permutationsArePyTorchs(Row row) {
    Generator g = row.generator();
    assertArrayEquals(row.longs("randperm_10"), longs(g.permutation(10), 10));
    int[] thousand = g.permutation(1000);
    assertArrayEquals(row.longs("randperm_1000_first20"), longs(thousand, 20));
    Arrays.sort(thousand);
    for (int i = 0; i < 1000; i++) {
      assertEquals(i, thousand[i]);
    }
  }

  private static long[] longs(int[] values, int n) {
    return Arrays.stream(values).limit(n).asLongStream().toArray();
  }

  /**
   * From 16 values on in double: Box and Muller over the u53 of a second generator, the last 16
   * drawn anew.
   */
  @Test
  void wideNormalNumbersFrom16OnFollowTheFormula() {
    double[] out = new double[23];
    Generator.of(5).normal(out, 1, 21, 3, 0.5);
    assertEquals(0, out[0]);
    assertEquals(0, out[22]);

    Generator draws = Generator.of(5);
    double[] u = new double[21];
    draws.uniform(u, 0, 21, 0, 1);
    double[] tail = new double[16];
    draws.uniform(tail, 0, 16, 0, 1);
    for (int i = 0; i < 21; i++) {
      double[] from = i < 5 ? u : tail;
      int k = i < 5 ? i : i - 5;
      double radius = Math.sqrt(-2 * Math.log(1 - from[k % 8]));
      double angle = 2 * Math.PI * from[k % 8 + 8];
      double z = radius * (k < 8 ? Math.cos(angle) : Math.sin(angle));
      assertEquals(3 + 0.5 * z, out[1 + i], 1e-14);
    }
  }

  @Test
  void theSinglePrecisionPolynomialsAreCloseToTheFunctions() {
    for (int i = 1; i <= 1 << 14; i++) {
      float u = i * 0x1p-14f;
      assertEquals(Math.log(u), Cephes.log(u), 2e-7 * Math.max(1, -Math.log(u)));
      float angle = (float) (2 * Math.PI) * u;
      assertEquals(Math.sin(angle), Cephes.sin(angle), 2e-7);
      assertEquals(Math.cos(angle), Cephes.cos(angle), 2e-7);
    }
  }

  @Test
  void theEngineIsMt19937() {
    // The 10,000th number of mt19937 from its default seed, as the C++ standard states it
    // ([rand.predef]).
    Generator g = Generator.of(5489);
    int last = 0;
    for (int i = 0; i < 10_000; i++) {
      last = g.next32();
    }
    assertEquals(4123659995L, Integer.toUnsignedLong(last));
  }

  @Test
  void onlyTheLow32BitsOfASeedCount() {
    assertEquals(Generator.of(7).random64(), Generator.of(7 + (1L << 40)).random64());
    assertEquals(Generator.of(-1).random64(), Generator.of(0xffffffffL).random64());
    assertEquals(7 + (1L << 40), Generator.of(7 + (1L << 40)).initialSeed());
    assertNotEquals(Generator.of(7).random64(), Generator.of(8).random64());
  }

  @Test
  void random64TakesTheHighWordFirstAndRandom63DropsTheSign() {
    Generator g = Generator.of(3);
    long high = Integer.toUnsignedLong(g.next32());
    long low = Integer.toUnsignedLong(g.next32());
    assertEquals((high << 32) | low, Generator.of(3).random64());
    assertEquals(((high << 32) | low) & Long.MAX_VALUE, Generator.of(3).random63());
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.25, 0.5, 1})
  void bernoulliIsTheSameForEveryArrayAndKeepsItsRate(double p) {
    int n = 20_000;
    float[] floats = new float[n];
    double[] doubles = new double[n];
    byte[] bytes = new byte[n];
    Generator.of(11).bernoulli(floats, 0, n, p);
    Generator.of(11).bernoulli(doubles, 0, n, p);
    Generator.of(11).bernoulli(bytes, 0, n, p);
    double[] u = new double[n];
    Generator.of(11).uniform(u, 0, n, 0, 1);
    double sum = 0;
    for (int i = 0; i < n; i++) {
      double expected = u[i] < p ? 1 : 0;
      assertEquals(expected, floats[i]);
      assertEquals(expected, doubles[i]);
      assertEquals(expected, bytes[i]);
      sum += expected;
    }
    assertEquals(p, sum / n, 5 * Math.sqrt(p * (1 - p) / n));
  }

  @Test
  void integersReachTheWholeOfTheirRange() {
    long[] out = new long[1000];
    Generator.of(1).integer(out, 0, 1000, Long.MIN_VALUE, Long.MAX_VALUE);
    assertTrue(Arrays.stream(out).anyMatch(v -> v < 0) && Arrays.stream(out).anyMatch(v -> v > 0));
    Generator.of(1).integer(out, 0, 1000, -3, 2);
    assertEquals(
        List.of(-3L, -2L, -1L, 0L, 1L), Arrays.stream(out).distinct().sorted().boxed().toList());
  }

  @Test
  void aStateGoesOnWhereItWasTaken() {
    Generator g = Generator.of(42);
    normal(g, 5, 0, 1); // an odd number: a normal number is kept
    byte[] state = g.getState();
    assertEquals(5056, state.length);
    float[] normals = normal(g, 3, 0, 1);
    long next = 0;
    for (int i = 0; i < 700; i++) { // past a twist
      next = g.random64();
    }
    Generator other = Generator.of(0);
    other.setState(state);
    assertArrayEquals(state, other.getState());
    assertEquals(42, other.initialSeed());
    assertArrayEquals(normals, normal(other, 3, 0, 1));
    long same = 0;
    for (int i = 0; i < 700; i++) {
      same = other.random64();
    }
    assertEquals(next, same);
  }

  @Test
  void aStateHasPyTorchsLayout() {
    Generator g = Generator.of(-2);
    ByteBuffer fresh = ByteBuffer.wrap(g.getState()).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(-2, fresh.getLong(0));
    assertEquals(1, fresh.getInt(8)); // left
    assertEquals(1, fresh.getInt(12)); // seeded
    assertEquals(0, fresh.getLong(16)); // next
    assertEquals(0xfffffffeL, fresh.getLong(24)); // the first word is the seed's low half
    g.next32();
    ByteBuffer drawn = ByteBuffer.wrap(g.getState()).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(624, drawn.getInt(8));
    assertEquals(1, drawn.getLong(16));
    double[] pair = new double[2];
    byte[] before = g.getState();
    g.normal(pair, 0, 1, 0, 1);
    ByteBuffer kept = ByteBuffer.wrap(g.getState()).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(1, kept.getInt(5040));
    g.setState(before);
    g.normal(pair, 0, 2, 0, 1);
    assertEquals(pair[1], kept.getDouble(5024));
  }

  @Test
  void whatIsNoStateIsRefusedAndChangesNothing() {
    Generator g = Generator.of(9);
    g.next32();
    byte[] before = g.getState();
    assertMessage("setState: 16 bytes; expected 5056", () -> g.setState(new byte[16]));
    assertMessage("not a state of mt19937", () -> g.setState(new byte[5056]));
    byte[] beyond = before.clone();
    ByteBuffer.wrap(beyond).order(ByteOrder.LITTLE_ENDIAN).putLong(16, 2); // next + left > 625
    assertMessage("not a state of mt19937", () -> g.setState(beyond));
    assertArrayEquals(before, g.getState());
  }

  @Test
  void seedingForgetsTheKeptNormalNumber() {
    Generator g = Generator.of(1);
    float[] first = normal(g, 3, 0, 1);
    assertArrayEquals(first, normal(g.seed(1), 3, 0, 1));
  }

  @Test
  void everyThreadHasItsOwnDefault() throws InterruptedException {
    Generator.manualSeed(123);
    assertSame(Generator.current(), Generator.current());
    AtomicLong elsewhere = new AtomicLong();
    List<Long> unseeded = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Thread thread =
          new Thread(
              () -> {
                unseeded.add(Generator.current().initialSeed());
                Generator.manualSeed(123);
                elsewhere.set(Generator.current().random64());
              });
      thread.start();
      thread.join();
    }
    assertEquals(elsewhere.get(), Generator.current().random64());
    assertNotEquals(unseeded.get(0), unseeded.get(1));
  }

  @Test
  void argumentsThatDoNotFitAreRefused() {
    Generator g = Generator.of(0);
    float[] out = new float[4];
    assertMessage("uniform: from 2.0 to 1.0", () -> g.uniform(out, 0, 4, 2, 1));
    assertMessage("uniform: from 0.0 to NaN", () -> g.uniform(out, 0, 4, 0, Double.NaN));
    assertMessage("standard deviation -1.0", () -> g.normal(out, 0, 4, 0, -1));
    assertMessage("probability 1.5; expected 0 to 1", () -> g.bernoulli(out, 0, 4, 1.5));
    assertMessage("expected low < high", () -> g.integer(new long[1], 0, 1, 3, 3));
    assertMessage("permutation: of -1 numbers", () -> g.permutation(-1));
    assertThrows(IndexOutOfBoundsException.class, () -> g.uniform(out, 2, 3, 0, 1));
    assertEquals(0, g.permutation(0).length);
  }

  private static void assertMessage(String part, org.junit.jupiter.api.function.Executable call) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    assertTrue(message.contains(part), message);
  }
}
