package dev.tern.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tern.shape.DType;
import dev.tern.shape.Shape;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Conversions between all element types. */
class CastTest {
  private static final Backend CPU = Plain.CPU;

  @ParameterizedTest
  @EnumSource(DType.class)
  void smallWholeNumbersSurviveEveryPair(DType from) {
    double[] x = new double[2500]; // more than one chunk
    Arrays.setAll(x, i -> from == DType.BOOL ? i % 2 : i % 100);
    Data source = Plain.of(from, x, x.length);
    assertArrayEquals(x, Plain.values(source));
    for (DType to : DType.values()) {
      Data out = Plain.empty(to, x.length);
      CPU.cast(source, out);
      double[] expected = to == DType.BOOL ? Arrays.stream(x).map(Math::signum).toArray() : x;
      assertArrayEquals(expected, Plain.values(out), from + " to " + to);
    }
  }

  @Test
  void floatsGoTowardsZeroAndNarrowTypesWrap() {
    double[] x = {1.9, -1.9, 300.5, -1};
    assertArrayEquals(new double[] {1, -1, 300, -1}, cast(x, DType.INT64));
    assertArrayEquals(new double[] {1, -1, 44, -1}, cast(x, DType.INT8));
    assertArrayEquals(new double[] {1, 255, 44, 255}, cast(x, DType.UINT8));
    assertArrayEquals(
        new double[] {0, 0, 1, 1}, cast(new double[] {0, -0.0, 0.1, Double.NaN}, DType.BOOL));
  }

  private static double[] cast(double[] x, DType to) {
    return Plain.values(Plain.of(to, x, x.length));
  }

  @Test
  void longsGoToFloatsWithOneRounding() {
    long halfway = (1L << 60) + (1L << 36) + 1; // by way of double it would be a tie, and go down
    Data out = Plain.empty(DType.FLOAT32, 1);
    CPU.cast(Plain.longs(halfway), out);
    float[] value = new float[1];
    CPU.download(out, value, 0);
    assertEquals((float) halfway, value[0]);
    assertEquals(Math.nextUp(0x1p60f), value[0]);
  }

  @Test
  void everyHalfSurvivesFloat() {
    for (DType half : new DType[] {DType.FLOAT16, DType.BFLOAT16}) {
      short[] bits = new short[1 << 16];
      for (int i = 0; i < bits.length; i++) {
        bits[i] = (short) i;
      }
      Shape shape = Shape.of(bits.length);
      Data x = new Data(CPU.allocate(half, bits.length), 0, shape);
      Data wide = new Data(CPU.allocate(DType.FLOAT32, bits.length), 0, shape);
      Data back = new Data(CPU.allocate(half, bits.length), 0, shape);
      CPU.upload(bits, 0, x);
      CPU.cast(x, wide);
      CPU.cast(wide, back);
      short[] again = new short[bits.length];
      float[] floats = new float[bits.length];
      CPU.download(back, again, 0);
      CPU.download(wide, floats, 0);
      for (int i = 0; i < bits.length; i++) {
        if (!Float.isNaN(floats[i])) { // a NaN keeps being one, not its bits
          assertEquals(bits[i], again[i], half + " " + Integer.toHexString(i));
        }
      }
    }
  }

  @Test
  void halvesRoundToTheNearestAndTiesToEven() {
    assertHalf(DType.FLOAT16, 1 + 0x1p-11, 0x3c00); // a tie, down to even
    assertHalf(DType.FLOAT16, 1 + 3 * 0x1p-11, 0x3c02); // a tie, up to even
    assertHalf(DType.FLOAT16, 1 + 0x1p-11 + 0x1p-20, 0x3c01);
    assertHalf(DType.FLOAT16, 65504, 0x7bff);
    assertHalf(DType.FLOAT16, 65519.9, 0x7bff);
    assertHalf(DType.FLOAT16, 65520, 0x7c00);
    assertHalf(DType.FLOAT16, -1e9, 0xfc00);
    assertHalf(DType.FLOAT16, 2047.9 * 0x1p-11 * 0x1p-14, 0x0400); // up to the smallest normal
    assertHalf(DType.FLOAT16, 0x1p-24, 0x0001);
    assertHalf(DType.FLOAT16, 0x1p-25, 0x0000); // a tie
    assertHalf(DType.FLOAT16, -0.0, 0x8000);
    assertHalf(DType.BFLOAT16, 1 + 0x1p-8, 0x3f80);
    assertHalf(DType.BFLOAT16, 1 + 3 * 0x1p-8, 0x3f82);
    assertHalf(DType.BFLOAT16, 3.4e38, 0x7f80);
    assertHalf(DType.BFLOAT16, -2.5, 0xc020);
  }

  private static void assertHalf(DType type, double value, int bits) {
    Data x = Plain.of(type, new double[] {value}, 1);
    short[] got = new short[1];
    CPU.download(x, got, 0);
    assertEquals((short) bits, got[0], type + " of " + value);
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void filling(DType dtype) {
    Data x = Plain.empty(dtype, 3);
    CPU.fill(x, 1);
    assertArrayEquals(new double[] {1, 1, 1}, Plain.values(x));
    Data all = new Data(x.storage(), 0, Shape.of(8));
    double rest = dtype == DType.BOOL ? 1 : 77;
    assertArrayEquals(new double[] {rest, rest, rest, 1, 1, 1, rest, rest}, Plain.values(all));
  }
}
