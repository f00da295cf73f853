package dev.tern.device.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.device.Backend;
import dev.tern.device.ConvSpec;
import dev.tern.device.Data;
import dev.tern.device.MatmulSpec;
import dev.tern.shape.ConvOptions;
import dev.tern.shape.DType;
import dev.tern.shape.DeviceException;
import dev.tern.shape.Shape;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** cuBLAS and cuDNN beside Tern's kernels, and what is said where they cannot be used. */
@Tag("cuda")
class LibrariesTest {
  private static final DType F32 = DType.FLOAT32;
  private static final String KERNELS = "; Tern's kernels compute the rest";

  /** What a GPU computes from numbers that are the same for each GPU. */
  private static final class Run {
    final CudaDevice gpu;
    final Backend backend;
    final List<double[]> results = new ArrayList<>();
    int launches;
    private final Random random = new Random(1);

    /** Without a cache, so that operands lie between pages not to be touched. */
    Run(int index, String libraries) {
      gpu = Trial.open(index, new CudaDevice.Options(false, false, libraries)).gpu;
      backend = gpu.backend();
    }

    Data in(DType dtype, int... sizes) {
      return at(0, dtype, sizes);
    }

    Data at(int offset, DType dtype, int... sizes) {
      Data x = empty(offset, dtype, sizes);
      double[] values = random.doubles(x.numel(), -2, 2).map(v -> Math.rint(v * 64) / 64).toArray();
      Data wide = new Data(backend.allocate(DType.FLOAT64, values.length), 0, x.shape());
      backend.upload(values, 0, wide);
      backend.cast(wide, x);
      return x;
    }

    Data empty(int offset, DType dtype, int... sizes) {
      Shape shape = Shape.of(sizes);
      return new Data(backend.allocate(dtype, shape.numel() + offset), offset, shape);
    }

    /** Runs something, counts its kernels, and keeps its result. */
    void run(Data out, Runnable work) {
      long before = Emulator.isLoaded() ? Emulator.get(Emulator.Setting.LAUNCHES) : 0;
      work.run();
      if (Emulator.isLoaded()) {
        launches += (int) (Emulator.get(Emulator.Setting.LAUNCHES) - before);
      }
      results.add(values(out));
    }

    double[] values(Data x) {
      Data wide = new Data(backend.allocate(DType.FLOAT64, x.numel()), 0, x.shape());
      backend.cast(x, wide);
      double[] values = new double[x.numel()];
      backend.download(wide, values, 0);
      return values;
    }

    void matmul(MatmulSpec s, DType dtype) {
      Data a = in(dtype, s.sharedA() ? 1 : s.batch(), s.m(), s.k());
      Data b = in(dtype, s.sharedB() ? 1 : s.batch(), s.k(), s.n());
      Data out = empty(0, dtype, s.batch(), s.m(), s.n());
      run(out, () -> backend.matmul(s, a, b, out));
    }

    void convolve(ConvSpec s, DType dtype, int offset) {
      Data x = at(offset, dtype, s.inputShape().toArray());
      Data w = at(offset, dtype, s.weightShape().toArray());
      Data y = empty(offset, dtype, s.outputShape().toArray());
      Data dy = at(offset, dtype, s.outputShape().toArray());
      run(y, () -> backend.conv(s, x, w, null, y));
      Data dx = empty(offset, dtype, s.inputShape().toArray());
      run(dx, () -> backend.convInputGrad(s, w, dy, dx));
      Data dw = empty(offset, dtype, s.weightShape().toArray());
      run(dw, () -> backend.convWeightGrad(s, x, dy, dw));
    }
  }

  @AfterEach
  void leaveItUsable() {
    if (Emulator.isLoaded()) {
      Emulator.usual();
      Emulator.reset(2);
      Emulator.reset(3);
    }
  }

  /** The same with libraries as without; the answer is how many kernels were launched with them. */
  private static int same(String libraries, double tolerance, Consumer<Run> work) {
    Run with = new Run(2, libraries);
    work.accept(with);
    Run without = new Run(2, "false"); // the first one's memory is gone
    work.accept(without);
    for (int i = 0; i < with.results.size(); i++) {
      double[] expected = without.results.get(i);
      double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
      assertArrayEquals(expected, with.results.get(i), tolerance * (1 + largest), "result " + i);
    }
    return with.launches;
  }

  private static double tolerance(DType dtype) {
    return dtype == F32 ? 1e-6 : 1e-14;
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT64"})
  void productsOfEveryKindAreTheSame(DType dtype) {
    String libraries = EmulatorLibraries.both();
    int[][] sizes = {{1, 5, 7, 3}, {4, 5, 7, 3}, {3, 1, 6, 2}, {2, 6, 1, 9}, {1, 64, 33, 65}};
    int launches =
        same(
            libraries,
            tolerance(dtype),
            run -> {
              for (int[] n : sizes) {
                for (int flags = 0; flags < 16; flags++) {
                  boolean[] flag = new boolean[4];
                  for (int i = 0; i < 4; i++) {
                    flag[i] = (flags >> i & 1) != 0;
                  }
                  run.matmul(
                      new MatmulSpec(n[0], n[1], n[2], n[3], flag[0], flag[1], flag[2], flag[3]),
                      dtype);
                }
              }
            });
    assertEquals(0, launches);
  }

  @Test
  void productsAreRoundedOnlyWhereThatIsAllowed() {
    Run run = new Run(2, EmulatorLibraries.both());
    Data x = run.empty(0, F32, 64, 1);
    run.backend.fill(x, 1 + 0x1p-12);
    Data y = run.empty(0, F32, 64, 64);
    MatmulSpec outer = new MatmulSpec(1, 64, 64, 1, false, true, false, false);
    double exact = (float) ((1 + 0x1p-12) * (1 + 0x1p-12));
    for (boolean allowed : new boolean[] {false, true, false}) {
      run.backend.allowTf32(allowed);
      run.backend.matmul(outer, x, x, y);
      assertEquals(allowed ? 1 : exact, run.values(y)[0]);
    }
  }

  @Test
  void convolutionsAreRoundedOnlyWhereThatIsAllowed() {
    Run run = new Run(2, EmulatorLibraries.both());
    ConvSpec s = spec("1x16x4x4", "16x16x1x1", ConvOptions.padding(0));
    Data x = run.empty(0, F32, 1, 16, 4, 4);
    Data w = run.empty(0, F32, 16, 16, 1, 1);
    run.backend.fill(x, 1 + 0x1p-12);
    run.backend.fill(w, 1 + 0x1p-12);
    Data y = run.empty(0, F32, 1, 16, 4, 4);
    double exact = 16 * (1 + 0x1p-12) * (1 + 0x1p-12); // TF32 has 16
    for (boolean allowed : new boolean[] {false, true, false}) {
      run.backend.allowTf32(allowed);
      run.backend.conv(s, x, w, null, y);
      double got = run.values(y)[0];
      boolean rounded = Math.abs(got - 16) < 1e-6;
      assertTrue(rounded || Math.abs(got - exact) < 1e-4, "" + got);
      if (!allowed || Emulator.isLoaded()) { // a real library may do without
        assertEquals(allowed, rounded);
      }
    }
  }

  @Test
  void otherProductsAreLeftToTheKernels() {
    String libraries = EmulatorLibraries.both();
    int launches =
        same(
            libraries,
            0,
            run -> {
              run.matmul(MatmulSpec.of(3, 4, 5), DType.INT64);
              run.matmul(MatmulSpec.of(3, 4, 0), F32);
              run.matmul(new MatmulSpec(65536, 1, 1, 1, false, false, false, false), F32);
            });
    assertTrue(launches >= 3 || !Emulator.isLoaded());
  }

  private static ConvSpec spec(String x, String weight, ConvOptions options) {
    return ConvSpec.of("conv", Shape.of(ints(x)), Shape.of(ints(weight)), options);
  }

  private static int[] ints(String sizes) {
    return Stream.of(sizes.split("x")).mapToInt(Integer::parseInt).toArray();
  }

  @ParameterizedTest
  @CsvSource({
    // input | weight | stride | padding | dilation | groups
    "2x3x17, 5x3x3, 2, 1, 1, 1",
    "2x4x9x8, 6x2x3x2, 2x1, 1x0, 1x2, 2",
    "1x6x7x7, 6x1x3x3, 1, 2, 2, 6",
    "3x8x6x7, 4x8x1x1, 1, 0, 1, 1",
    "2x2x5x6x4, 4x1x2x3x2, 1x2x1, 1x0x1, 1x1x2, 2",
    "1x1x5x5, 1x1x5x5, 3, 4, 1, 1"
  })
  void convolutionsAreTheSame(
      String x, String weight, String stride, String padding, String dilation, int groups) {
    String libraries = EmulatorLibraries.both();
    var options =
        ConvOptions.stride(ints(stride))
            .padding(ints(padding))
            .dilation(ints(dilation))
            .groups(groups);
    ConvSpec s = spec(x, weight, options);
    assertEquals(0, same(libraries, tolerance(F32), run -> run.convolve(s, F32, 0)));
    int launches =
        same(
            libraries,
            tolerance(F32),
            run -> {
              Data input = run.in(F32, s.inputShape().toArray());
              Data w = run.in(F32, s.weightShape().toArray());
              Data bias = run.at(1, F32, s.outChannels());
              Data y = run.empty(0, F32, s.outputShape().toArray());
              run.run(y, () -> run.backend.conv(s, input, w, bias, y));
            });
    assertTrue(launches == 1 || !Emulator.isLoaded(), launches + " kernels for the bias");
  }

  @Test
  void otherConvolutionsAreLeftToTheKernels() {
    String libraries = EmulatorLibraries.both();
    ConvSpec plain = spec("2x3x6x6", "4x3x3x3", ConvOptions.padding(1));
    ConvSpec uneven = spec("2x3x6x6", "4x3x2x2", ConvOptions.defaults().values().same());
    int launches =
        same(
            libraries,
            0,
            run -> {
              run.convolve(plain, DType.FLOAT64, 0);
              run.convolve(plain, F32, 1); // not at a multiple of 16 bytes
              run.convolve(uneven, F32, 0); // more padding at the end
            });
    assertTrue(launches >= 9 || !Emulator.isLoaded(), launches + " kernels");
  }

  @Test
  void whatCudnnDoesNotSupportIsLeftToTheKernels() {
    String libraries = EmulatorLibraries.folder("cudnn.so.9", "-DUNSUPPORTED");
    ConvSpec s = spec("2x3x6x6", "4x3x3x3", ConvOptions.padding(1));
    assertTrue(same(libraries, 0, run -> run.convolve(s, F32, 0)) >= 3);
  }

  @Test
  void theyArePartOfACapturedGraph() {
    Run run = new Run(2, EmulatorLibraries.both());
    ConvSpec s = spec("1x2x4x4", "3x2x3x3", ConvOptions.padding(1));
    final Data x = run.in(F32, 1, 2, 4, 4);
    final Data w = run.in(F32, 3, 2, 3, 3);
    final Data y = run.empty(0, F32, 1, 3, 4, 4);
    final Data z = run.empty(0, F32, 3, 3);
    Runnable step =
        () -> {
          run.backend.conv(s, x, w, null, y);
          MatmulSpec product = new MatmulSpec(1, 3, 3, 16, false, true, false, false);
          run.backend.matmul(product, y, y, z);
        };
    step.run();
    double[] once = run.values(z);
    run.backend.fill(z, 0);
    try (CapturedGraph graph = run.gpu.capture(step)) {
      assertArrayEquals(new double[9], run.values(z));
      graph.replay();
      assertArrayEquals(once, run.values(z));
      run.backend.affine(w, 2, 0, w);
      graph.replay();
      assertArrayEquals(Arrays.stream(once).map(v -> 4 * v).toArray(), run.values(z));
    }
  }

  @Test
  void manyThreadsUseOneLibrary() {
    Run run = new Run(2, EmulatorLibraries.both());
    ConvSpec s = spec("1x2x4x4", "3x2x3x3", ConvOptions.padding(1));
    Data x = run.in(F32, 1, 2, 4, 4);
    Data w = run.in(F32, 3, 2, 3, 3);
    List<double[]> results =
        Stream.generate(() -> run.empty(0, F32, 1, 3, 4, 4)).limit(64).toList().parallelStream()
            .map(
                y -> {
                  run.backend.conv(s, x, w, null, y);
                  Data product = run.empty(0, F32, 3, 3);
                  run.backend.matmul(
                      new MatmulSpec(1, 3, 3, 16, false, true, false, false), y, y, product);
                  return run.values(product);
                })
            .toList();
    for (double[] result : results) {
      assertArrayEquals(results.get(0), result);
    }
  }

  private static Libraries open(String asked) {
    return Libraries.open(Trial.open(2, new CudaDevice.Options(false, false)).gpu, asked);
  }

  @Test
  void whatIsFoundIsSaid() {
    String folder = EmulatorLibraries.both();
    Assumptions.assumeTrue(Emulator.isLoaded(), "versions of real libraries differ");
    Libraries libraries = open(folder);
    assertEquals(
        "cuda:2: cuBLAS 12.6.3 (%s/libcublas.so.12), cuDNN 9.1.0 (%s/libcudnn.so.9)"
                .formatted(folder, folder)
            + KERNELS,
        libraries.said());
    assertNotNull(libraries.blas());
    assertNotNull(libraries.dnn());
  }

  @Test
  void theNewestThatStartsIsUsed_inWhicheverFolder(@TempDir Path empty) {
    String tooNew = EmulatorLibraries.folder("cublas.so.13", "-DSTARTS=1");
    String older = EmulatorLibraries.folder("cublas.so.12");
    String said = open(String.join(File.pathSeparator, empty.toString(), tooNew, older)).said();
    assertTrue(said.contains(": cuBLAS 12.6.3 (" + older + "/libcublas.so.12), no cuDNN"), said);
  }

  @Test
  void nothingIsOpenedUnasked() {
    Libraries libraries = open("false");
    assertEquals("", libraries.said());
    assertNull(libraries.blas());
    assertNull(libraries.dnn());
  }

  @Test
  void librariesThatAreNotThereAreNamed(@TempDir Path empty) {
    EmulatorLibraries.both(); // skips where Java is too old
    Libraries libraries = open(empty.toString());
    assertEquals(
        ": no cuBLAS (found none of libcublas.so.13, libcublas.so.12, libcublas.so.11),"
            + " no cuDNN (found none of libcudnn.so.9, libcudnn.so.8)"
            + KERNELS,
        libraries.said().replaceFirst("cuda:\\d", ""));
    assertNull(libraries.blas());
    assertNull(libraries.dnn());
  }

  @Test
  void librariesThatDoNotWorkAreNamed(@TempDir Path damaged) throws Exception {
    String lacking = EmulatorLibraries.folder("cublas.so.11 cudnn.so.8", "-DLACKS_A_FUNCTION");
    String said = open(lacking).said();
    assertTrue(
        said.contains(
            "no cuBLAS (" + lacking + "/libcublas.so.11 has no cublasDgemmStridedBatched)"),
        said);
    assertTrue(
        said.contains(
            "no cuDNN (" + lacking + "/libcudnn.so.8 has no cudnnConvolutionBackwardFilter)"),
        said);
    String dead = EmulatorLibraries.folder("cublas.so.12 cudnn.so.9", "-DSTARTS=1");
    said = open(dead).said();
    assertTrue(
        said.contains("cublasCreate_v2 of " + dead + "/libcublas.so.12 failed with status 1"),
        said);
    assertTrue(
        said.contains("cudnnCreate of " + dead + "/libcudnn.so.9 failed with status 1"), said);
    Files.writeString(damaged.resolve("libcudnn.so.9"), "not a library");
    said = open(damaged.toString()).said();
    assertTrue(said.contains("no cuDNN (" + damaged + "/libcudnn.so.9 cannot be loaded)"), said);
  }

  @Test
  void withoutALibraryTheKernelsCompute(@TempDir Path empty) {
    EmulatorLibraries.both(); // skips where Java is too old
    int launches = same(empty.toString(), 0, run -> run.matmul(MatmulSpec.of(3, 4, 5), F32));
    assertTrue(launches > 0 || !Emulator.isLoaded()); // a real driver does not tell
  }

  @Test
  void anOlderJavaIsTold() {
    Assumptions.assumeTrue(Runtime.version().feature() < 22, "this Java reaches the libraries");
    Libraries libraries = open("true");
    assertEquals(
        ": no cuBLAS, no cuDNN (Java 22 is the least for it, this is %d)"
                .formatted(Runtime.version().feature())
            + KERNELS,
        libraries.said().replaceFirst("cuda:\\d", ""));
    assertNull(libraries.blas());
    assertTrue(same("true", 0, run -> run.matmul(MatmulSpec.of(3, 4, 5), F32)) > 0);
  }

  @Test
  void aFailureIsThrown_andTheDeviceGoesOn() {
    String failing = EmulatorLibraries.folder("cublas.so.12 cudnn.so.9", "-DFAILS=14");
    Run run = new Run(2, failing);
    String said =
        assertThrows(DeviceException.class, () -> run.matmul(MatmulSpec.of(3, 4, 5), F32))
            .getMessage();
    assertEquals(
        "cuda:2: cublasSgemmStridedBatched of %s/libcublas.so.12 failed with status 14"
            .formatted(failing),
        said);
    ConvSpec s = spec("1x2x4x4", "3x2x3x3", ConvOptions.padding(1));
    long held = Emulator.get(Emulator.Setting.ALLOCATIONS);
    Data x = run.in(F32, 1, 2, 4, 4);
    Data w = run.in(F32, 3, 2, 3, 3);
    Data y = run.empty(0, F32, 1, 3, 4, 4);
    said =
        assertThrows(DeviceException.class, () -> run.backend.conv(s, x, w, null, y)).getMessage();
    assertTrue(said.startsWith("cuda:2: cudnnConvolutionForward of " + failing), said);
    assertEquals(32, run.values(x).length);
  }

  @Test
  void anEarlierFaultIsNotBlamedOnTheLibrary() {
    Trial trial =
        Trial.open(
            2,
            new CudaDevice.Options(
                false, false, EmulatorLibraries.folder("cublas.so.12", "-DFAILS=13")));
    Assumptions.assumeTrue(Emulator.isLoaded(), "a real GPU would be lost to the other tests");
    Backend backend = trial.gpu.backend();
    Data x = trial.empty(64);
    trial.kernel("beyond").arg(x).arg(128).run(1, 64);
    while (JCudaDriver.cuStreamQuery(trial.gpu.stream()) == CUresult.CUDA_ERROR_NOT_READY) {
      Thread.onSpinWait(); // until the GPU has come to the fault
    }
    String said =
        assertThrows(DeviceException.class, () -> backend.matmul(MatmulSpec.of(8, 8, 8), x, x, x))
            .getMessage();
    assertTrue(
        said.startsWith(
            "cuda:2: a kernel failed: CUDA_ERROR_ILLEGAL_ADDRESS (700), noticed when running cublasS"),
        said);
    assertTrue(said.contains("the last were trial_beyond;"), said);
  }

  @Test
  void operandsOfAnotherDeviceAreRefused() {
    Run run = new Run(2, EmulatorLibraries.both());
    Run other = new Run(3, "false");
    Data here = run.in(F32, 2, 2);
    Data there = other.in(F32, 2, 2);
    String said =
        assertThrows(
                DeviceException.class,
                () -> run.backend.matmul(MatmulSpec.of(2, 2, 2), here, there, here))
            .getMessage();
    assertEquals("a kernel on " + run.gpu + " was given memory of " + other.gpu, said);
  }
}
