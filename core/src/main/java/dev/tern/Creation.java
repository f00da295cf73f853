package dev.tern;

import dev.tern.device.Backend;
import dev.tern.device.Backends;
import dev.tern.device.Data;
import dev.tern.device.Draw;
import dev.tern.device.Generator;
import dev.tern.shape.DType;
import dev.tern.shape.DTypeException;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import java.lang.reflect.Array;
import java.util.Arrays;

/**
 * How tensors come into being, always on the CPU: the static methods of {@link Tensor}. Random ones
 * draw the numbers that PyTorch's CPU generator draws from the same seed.
 */
public abstract sealed class Creation permits Combination {
  Creation() {}

  private static Tensor fresh(DType dtype, Shape shape) {
    return Tensor.make(Backends.cpu(), dtype, shape);
  }

  private static Tensor copyOf(DType dtype, Object array, Shape shape) {
    int length = Array.getLength(array);
    if (length != shape.numel()) {
      throw new ShapeException(
          "%d numbers do not fit %s, which holds %d".formatted(length, shape, shape.numel()));
    }
    Tensor y = fresh(dtype, shape);
    Backends.cpu().upload(array, 0, y.data());
    return y;
  }

  /** A row of FLOAT32 numbers. */
  public static Tensor of(float... values) {
    return from(values, values.length);
  }

  /** A row of FLOAT64 numbers. */
  public static Tensor of(double... values) {
    return from(values, values.length);
  }

  /** A row of INT64 numbers. */
  public static Tensor of(long... values) {
    return from(values, values.length);
  }

  /** A FLOAT32 matrix, {@code torch.tensor([[1., 2.], [3., 4.]])}. */
  public static Tensor of(float[][] rows) {
    return matrix(DType.FLOAT32, rows);
  }

  /** A FLOAT64 matrix. */
  public static Tensor of(double[][] rows) {
    return matrix(DType.FLOAT64, rows);
  }

  /** An INT64 matrix. */
  public static Tensor of(long[][] rows) {
    return matrix(DType.INT64, rows);
  }

  private static Tensor matrix(DType dtype, Object[] rows) {
    int columns = rows.length == 0 ? 0 : Array.getLength(rows[0]);
    Tensor y = fresh(dtype, Shape.of(rows.length, columns));
    for (int i = 0; i < rows.length; i++) {
      if (Array.getLength(rows[i]) != columns) {
        throw new ShapeException(
            "of: row %d has %d numbers, the first %d"
                .formatted(i, Array.getLength(rows[i]), columns));
      }
      Backends.cpu().upload(rows[i], 0, new Data(y.storage(), i * columns, Shape.of(columns)));
    }
    return y;
  }

  /** A single FLOAT32 number, {@code torch.tensor(value)}. */
  public static Tensor scalar(double value) {
    return full(DType.FLOAT32, Shape.of(), value);
  }

  /** FLOAT32 numbers in row-major order, copied. */
  public static Tensor from(float[] values, int... shape) {
    return copyOf(DType.FLOAT32, values, Shape.of(shape));
  }

  /** FLOAT64 numbers in row-major order, copied. */
  public static Tensor from(double[] values, int... shape) {
    return copyOf(DType.FLOAT64, values, Shape.of(shape));
  }

  /** INT64 numbers in row-major order, copied. */
  public static Tensor from(long[] values, int... shape) {
    return copyOf(DType.INT64, values, Shape.of(shape));
  }

  /** UINT8, INT8 or BOOL (0 or 1) elements in row-major order, copied. */
  public static Tensor ofBytes(DType dtype, byte[] values, int... shape) {
    if (dtype.bytes() != 1) {
      throw new DTypeException("ofBytes: wants UINT8, INT8 or BOOL, got " + dtype);
    }
    return copyOf(dtype, values, Shape.of(shape));
  }

  /** BOOL elements in row-major order, copied. */
  public static Tensor ofBools(boolean[] values, int... shape) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (values[i] ? 1 : 0);
    }
    return copyOf(DType.BOOL, bytes, Shape.of(shape));
  }

  /** FLOAT32 zeros. */
  public static Tensor zeros(int... shape) {
    return zeros(DType.FLOAT32, Shape.of(shape));
  }

  /** Zeros. */
  public static Tensor zeros(DType dtype, Shape shape) {
    return full(dtype, shape, 0);
  }

  /** FLOAT32 ones. */
  public static Tensor ones(int... shape) {
    return ones(DType.FLOAT32, Shape.of(shape));
  }

  /** Ones. */
  public static Tensor ones(DType dtype, Shape shape) {
    return full(dtype, shape, 1);
  }

  /** One number everywhere. */
  public static Tensor full(DType dtype, Shape shape, double value) {
    Tensor y = fresh(dtype, shape);
    Backends.cpu().fill(y.data(), value);
    return y;
  }

  /** FLOAT32 elements that are yet to be written. */
  public static Tensor empty(int... shape) {
    return fresh(DType.FLOAT32, Shape.of(shape));
  }

  /** The whole numbers from 0 up to {@code end}, exclusive. */
  public static Tensor arange(long end) {
    return arange(0, end);
  }

  /** The whole numbers from {@code start} up to {@code end}, exclusive. */
  public static Tensor arange(long start, long end) {
    if (end < start) {
      throw new ShapeException("arange: from " + start + " to " + end + " runs backwards");
    }
    return arange(start, end, 1);
  }

  /** The whole numbers from {@code start} up to or down to {@code end}, exclusive, in steps. */
  public static Tensor arange(long start, long end, long step) {
    expectTowards((double) start, (double) end, (double) step);
    long count = step > 0 ? (end - start + step - 1) / step : (start - end - step - 1) / -step;
    long[] values = new long[Math.toIntExact(count)];
    Arrays.setAll(values, i -> start + i * step);
    return of(values);
  }

  /** FLOAT32 numbers from {@code start} up to or down to {@code end}, exclusive, in steps. */
  public static Tensor arange(double start, double end, double step) {
    expectTowards(start, end, step);
    double[] values = new double[(int) Math.ceil((end - start) / step)];
    Arrays.setAll(values, i -> start + i * step);
    return of(values).to(DType.FLOAT32);
  }

  private static void expectTowards(double start, double end, double step) {
    if (!(step > 0 && end >= start || step < 0 && end <= start)) {
      throw new ShapeException(
          "arange: from %s to %s does not go in steps of %s".formatted(start, end, step));
    }
  }

  /** FLOAT32 numbers from {@code start} to {@code end}, both inclusive, at equal distances. */
  public static Tensor linspace(double start, double end, int steps) {
    double[] values = new double[steps];
    double step = steps > 1 ? (end - start) / (steps - 1) : 0;
    // from the nearer end, so that both are exact
    Arrays.setAll(
        values, i -> i < steps / 2 || steps == 1 ? start + i * step : end - (steps - 1 - i) * step);
    return of(values).to(DType.FLOAT32);
  }

  /** FLOAT32 powers of a base, their exponents as {@link #linspace} gives them. */
  public static Tensor logspace(double start, double end, int steps, double base) {
    double[] values = linspace(start, end, steps).toDoubleArray();
    Arrays.setAll(values, i -> Math.pow(base, values[i]));
    return of(values).to(DType.FLOAT32);
  }

  /** The FLOAT32 identity matrix {@code [n, n]}. */
  public static Tensor eye(int n) {
    return eye(n, n);
  }

  /** FLOAT32 ones on the diagonal of {@code [n, m]}, zeros elsewhere. */
  public static Tensor eye(int n, int m) {
    float[] values = new float[Math.multiplyExact(n, m)];
    for (int i = 0; i < Math.min(n, m); i++) {
      values[i * m + i] = 1;
    }
    return from(values, n, m);
  }

  /** The row and column of each element of a lower triangle: {@code [2, count]}, INT64. */
  public static Tensor trilIndices(int rows, int columns, int offset) {
    return ones(DType.BOOL, Shape.of(rows, columns)).tril(offset).nonzero().t().contiguous();
  }

  /** The row and column of each element of an upper triangle: {@code [2, count]}, INT64. */
  public static Tensor triuIndices(int rows, int columns, int offset) {
    return ones(DType.BOOL, Shape.of(rows, columns)).triu(offset).nonzero().t().contiguous();
  }

  // of the shape, type and device of another

  /** A tensor like another, its content not defined. */
  public static Tensor emptyLike(Tensor like) {
    return like.empty(like.shape());
  }

  /** A number everywhere, in a tensor like another. */
  public static Tensor fullLike(Tensor like, double value) {
    Tensor y = emptyLike(like);
    y.backend().fill(y.data(), value);
    return y;
  }

  /** Zeros in a tensor like another. */
  public static Tensor zerosLike(Tensor like) {
    return fullLike(like, 0);
  }

  /** Ones in a tensor like another. */
  public static Tensor onesLike(Tensor like) {
    return fullLike(like, 1);
  }

  /** Numbers uniform in [0, 1) in a tensor like another, from this thread's generator. */
  public static Tensor randLike(Tensor like) {
    return emptyLike(like).uniform_(0, 1);
  }

  /** Numbers with mean 0 and standard deviation 1 in a tensor like another. */
  public static Tensor randnLike(Tensor like) {
    return emptyLike(like).normal_(0, 1);
  }

  // random

  /** FLOAT32 numbers, uniform in [0, 1), from this thread's generator. */
  public static Tensor rand(int... shape) {
    return draw(DType.FLOAT32, Shape.of(shape), Draw.UNIFORM, 0, 1);
  }

  /** Numbers uniform in [0, 1), from this thread's generator. */
  public static Tensor rand(DType dtype, Shape shape) {
    return draw(dtype, shape, Draw.UNIFORM, 0, 1);
  }

  /** FLOAT32 numbers with mean 0 and standard deviation 1, from this thread's generator. */
  public static Tensor randn(int... shape) {
    return draw(DType.FLOAT32, Shape.of(shape), Draw.NORMAL, 0, 1);
  }

  /** Numbers with mean 0 and standard deviation 1, from this thread's generator. */
  public static Tensor randn(DType dtype, Shape shape) {
    return draw(dtype, shape, Draw.NORMAL, 0, 1);
  }

  private static Tensor draw(DType dtype, Shape shape, Draw draw, double a, double b) {
    Tensor y = fresh(dtype, shape);
    Backend cpu = Backends.cpu();
    cpu.random(draw, Generator.current(), a, b, y.data());
    return y;
  }

  /** INT64 numbers from {@code low} (inclusive) to {@code high} (exclusive). */
  public static Tensor randint(long low, long high, Shape shape) {
    if (high <= low) {
      throw new IllegalArgumentException("randint: wants low < high, got " + low + " and " + high);
    }
    long[] values = new long[shape.numel()];
    Generator.current().integer(values, 0, values.length, low, high);
    return copyOf(DType.INT64, values, shape);
  }

  /** The numbers from 0 to n - 1 in a random order, INT64. */
  public static Tensor randperm(int n) {
    int[] order = Generator.current().permutation(n);
    long[] values = new long[n];
    for (int i = 0; i < n; i++) {
      values[i] = order[i];
    }
    return of(values);
  }
}
