package dev.tern.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.shape.DType;
import dev.tern.shape.DTypeException;
import dev.tern.shape.Shape;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Pointwise functions of operands of many shapes and types against an index computed an element.
 */
class BroadcastTest {
  private static final Backend CPU = Plain.CPU;

  static Stream<Arguments> shapes() {
    return Stream.of(
        Arguments.of(Shape.of(), Shape.of()),
        Arguments.of(Shape.of(5), Shape.of()),
        Arguments.of(Shape.of(), Shape.of(2, 3)),
        Arguments.of(Shape.of(4, 3), Shape.of(4, 3)),
        Arguments.of(Shape.of(64, 32), Shape.of(32)),
        Arguments.of(Shape.of(7, 70), Shape.of(70)),
        Arguments.of(Shape.of(7, 70), Shape.of(7, 1)),
        Arguments.of(Shape.of(3, 1), Shape.of(1, 4)),
        Arguments.of(Shape.of(2, 3, 4, 5), Shape.of(3, 1, 1)),
        Arguments.of(Shape.of(2, 3, 9, 9), Shape.of(3, 1, 1)),
        Arguments.of(Shape.of(2, 1, 4, 1), Shape.of(3, 1, 5)),
        Arguments.of(Shape.of(1, 3, 1, 2), Shape.of(4, 1, 5, 1)),
        Arguments.of(Shape.of(2, 3, 1), Shape.of(2, 3, 6)),
        Arguments.of(Shape.of(1), Shape.of(1, 1, 1)),
        Arguments.of(Shape.of(0, 3), Shape.of(3)),
        Arguments.of(Shape.of(1, 3), Shape.of(0, 3)),
        Arguments.of(Shape.of(60, 50, 30), Shape.of(50, 1)), // on several threads
        Arguments.of(Shape.of(300, 1, 20), Shape.of(15, 20)));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void arithmeticAndComparison(Shape a, Shape b) {
    Shape out = Shape.broadcast("test", a, b);
    double[] x = whole(1, a.numel());
    double[] y = whole(2, b.numel());
    for (int i = 0; i < y.length; i++) {
      y[i] = y[i] == 0 ? 5 : y[i];
    }
    for (DType dtype : new DType[] {DType.FLOAT64, DType.FLOAT32, DType.INT64, DType.INT32}) {
      for (BinaryOp op : BinaryOp.values()) {
        if (op.isBitwise() && dtype.isFloatingPoint()) {
          continue;
        }
        double[] expected = new double[out.numel()];
        for (int i = 0; i < expected.length; i++) {
          expected[i] = apply(op, x[source(i, out, a)], y[source(i, out, b)], dtype);
        }
        Data result = Plain.empty(op.isComparison() ? DType.BOOL : dtype, out.toArray());
        CPU.binary(op, Plain.of(dtype, x, a.toArray()), Plain.of(dtype, y, b.toArray()), result);
        assertArrayEquals(
            expected,
            Plain.values(result),
            dtype == DType.FLOAT32 ? 2e-5 * largest(expected) : 0,
            dtype + " " + op + " " + a + b);
      }
    }
  }

  private static double largest(double[] x) {
    return Arrays.stream(x).map(Math::abs).max().orElse(0);
  }

  private static double[] whole(long seed, int n) {
    var random = new Random(seed);
    return random.ints(n, -4, 5).asDoubleStream().toArray();
  }

  /** The definition, for small whole numbers. */
  private static double apply(BinaryOp op, double a, double b, DType dtype) {
    boolean whole = !dtype.isFloatingPoint();
    return switch (op) {
      case ADD -> a + b;
      case SUB -> a - b;
      case MUL -> a * b;
      case DIV -> whole ? (a < 0 == b < 0 ? Math.floor(a / b) : Math.ceil(a / b)) : a / b;
      case POW -> whole && b < 0 ? (a * a == 1 ? Math.pow(a, b) : 0) : Math.pow(a, b);
      case MAX -> Math.max(a, b);
      case MIN -> Math.min(a, b);
      case REMAINDER -> a - Math.floor(a / b) * b;
      case AND -> (long) a & (long) b;
      case OR -> (long) a | (long) b;
      case XOR -> (long) a ^ (long) b;
      case SHIFT_LEFT -> b < 0 ? 0 : (long) a << (long) b;
      case SHIFT_RIGHT -> b < 0 ? (a < 0 ? -1 : 0) : (long) a >> (long) b;
      case EQ -> a == b ? 1 : 0;
      case NE -> a != b ? 1 : 0;
      case LT -> a < b ? 1 : 0;
      case LE -> a <= b ? 1 : 0;
      case GT -> a > b ? 1 : 0;
      case GE -> a >= b ? 1 : 0;
    };
  }

  private static int source(int flat, Shape out, Shape operand) {
    int index = 0;
    int step = 1;
    for (int d = out.rank() - 1; d >= 0; d--) {
      int at = d - (out.rank() - operand.rank());
      if (at >= 0) {
        index += operand.size(at) == 1 ? 0 : flat % out.size(d) * step;
        step *= operand.size(at);
      }
      flat /= out.size(d);
    }
    return index;
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT16"},
      mode = EnumSource.Mode.EXCLUDE)
  void whereOfEveryType(DType dtype) {
    Shape out = Shape.of(3, 4, 5);
    double[] when = {1, 0, 1, 0};
    double[] a = {0, 1, 0, 1, 1};
    double[] b = new double[12];
    Arrays.setAll(b, i -> dtype == DType.BOOL ? i % 2 : i);
    Data result = Plain.empty(dtype, 3, 4, 5);
    CPU.select(
        Plain.of(DType.BOOL, when, 4, 1),
        Plain.of(dtype, a, 5),
        Plain.of(dtype, b, 3, 4, 1),
        result);
    double[] expected = new double[out.numel()];
    Arrays.setAll(expected, i -> when[i / 5 % 4] != 0 ? a[i % 5] : b[i / 5]);
    assertArrayEquals(expected, Plain.values(result));
  }

  @Test
  void nanIsTheLargestAndTheSmallestAndEqualsNothing() {
    for (DType dtype : new DType[] {DType.FLOAT64, DType.FLOAT32}) {
      Data a = Plain.of(dtype, new double[] {Double.NaN, 1, Double.NaN}, 3);
      Data b = Plain.of(dtype, new double[] {1, Double.NaN, Double.NaN}, 3);
      double[] all = {Double.NaN, Double.NaN, Double.NaN};
      for (BinaryOp op : new BinaryOp[] {BinaryOp.MAX, BinaryOp.MIN}) {
        Data out = Plain.empty(dtype, 3);
        CPU.binary(op, a, b, out);
        assertArrayEquals(all, Plain.values(out));
      }
      Data out = Plain.empty(DType.BOOL, 3);
      CPU.binary(BinaryOp.EQ, a, b, out);
      assertArrayEquals(new double[3], Plain.values(out));
      CPU.binary(BinaryOp.NE, a, b, out);
      assertArrayEquals(new double[] {1, 1, 1}, Plain.values(out));
    }
  }

  @Test
  void unsignedBytesWrapAndBoolsStayTrue() {
    Data a = Plain.of(DType.UINT8, new double[] {250, 3}, 2);
    Data b = Plain.of(DType.UINT8, new double[] {10, 5}, 2);
    Data sum = Plain.empty(DType.UINT8, 2);
    CPU.binary(BinaryOp.ADD, a, b, sum);
    assertArrayEquals(new double[] {4, 8}, Plain.values(sum));
    CPU.binary(BinaryOp.SUB, b, a, sum);
    assertArrayEquals(new double[] {16, 2}, Plain.values(sum));
    Data yes = Plain.of(DType.BOOL, new double[] {1, 0}, 2);
    Data either = Plain.empty(DType.BOOL, 2);
    CPU.binary(BinaryOp.ADD, yes, yes, either);
    assertArrayEquals(new double[] {1, 0}, Plain.values(either));
  }

  @Test
  void wrongTypesAreRefusedByName() {
    Data half = Plain.of(DType.FLOAT16, new double[] {1}, 1);
    var refused =
        assertThrows(DTypeException.class, () -> CPU.binary(BinaryOp.ADD, half, half, half));
    assertTrue(refused.getMessage().contains("cast to FLOAT32 first"), refused.getMessage());
    Data f = Plain.of(DType.FLOAT32, new double[] {1}, 1);
    Data d = Plain.of(DType.FLOAT64, new double[] {1}, 1);
    assertThrows(DTypeException.class, () -> CPU.binary(BinaryOp.ADD, f, d, f));
    Data whole = Plain.longs(1);
    assertThrows(DTypeException.class, () -> CPU.unary(UnaryOp.EXP, 0, 0, whole, whole));
    assertThrows(
        DTypeException.class, () -> CPU.unaryGrad(UnaryOp.NEG, 0, 0, null, null, whole, whole));
  }
}
