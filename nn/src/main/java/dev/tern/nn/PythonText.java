package dev.tern.nn;

import dev.tern.Parameter;
import dev.tern.shape.DType;
import dev.tern.shape.Sizes;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

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

  /** One whole number, or a tuple of several. */
  static String plain(int... values) {
    return values.length == 1 ? Integer.toString(values[0]) : Sizes.tuple(values);
  }

  /** As {@link #plain}, with one number where all are the same. */
  static String one(int... values) {
    boolean same = Arrays.stream(values).allMatch(value -> value == values[0]);
    return same ? Integer.toString(values[0]) : Sizes.tuple(values);
  }

  /** A float, or a tuple of several. */
  static String tuple(double... values) {
    return values.length == 1
        ? number(values[0])
        : Arrays.stream(values)
            .mapToObj(PythonText::number)
            .collect(Collectors.joining(", ", "(", ")"));
  }

  /** {@code True} or {@code False}. */
  static String bool(boolean value) {
    return value ? "True" : "False";
  }

  /** The lines of a list of parameters, indented as PyTorch does. */
  static String parameters(Map<String, Parameter> named, Function<DType, String> typeName) {
    return named.entrySet().stream()
        .map(
            entry -> {
              Parameter parameter = entry.getValue();
              String sizes =
                  Arrays.stream(parameter.shape().toArray())
                      .mapToObj(Integer::toString)
                      .collect(Collectors.joining("x"));
              return "  (%s): Parameter containing: [torch.%s of size %s]"
                  .formatted(entry.getKey(), typeName.apply(parameter.dtype()), sizes);
            })
        .collect(Collectors.joining("\n"));
  }
}
