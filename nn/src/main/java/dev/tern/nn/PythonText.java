package dev.tern.nn;

import java.math.BigDecimal;

/** Values as Python prints them, for {@code toString}. */
final class PythonText {
  private PythonText() {}

  /** A float: {@code 0.5}, {@code 1e-05}, {@code 1.0}. */
  static String number(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
    }
    BigDecimal decimal = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    int exponent = decimal.precision() - decimal.scale() - 1;
    if (value != 0 && (exponent < -4 || exponent >= 16)) {
      String digits = decimal.unscaledValue().abs().toString();
      String mantissa =
          digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
      return "%s%se%s%02d"
          .formatted(value < 0 ? "-" : "", mantissa, exponent < 0 ? "-" : "+", Math.abs(exponent));
    }
    String plain = decimal.toPlainString();
    return plain.contains(".") ? plain : plain + ".0";
  }

  /** A number that Python has as an int where it is whole: {@code 1}, {@code 0.5}. */
  static String intOrFloat(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : number(value);
  }

  /** {@code True} or {@code False}. */
  static String bool(boolean value) {
    return value ? "True" : "False";
  }
}
