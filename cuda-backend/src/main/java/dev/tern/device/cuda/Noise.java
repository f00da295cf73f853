package dev.tern.device.cuda;

import static dev.tern.device.cuda.Elements.run;

import dev.tern.device.Data;
import dev.tern.device.Draw;
import dev.tern.device.Generator;
import dev.tern.shape.DType;
import dev.tern.shape.DTypeException;

/**
 * Launches {@code random.cu}. Each call takes its key, 64 bits, from the generator: so a seed gives
 * the same numbers again, which are not the CPU's (nor are PyTorch's). In a captured graph each
 * replay takes them.
 */
final class Noise {
  private final CudaDevice device;
  private final CudaBackend backend;

  Noise(CudaDevice device, CudaBackend backend) {
    this.device = device;
    this.backend = backend;
  }

  void draw(Draw draw, Generator generator, double a, double b, Data out) {
    check(draw, generator, a, b);
    int n = out.numel();
    DType drawn = typeOf(draw, out.dtype());
    if (n == 0) {
      return;
    }
    Data to = drawn == out.dtype() ? out : Elements.temporary(device, drawn, n);
    Launch launch = device.kernel("random_" + Elements.suffix(drawn)).args();
    if (draw != Draw.INTEGER) {
      launch.arg(draw.ordinal());
    }
    CapturedGraph graph = device.captured();
    launch.arg(graph == null ? generator.random64() : 0);
    launch.arg(graph == null ? null : graph.keyOf(generator));
    if (draw == Draw.INTEGER) {
      launch.arg((long) a).arg((long) b - (long) a);
    } else {
      launch.arg(a).arg(b);
    }
    run(launch.arg(to).arg(n), drawn == DType.FLOAT32 ? n / 4 + 1 : n / 2 + 1);
    if (to != out) {
      backend.cast(to, out);
      Elements.recycle(to);
    }
  }

  /** The type that numbers are drawn in, to be cast afterwards. */
  private static DType typeOf(Draw draw, DType out) {
    if (draw == Draw.INTEGER) {
      return DType.INT64;
    }
    if (draw != Draw.BERNOULLI && !out.isFloatingPoint()) {
      throw new DTypeException(
          "%s numbers are floating point, got %s"
              .formatted(draw == Draw.NORMAL ? "normal" : "uniform", out));
    }
    return out == DType.FLOAT64 ? out : DType.FLOAT32;
  }

  /** The generator's own checks of the arguments; nothing is drawn. */
  private static void check(Draw draw, Generator generator, double a, double b) {
    switch (draw) {
      case UNIFORM -> generator.uniform(new double[0], 0, 0, a, b);
      case NORMAL -> generator.normal(new double[0], 0, 0, a, b);
      case BERNOULLI -> generator.bernoulli(new double[0], 0, 0, a);
      case INTEGER -> generator.integer(new long[0], 0, 0, (long) a, (long) b);
    }
  }
}
