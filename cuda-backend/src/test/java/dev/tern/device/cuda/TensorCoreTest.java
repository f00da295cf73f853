package dev.tern.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.device.Backend;
import dev.tern.device.Backends;
import dev.tern.device.ConvSpec;
import dev.tern.device.Cuda;
import dev.tern.device.Data;
import dev.tern.device.Device;
import dev.tern.device.MatmulSpec;
import dev.tern.shape.ConvOptions;
import dev.tern.shape.DType;
import dev.tern.shape.DeviceException;
import dev.tern.shape.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Products and convolutions in TF32: off unless turned on, then as exact as factors of 10 bits
 * allow.
 */
@Tag("cuda")
class TensorCoreTest {
  /** How far rounding to TF32 can move a number, relative to it. */
  private static final double ROUNDING = 0x1p-11;

  private CudaBackend gpu;

  @BeforeEach
  void load() {
    Emulator.load();
    gpu = (CudaBackend) Backends.of(Device.CUDA);
    if (!Emulator.isLoaded()) {
      try {
        gpu.allowTf32(true);
      } catch (DeviceException e) {
        Assumptions.abort(e.getMessage());
      }
      gpu.allowTf32(false);
    }
  }

  @AfterEach
  void off() {
    Cuda.allowTf32(Device.CUDA, false);
    if (Emulator.isLoaded()) {
      Emulator.usual();
    }
  }

  private Data on(float[] values, int offset) {
    Data x =
        new Data(
            gpu.allocate(DType.FLOAT32, values.length + offset), offset, Shape.of(values.length));
    gpu.upload(values, 0, x);
    return x;
  }

  private static float[] random(int seed, int n) {
    Random random = new Random(seed);
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** The largest error of a product, in units of what rounding each factor may cause. */
  private double error(MatmulSpec s, int offset) {
    float[] a = random(1, (s.sharedA() ? 1 : s.batch()) * s.m() * s.k());
    float[] b = random(2, (s.sharedB() ? 1 : s.batch()) * s.k() * s.n());
    Data out = on(new float[s.batch() * s.m() * s.n()], 1);
    gpu.matmul(s, on(a, offset), on(b, offset), out);
    float[] c = new float[out.numel()];
    gpu.download(out, c, 0);
    double worst = 0;
    for (int i = 0; i < c.length; i++) {
      int batch = i / (s.m() * s.n());
      int row = i / s.n() % s.m();
      int column = i % s.n();
      double sum = 0;
      double sizes = 0;
      for (int k = 0; k < s.k(); k++) {
        int atA = s.transposeA() ? k * s.m() + row : row * s.k() + k;
        int atB = s.transposeB() ? column * s.k() + k : k * s.n() + column;
        double product =
            (double) a[(s.sharedA() ? 0 : batch * s.m() * s.k()) + atA]
                * b[(s.sharedB() ? 0 : batch * s.k() * s.n()) + atB];
        sum += product;
        sizes += Math.abs(product);
      }
      worst = Math.max(worst, Math.abs(c[i] - sum) / (2.001 * ROUNDING * sizes));
    }
    return worst;
  }

  @ParameterizedTest
  @CsvSource({
    "1, 16, 16, 1, 0", // one slice, mostly padding
    "1, 65, 67, 33, 0", // odd sizes: element by element
    "1, 64, 128, 40, 0", // 16 bytes at a time
    "1, 64, 128, 40, 1", // whole runs, but not from a multiple of 16 bytes on
    "3, 20, 24, 17, 2",
    "70, 130, 132, 20, 0" // the large tile
  })
  void productsAreWithinTheirRounding(int batch, int m, int n, int k, int offset) {
    for (int flags = 0; flags < (batch == 70 ? 1 : 4); flags++) {
      var s =
          new MatmulSpec(
              batch, m, n, k, (flags & 1) != 0, (flags & 2) != 0, false, batch > 1 && flags == 0);
      assertTrue(error(s, offset) < 1e-3, s + " is not FLOAT32 by default");
      Cuda.allowTf32(Device.CUDA, true);
      double worst = error(s, offset);
      Cuda.allowTf32(Device.CUDA, false);
      assertTrue(worst < 1, s + " is off by " + worst + " times what rounding allows");
      assertTrue(worst > 5e-3, s + " was not computed in TF32");
    }
  }

  @ParameterizedTest
  @CsvSource({"false, false", "false, true", "true, false", "true, true"})
  void theLargeTileTakesEachOrderOfOperands(boolean transposeA, boolean transposeB) {
    Cuda.allowTf32(Device.CUDA, true);
    for (long order : new long[] {0, 1, 77}) {
      if (Emulator.isLoaded()) {
        Emulator.set(Emulator.Setting.ORDER, order);
      }
      var s = new MatmulSpec(16, 200, 140, 37, transposeA, transposeB, true, false);
      assertTrue(error(s, 0) < 1, s.toString());
    }
  }

  /** The largest errors of a convolution and its gradients, likewise. */
  private double[] convolutionErrors(ConvSpec s, int offset) {
    float[] x = random(1, s.inputShape().numel());
    float[] w = random(2, s.weightShape().numel());
    float[] dy = random(3, s.outputShape().numel());
    float[] bias = new float[s.outChannels()];
    Arrays.fill(bias, 1);
    Data y = on(new float[dy.length], 1);
    Data dx = on(new float[x.length], 2);
    Data dw = on(new float[w.length], 3);
    gpu.conv(s, on(x, offset), on(w, offset), on(bias, 0), y);
    gpu.convInputGrad(s, on(w, offset), on(dy, offset), dx);
    gpu.convWeightGrad(s, on(x, offset), on(dy, offset), dw);
    Backend cpu = Backends.cpu();
    double[] errors = new double[3];
    for (int i = 0; i < 3; i++) {
      Data got = List.of(y, dx, dw).get(i);
      double[] sums = exact(cpu, i, s, x, w, dy, bias, false);
      double[] sizes = exact(cpu, i, s, x, w, dy, bias, true);
      float[] values = new float[got.numel()];
      gpu.download(got, values, 0);
      for (int k = 0; k < values.length; k++) {
        double allowed = 2.001 * ROUNDING * sizes[k] + 1e-6;
        errors[i] = Math.max(errors[i], Math.abs(values[k] - sums[k]) / allowed);
      }
    }
    return errors;
  }

  /** In FLOAT64 on the CPU; of absolute values, to see how large what is added up is. */
  private static double[] exact(
      Backend cpu,
      int which,
      ConvSpec s,
      float[] x,
      float[] w,
      float[] dy,
      float[] bias,
      boolean absolute) {
    Data[] in = {wide(cpu, x, absolute), wide(cpu, w, absolute), wide(cpu, dy, absolute)};
    Data out = wide(cpu, which == 0 ? dy : which == 1 ? x : w, false);
    switch (which) {
      case 0 -> cpu.conv(s, in[0], in[1], wide(cpu, bias, false), out);
      case 1 -> cpu.convInputGrad(s, in[1], in[2], out);
      default -> cpu.convWeightGrad(s, in[0], in[2], out);
    }
    double[] values = new double[out.numel()];
    cpu.download(out, values, 0);
    return values;
  }

  private static Data wide(Backend cpu, float[] values, boolean absolute) {
    double[] wide = new double[values.length];
    Arrays.setAll(wide, i -> absolute ? Math.abs(values[i]) : values[i]);
    Data x = new Data(cpu.allocate(DType.FLOAT64, wide.length), 0, Shape.of(wide.length));
    cpu.upload(wide, 0, x);
    return x;
  }

  @ParameterizedTest
  @CsvSource({
    // batch, channels, out, groups, sizes, kernel, stride, padding, dilation, offset
    "2, 16, 17, 1, 9x9, 3x3, 1, 1, 1, 0",
    "3, 20, 33, 1, 10x7, 3x2, 2, 1, 2, 1",
    "2, 34, 68, 2, 8x8, 3x3, 1, 1, 1, 0",
    "2, 70, 130, 1, 50x70, 1x1, 1, 0, 1, 0", // the large tile
    "2, 17, 18, 1, 5x6x4, 2x3x2, 1, 1, 1, 2", // three dimensions
    "2, 18, 16, 1, 40, 3, 1, 1, 1, 0"
  })
  void convolutionsAreWithinTheirRounding(
      int batch,
      int channels,
      int out,
      int groups,
      String in,
      String kernel,
      int stride,
      int padding,
      int dilation,
      int offset) {
    ConvSpec s =
        ConvSpec.of(
            "conv",
            Shape.of(sizes(batch, channels, in)),
            Shape.of(sizes(out, channels / groups, kernel)),
            ConvOptions.stride(stride).padding(padding).dilation(dilation).groups(groups));
    for (double error : convolutionErrors(s, offset)) {
      assertTrue(error < 1e-2, s + " is not FLOAT32 by default");
    }
    Cuda.allowTf32(Device.CUDA, true);
    for (long order : new long[] {0, 1, 77}) {
      if (Emulator.isLoaded()) {
        Emulator.set(Emulator.Setting.ORDER, order);
      }
      for (double error : convolutionErrors(s, offset)) {
        assertTrue(error < 1, s + " is off by " + error + " times what rounding allows");
        assertTrue(error > 1.5e-2, s + " was not computed in TF32");
      }
    }
  }

  private static int[] sizes(int first, int second, String others) {
    int[] rest = Arrays.stream(others.split("x")).mapToInt(Integer::parseInt).toArray();
    int[] sizes = new int[2 + rest.length];
    sizes[0] = first;
    sizes[1] = second;
    System.arraycopy(rest, 0, sizes, 2, rest.length);
    return sizes;
  }

  @Test
  void narrowConvolutionsStayInFloat32() {
    Cuda.allowTf32(Device.CUDA, true);
    ConvSpec s =
        ConvSpec.of("conv", Shape.of(2, 4, 9, 9), Shape.of(5, 4, 1, 1), ConvOptions.padding(0));
    for (double error : convolutionErrors(s, 0)) {
      assertTrue(error < 1e-2, "" + error);
    }
  }

  @Test
  void emptySumsAreZero_andNarrowProductsStayInFloat32() {
    Cuda.allowTf32(Device.CUDA, true);
    Data out = on(random(3, 32 * 32), 0);
    Data none = new Data(gpu.allocate(DType.FLOAT32, 0), 0, Shape.of(0));
    gpu.matmul(MatmulSpec.of(32, 32, 0), none, none, out);
    float[] c = new float[32 * 32];
    gpu.download(out, c, 0);
    for (float value : c) {
      assertEquals(0, value);
    }
    assertTrue(error(MatmulSpec.of(100, 2, 50), 0) < 1e-3);
  }

  @Test
  void olderGpusAndTheCpuRefuse() {
    Emulator.set(Emulator.Setting.CAPABILITY, 75);
    CudaDevice old = new CudaDevice(3, new CudaDevice.Options(false, true));
    String said =
        assertThrows(DeviceException.class, () -> old.backend().allowTf32(true)).getMessage();
    assertEquals(
        "cuda:3 (Emulated GPU 3, compute capability 7.5) has no TF32 tensor cores; they came with"
            + " compute capability 8.0, leave it off",
        said);
    old.backend().allowTf32(false);
    said = assertThrows(DeviceException.class, () -> Cuda.allowTf32(Device.CPU, true)).getMessage();
    assertTrue(said.startsWith("cpu has no TF32 tensor cores"), said);
  }
}
