package dev.tern.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tern.device.cuda.Emulator;
import dev.tern.shape.ConvOptions;
import dev.tern.shape.DType;
import dev.tern.shape.PoolOptions;
import dev.tern.shape.Shape;
import dev.tern.shape.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The CUDA kernels beside the CPU's, at the sizes where they go another way: each size of tile,
 * sums in two launches, sorts in many, views of many dimensions.
 */
class CudaKernelsTest {
  private static final DType F32 = DType.FLOAT32;
  private static final DType F64 = DType.FLOAT64;

  /** One device's operands and results; the same seed gives both devices the same numbers. */
  private static final class Trial {
    final Backend backend;
    final List<Data> results = new ArrayList<>();
    private final Random random = new Random(1);

    Trial(Backend backend) {
      this.backend = backend;
    }

    /** Whole numbers in a small range and a fraction, so that there are ties, at an odd offset. */
    Data in(DType dtype, int... sizes) {
      Data x = empty(dtype, sizes);
      double[] values = random.doubles(x.numel(), -2, 2).map(v -> Math.rint(v * 64) / 64).toArray();
      return put(x, values);
    }

    Data put(Data x, double[] values) {
      Data wide = new Data(backend.allocate(F64, values.length), 0, x.shape());
      backend.upload(values, 0, wide);
      backend.cast(wide, x);
      return x;
    }

    Data indices(int count, int below) {
      double[] values = random.ints(count, 0, below).asDoubleStream().toArray();
      return put(empty(DType.INT64, count), values);
    }

    Data empty(DType dtype, int... sizes) {
      Shape shape = Shape.of(sizes);
      return new Data(backend.allocate(dtype, shape.numel() + 3), 3, shape);
    }

    Data out(DType dtype, int... sizes) {
      return result(empty(dtype, sizes));
    }

    Data result(Data x) {
      results.add(x);
      return x;
    }

    double[] values(int result) {
      Data x = results.get(result);
      Data wide = new Data(backend.allocate(F64, x.numel()), 0, x.shape());
      backend.cast(x, wide);
      double[] values = new double[x.numel()];
      backend.download(wide, values, 0);
      return values;
    }
  }

  private static Backend cuda() {
    return Backends.of(Device.CUDA);
  }

  @BeforeEach
  void load() {
    Emulator.load();
  }

  @AfterEach
  void usual() {
    if (Emulator.isLoaded()) {
      Emulator.usual();
    }
  }

  /** The same on both devices, to a tolerance relative to the largest value. */
  private static void same(String what, double tolerance, Consumer<Trial> calls) {
    Trial cpu = new Trial(Backends.cpu());
    Trial gpu = new Trial(cuda());
    calls.accept(cpu);
    calls.accept(gpu);
    for (int i = 0; i < cpu.results.size(); i++) {
      double[] expected = cpu.values(i);
      double largest =
          Arrays.stream(expected).map(Math::abs).filter(Double::isFinite).max().orElse(0);
      assertArrayEquals(expected, gpu.values(i), tolerance * (1 + largest), what + ", result " + i);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "LARGE, 40, 133, 135, 19",
    "WIDE, 40, 33, 200, 21",
    "SMALL, 3, 33, 31, 40",
    "SMALL, 70000, 1, 2, 3", // more than a grid is deep
    "LARGE, 1, 1030, 1029, 5"
  })
  void products(String tile, int batch, int m, int n, int k) {
    for (int flags = 0; flags < 4; flags++) {
      var s = new MatmulSpec(batch, m, n, k, (flags & 1) != 0, (flags & 2) != 0, false, false);
      same(
          tile + " " + s,
          1e-5,
          t ->
              t.backend.matmul(
                  s, t.in(F32, batch, m, k), t.in(F32, batch, k, n), t.out(F32, batch, m, n)));
    }
  }

  @ParameterizedTest
  @CsvSource({
    // batch, channels, out, groups | sizes | kernel | stride | padding | dilation
    "2, 3, 5, 1, 17, 3, 2, 1, 1",
    "2, 4, 6, 2, 9x8, 3x2, 2x1, 1x0, 1x2",
    "1, 6, 6, 6, 7x7, 3x3, 1x1, 2x2, 2x2", // each channel by itself
    "3, 8, 40, 1, 30x31, 3x3, 1x1, 1x1, 1x1", // wide tiles
    "2, 9, 130, 1, 70x70, 2x2, 1x1, 0x0, 1x1", // large tiles
    "2, 70, 3, 1, 64x64, 1x1, 1x1, 0x0, 1x1",
    "2, 2, 4, 2, 5x6x4, 2x3x2, 1x2x1, 1x0x1, 1x1x2",
    "1, 1, 1, 1, 5x5, 5x5, 3x3, 4x4, 1x1"
  })
  void convolutions(
      int batch,
      int channels,
      int out,
      int groups,
      String in,
      String kernel,
      String stride,
      String padding,
      String dilation) {
    int[] x = join(batch, channels, ints(in));
    int[] weight = join(out, channels / groups, ints(kernel));
    var options =
        ConvOptions.stride(ints(stride))
            .padding(ints(padding))
            .dilation(ints(dilation))
            .groups(groups);
    var s = ConvSpec.of("conv", Shape.of(x), Shape.of(weight), options);
    int[] y = s.outputShape().toArray();
    for (DType dtype : new DType[] {F32, F64}) {
      if (dtype == F64 && s.outputShape().numel() > 100_000) {
        continue; // double precision has one size of tile
      }
      same(
          s + " " + dtype,
          dtype == F32 ? 1e-5 : 1e-13,
          t -> {
            Data input = t.in(dtype, x);
            Data filter = t.in(dtype, weight);
            Data dy = t.in(dtype, y);
            t.backend.conv(s, input, filter, t.in(dtype, out), t.out(dtype, y));
            t.backend.conv(s, input, filter, null, t.out(dtype, y));
            t.backend.convInputGrad(s, filter, dy, t.out(dtype, x));
            t.backend.convWeightGrad(s, input, dy, t.out(dtype, weight));
          });
    }
  }

  @ParameterizedTest
  @CsvSource({
    "17, 3, 1, 1, 2, false, true",
    "9x8, 3x2, 2x1, 1x1, 1x2, true, false",
    "9x9, 3x3, 2x2, 1x1, 1x1, true, true",
    "6x8, 3x2, 3x2, 0x0, 1x1, false, true", // tiles
    "5x6x4, 2x3x2, 1x2x1, 1x0x1, 1x1x1, false, false"
  })
  void poolings(
      String in,
      String window,
      String stride,
      String padding,
      String dilation,
      boolean ceil,
      boolean counts) {
    int[] x = join(2, 3, ints(in));
    int rank = x.length - 2;
    var options =
        PoolOptions.window(ints(window)).stride(ints(stride)).padding(ints(padding)).ceilMode(ceil);
    var max = PoolSpec.of("max", Shape.of(x), rank, options.dilation(ints(dilation)));
    var mean = PoolSpec.of("mean", Shape.of(x), rank, options.countIncludePad(counts));
    for (DType dtype : new DType[] {F32, F64}) {
      same(
          max + " " + dtype,
          1e-6,
          t -> {
            Data input = t.in(dtype, x);
            t.backend.fill(new Data(input.storage(), input.offset() + 20, Shape.of(1)), Double.NaN);
            int[] y = max.outputShape().toArray();
            t.backend.maxPool(max, input, t.out(dtype, y), t.out(DType.INT64, y));
            t.backend.maxPoolGrad(max, input, t.in(dtype, y), t.out(dtype, x));
            int[] z = mean.outputShape().toArray();
            t.backend.avgPool(mean, t.in(dtype, x), t.out(dtype, z));
            t.backend.avgPoolGrad(mean, t.in(dtype, z), t.out(dtype, x));
          });
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 100000, 1", "1, 7001, 3", "3, 5000, 1", "40, 33, 1", "2, 31, 70", "70, 40, 5"})
  void reductions(int outer, int n, int inner) {
    for (DType dtype : new DType[] {F32, F64, DType.INT64, DType.UINT8}) {
      for (ReduceOp op : ReduceOp.values()) {
        if (op == ReduceOp.PROD && n > 1000) {
          continue; // overflows
        }
        boolean place = op == ReduceOp.ARGMAX || op == ReduceOp.ARGMIN;
        same(
            op + " " + dtype,
            dtype == F32 ? 2e-6 : 1e-12,
            t -> {
              Data x = t.in(dtype, outer, n, inner);
              if (dtype.isFloatingPoint() && op != ReduceOp.SUM) {
                for (int at : new int[] {n / 2, n - 1}) { // of two NaN, the first
                  Data one = new Data(x.storage(), x.offset() + at * inner, Shape.of(1));
                  t.backend.fill(one, Double.NaN);
                }
              }
              t.backend.reduce(
                  op, outer, n, inner, x, t.out(place ? DType.INT64 : dtype, outer, inner));
            });
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"4, 3", "1000, 7", "2048, 5000", "2049, 3", "5000, 100000"})
  void sumsByIndexInTheOrderOfTheIndex(int count, int n) {
    for (DType dtype : new DType[] {F32, F64, DType.INT64}) {
      same(
          "indexAdd " + dtype,
          0,
          t -> {
            Data index = t.indices(count, n);
            t.backend.indexAdd(
                2, n, 3, t.in(dtype, 2, count, 3), index, t.result(t.in(dtype, 2, n, 3)));
            t.backend.indexSelect(2, n, 3, t.in(dtype, 2, n, 3), index, t.out(dtype, 2, count, 3));
          });
    }
  }

  @Test
  void viewsAndBroadcastsOfManyDimensions() {
    int[] sizes = new int[11];
    int[] steps = new int[11];
    Arrays.fill(sizes, 2);
    Arrays.setAll(steps, d -> 1 << (d * 7 % 11)); // nothing can be merged
    View view = View.strided(Shape.of(sizes), steps, 5);
    int[] every = new int[11];
    Arrays.setAll(every, d -> d % 2 == 0 ? 2 : 1);
    same(
        "11 dimensions",
        0,
        t -> {
          Data memory = t.in(F32, 2100);
          View here = View.strided(view.shape(), steps, memory.offset() + 5);
          t.backend.read(memory.storage(), here, t.out(F32, sizes));
          t.backend.write(t.in(F32, sizes), memory.storage(), here);
          t.backend.accumulate(t.in(F32, sizes), memory.storage(), here);
          t.result(memory);
          Data a = t.in(F32, every);
          Data b = t.in(F32, sizes);
          t.backend.binary(BinaryOp.ADD, a, b, t.out(F32, sizes));
          t.backend.binary(BinaryOp.LT, a, b, t.out(DType.BOOL, sizes));
          t.backend.select(t.in(DType.BOOL, every), a, b, t.out(F32, sizes));
        });
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void transpositions(DType dtype) {
    for (View view :
        List.of(
            View.dense(Shape.of(33, 70)).permute(1, 0),
            View.dense(Shape.of(3, 40, 32)).permute(0, 2, 1))) {
      same(
          dtype + " " + view,
          0,
          t -> {
            Data x = t.in(dtype, 3 * 40 * 32);
            View here = View.strided(view.shape(), view.strides(), x.offset());
            t.backend.read(x.storage(), here, t.out(dtype, view.shape().toArray()));
          });
    }
  }

  @ParameterizedTest
  @CsvSource({"8, 3, 1000", "2, 5, 1", "600, 2, 49"})
  void batchNormalisations(int batch, int channels, int positions) {
    var s = new NormSpec(batch, channels, positions, 1e-5);
    for (DType dtype : new DType[] {F32, F64}) {
      same(
          s + " " + dtype,
          dtype == F32 ? 2e-5 : 1e-11,
          t -> {
            Data x = t.in(dtype, batch, channels, positions);
            t.backend.affine(x, 1, 30, x); // far from zero
            Data dy = t.in(dtype, batch, channels, positions);
            Data weight = t.in(dtype, channels);
            Data mean = t.out(dtype, channels);
            Data var = t.out(dtype, channels);
            Data y = t.out(dtype, batch, channels, positions);
            t.backend.batchNorm(s, x, weight, t.in(dtype, channels), y, mean, var);
            Data dx = t.out(dtype, batch, channels, positions);
            t.backend.batchNormGrad(
                s, x, weight, mean, var, dy, dx, t.out(dtype, channels), t.out(dtype, channels));
          });
    }
  }

  @ParameterizedTest
  @CsvSource({"5, 100, 1", "70, 10, 1", "3, 50, 7"})
  void logSoftmaxes(int outer, int n, int inner) {
    for (DType dtype : new DType[] {F32, F64}) {
      same(
          "log-softmax " + dtype,
          dtype == F32 ? 1e-6 : 1e-13,
          t -> {
            Data x = t.in(dtype, outer, n, inner);
            t.backend.affine(x, 500, 0, x); // exp of it overflows
            Data y = t.out(dtype, outer, n, inner);
            t.backend.logSoftmax(outer, n, inner, x, y);
            Data dy = t.in(dtype, outer, n, inner);
            t.backend.logSoftmaxGrad(outer, n, inner, y, dy, t.out(dtype, outer, n, inner));
          });
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void optimizerStepsOfManyParameters(boolean amsgrad) {
    for (DType dtype : new DType[] {F32, F64}) {
      same(
          "steps in " + dtype,
          dtype == F32 ? 1e-6 : 1e-14,
          t -> {
            Data[][] all = new Data[5][40]; // more than one launch takes
            for (Data[] operand : all) {
              Arrays.setAll(operand, i -> t.result(t.in(dtype, 1 + 37 * i % 300)));
            }
            for (Data moment : all[3]) {
              t.backend.unary(UnaryOp.SQUARE, 0, 0, moment, moment);
            }
            Data[] most = amsgrad ? all[4] : null;
            var adam = new AdamSpec(0.1, 0.9, 0.99, 1e-3, 0.01, amsgrad, amsgrad, 3);
            t.backend.adam(adam, all[0], all[1], all[2], all[3], most);
            for (boolean first : new boolean[] {true, false}) {
              var sgd = new SgdSpec(0.1, 0.9, amsgrad ? 0 : 0.2, 0.01, amsgrad, !amsgrad, first);
              t.backend.sgd(sgd, all[0], all[1], all[2]);
            }
            t.backend.sgd(new SgdSpec(0.1, 0, 0, 0.01, false, false, false), all[0], all[1], null);
          });
    }
  }

  /** A missing barrier shows when the threads of a block run in another order. */
  @ParameterizedTest
  @ValueSource(longs = {1, 42})
  void theOrderOfThreadsDoesNotMatter(long order) {
    if (Emulator.isLoaded()) {
      Emulator.set(Emulator.Setting.ORDER, order);
    }
    products("SMALL", 2, 33, 31, 40);
    products("WIDE", 40, 33, 130, 17);
    convolutions(2, 4, 6, 2, "9x8", "3x2", "2x1", "1x0", "1x2");
    reductions(3, 5000, 1);
    sumsByIndexInTheOrderOfTheIndex(1000, 7);
    transpositions(F32);
    batchNormalisations(8, 3, 1000);
    logSoftmaxes(5, 100, 1);
  }

  @Test
  void wholeNumbersAreNotDividedByZero() {
    Trial t = new Trial(cuda());
    Data a = t.put(t.empty(DType.INT64, 3), new double[] {5, 6, 7});
    Data b = t.put(t.empty(DType.INT64, 3), new double[] {2, 0, -1});
    t.backend.binary(BinaryOp.DIV, a, b, t.out(DType.INT64, 3));
    var thrown = assertThrows(ArithmeticException.class, t.backend::synchronize);
    assertEquals("/ by zero", thrown.getMessage());
    t.backend.synchronize(); // told once
    t.backend.binary(BinaryOp.DIV, b, a, t.out(DType.INT64, 3));
    assertArrayEquals(new double[] {0, 0, 0}, t.values(1));
  }

  private static int[] ints(String sizes) {
    return Arrays.stream(sizes.split("x")).mapToInt(Integer::parseInt).toArray();
  }

  private static int[] join(int first, int second, int[] rest) {
    return IntStream.concat(IntStream.of(first, second), Arrays.stream(rest)).toArray();
  }

  @ParameterizedTest
  @CsvSource({
    "3, 2048, 1",
    "2, 2049, 1",
    "1, 9000, 1",
    "2, 4100, 3",
    "700, 5, 1",
    "40000, 2, 1",
  })
  void sorts(int outer, int n, int inner) {
    for (DType dtype : new DType[] {F32, F64, DType.INT64, DType.UINT8}) {
      for (boolean descending : new boolean[] {false, true}) {
        same(
            dtype + " descending " + descending,
            0,
            t ->
                t.backend.sort(
                    outer,
                    n,
                    inner,
                    descending,
                    t.in(dtype, outer, n, inner),
                    t.out(dtype, outer, n, inner),
                    t.out(DType.INT64, outer, n, inner)));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "3, 31, 5", // a thread a row
    "300, 1100, 1", // a block a row
    "2, 9000, 1", // rows in chunks
    "1, 2500, 3",
    "2, 33, 8200"
  })
  void scansOfAnyLength(int outer, int n, int inner) {
    for (DType dtype : new DType[] {F32, F64, DType.INT64, DType.UINT8}) {
      for (ScanOp op : ScanOp.values()) {
        if (op == ScanOp.PROD && dtype.isFloatingPoint() && n > 100) {
          continue; // 0, or beyond every number
        }
        DType to = dtype == DType.UINT8 ? DType.INT64 : dtype;
        same(
            dtype + " " + op,
            1e-6,
            t ->
                t.backend.scan(
                    op, outer, n, inner, t.in(dtype, outer, n, inner), t.out(to, outer, n, inner)));
      }
    }
  }

  @Test
  void scansAndSortsInAnyOrderOfThreads() {
    for (long order : new long[] {1, 12345}) {
      Emulator.set(Emulator.Setting.ORDER, order);
      scansOfAnyLength(2, 5000, 1);
      sorts(1, 5000, 1);
    }
  }
}
