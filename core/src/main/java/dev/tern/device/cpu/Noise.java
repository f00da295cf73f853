package dev.tern.device.cpu;

import dev.tern.device.Data;
import dev.tern.device.Draw;
import dev.tern.device.Generator;
import dev.tern.shape.DType;
import dev.tern.shape.DTypeException;

/**
 * Random numbers drawn straight into memory; element types without draws of their own are cast to.
 */
final class Noise {
  private Noise() {}

  static void draw(Draw draw, Generator generator, double a, double b, Data out) {
    var to = (CpuStorage) out.storage();
    int at = out.offset();
    int n = out.numel();
    if (draw == Draw.INTEGER) {
      long[] numbers = to.dtype() == DType.INT64 ? to.longs() : new long[n];
      int from = to.dtype() == DType.INT64 ? at : 0;
      generator.integer(numbers, from, n, (long) a, (long) b);
      castTo(out, DType.INT64, numbers);
    } else if (to.dtype() == DType.FLOAT32) {
      fill(draw, generator, a, b, to.floats(), at, n);
    } else if (to.dtype() == DType.FLOAT64) {
      fill(draw, generator, a, b, to.doubles(), at, n);
    } else if (draw == Draw.BERNOULLI && to.dtype() == DType.BOOL) {
      generator.bernoulli(to.bytes(), at, n, a);
    } else if (draw == Draw.BERNOULLI || to.dtype().isFloatingPoint()) {
      float[] numbers = new float[n];
      fill(draw, generator, a, b, numbers, 0, n);
      castTo(out, DType.FLOAT32, numbers);
    } else {
      throw new DTypeException(
          "%s numbers are floating point, got %s"
              .formatted(draw == Draw.NORMAL ? "normal" : "uniform", to.dtype()));
    }
  }

  private static void castTo(Data out, DType dtype, Object numbers) {
    if (out.dtype() != dtype) {
      Casts.cast(new Data(CpuStorage.of(dtype, numbers), 0, out.shape()), out);
    }
  }

  private static void fill(
      Draw draw, Generator generator, double a, double b, float[] out, int at, int n) {
    switch (draw) {
      case UNIFORM -> generator.uniform(out, at, n, a, b);
      case NORMAL -> generator.normal(out, at, n, a, b);
      default -> generator.bernoulli(out, at, n, a);
    }
  }

  private static void fill(
      Draw draw, Generator generator, double a, double b, double[] out, int at, int n) {
    switch (draw) {
      case UNIFORM -> generator.uniform(out, at, n, a, b);
      case NORMAL -> generator.normal(out, at, n, a, b);
      default -> generator.bernoulli(out, at, n, a);
    }
  }
}
