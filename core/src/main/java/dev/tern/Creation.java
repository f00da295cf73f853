package dev.tern;

import dev.tern.device.Backend;
import dev.tern.device.Backends;
import dev.tern.device.Draw;
import dev.tern.device.Generator;
import dev.tern.shape.DType;
import dev.tern.shape.DTypeException;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import java.lang.reflect.Array;
import java.util.List;

/**
 * How tensors come into being, always on the CPU: the static methods of {@link Tensor}. Random ones
 * draw the numbers that PyTorch's CPU generator draws from the same seed.
 */
public abstract sealed class Creation permits Tensor {
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
    long[] values = new long[Math.toIntExact(end - start)];
    for (int i = 0; i < values.length; i++) {
      values[i] = start + i;
    }
    return of(values);
  }

  /** The FLOAT32 identity matrix {@code [n, n]}. */
  public static Tensor eye(int n) {
    float[] values = new float[Math.multiplyExact(n, n)];
    for (int i = 0; i < n; i++) {
      values[i * n + i] = 1;
    }
    return from(values, n, n);
  }

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

  /**
   * Tensors one after the other along a dimension, {@code torch.cat}.
   *
   * @throws ShapeException if there are none, or they differ in another dimension
   */
  public static Tensor cat(List<Tensor> tensors, int dim) {
    if (tensors.isEmpty()) {
      throw new ShapeException("cat: wants at least one tensor, got none");
    }
    Tensor first = tensors.get(0);
    int total = 0;
    for (Tensor tensor : tensors) {
      Tensor.expectSame("cat", first, tensor);
      if (!Movement.fits(first.shape(), tensor.shape(), dim)) {
        throw new ShapeException(
            "cat: %s and %s differ in more than dimension %d"
                .formatted(first.shape(), tensor.shape(), dim));
      }
      total += tensor.size(dim);
    }
    Tensor y = first.empty(first.shape().with(dim, total));
    Gradient[] gradients = new Gradient[tensors.size()];
    int start = 0;
    for (int i = 0; i < gradients.length; i++) {
      Tensor tensor = tensors.get(i);
      int from = start;
      int length = tensor.size(dim);
      y.backend().write(tensor.data(), y.storage(), y.layout().slice(dim, from, length, 1));
      gradients[i] = Gradient.grad(tensor, dy -> dy.narrow(dim, from, length));
      start += length;
    }
    return y.from("cat", gradients);
  }

  /** Tensors of one shape along a new dimension, {@code torch.stack}. */
  public static Tensor stack(List<Tensor> tensors, int dim) {
    return cat(tensors.stream().map(tensor -> tensor.unsqueeze(dim)).toList(), dim);
  }
}
