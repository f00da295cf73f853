package dev.tern.device;

import dev.tern.shape.DType;
import dev.tern.shape.Shape;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Random;

/** Data to and from plain arrays of double, for tests that call a backend directly. */
final class Plain {
  private static Backend tested = Backends.cpu();

  /** The backend that the tests in this package are about: the CPU's, unless {@link #test}. */
  static final Backend CPU =
      (Backend)
          Proxy.newProxyInstance(
              Plain.class.getClassLoader(),
              new Class<?>[] {Backend.class},
              (proxy, method, arguments) -> {
                try {
                  return method.invoke(tested, arguments);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });

  private Plain() {}

  /** Has the tests run on another backend from now on. */
  static void test(Backend backend) {
    tested = backend;
  }

  /** Values cast to an element type, at an offset into a storage that has more. */
  static Data of(DType dtype, double[] values, int... sizes) {
    Shape shape = Shape.of(sizes);
    Data wide = new Data(CPU.allocate(DType.FLOAT64, values.length), 0, shape);
    CPU.upload(values, 0, wide);
    Data data = empty(dtype, sizes);
    CPU.cast(wide, data);
    return data;
  }

  /** Memory full of something else, at an offset. */
  static Data empty(DType dtype, int... sizes) {
    Shape shape = Shape.of(sizes);
    Storage storage = CPU.allocate(dtype, shape.numel() + 5);
    CPU.fill(new Data(storage, 0, Shape.of(shape.numel() + 5)), 77);
    return new Data(storage, 3, shape);
  }

  /** Whole numbers, exact beyond 2^53. */
  static Data longs(long... values) {
    Data data = empty(DType.INT64, values.length);
    CPU.upload(values, 0, data);
    return data;
  }

  static double[] values(Data data) {
    Data wide = new Data(CPU.allocate(DType.FLOAT64, data.numel()), 0, data.shape());
    CPU.cast(data, wide);
    double[] values = new double[data.numel()];
    CPU.download(wide, values, 0);
    return values;
  }

  static double[] random(long seed, int n) {
    return new Random(seed).doubles(n, -1, 1).toArray();
  }

  static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
