package dev.tern;

import dev.tern.device.Device;
import dev.tern.shape.DType;
import dev.tern.shape.Shape;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Prints a tensor as PyTorch does with its default options. */
final class Printer {
  private static final int LINE = 80;
  private static final int SUMMARIZE_ABOVE = 1000;
  private static final int EDGE = 3;
  private static final int DIGITS = 4;
  private static final String PREFIX = "tensor(";

  private final Tensor tensor;
  private final Shape shape;
  private final int[] strides;
  private final boolean summarize;
  private final boolean floating;
  private final double[] values;
  private final long[] wholes;
  private boolean scientific;
  private boolean whole = true;
  private int width = 1;

  private Printer(Tensor tensor) {
    this.tensor = tensor;
    this.shape = tensor.shape();
    this.strides = shape.strides();
    this.summarize = tensor.numel() > SUMMARIZE_ABOVE;
    this.floating = tensor.dtype().isFloatingPoint();
    this.values = floating ? tensor.toDoubleArray() : new double[0];
    this.wholes = floating ? new long[0] : tensor.toLongArray();
    measure();
  }

  static String print(Tensor tensor) {
    Printer printer = new Printer(tensor);
    List<String> suffixes = new ArrayList<>();
    if (!tensor.device().equals(Device.CPU)) {
      suffixes.add("device='" + tensor.device() + "'");
    }
    String body;
    if (tensor.numel() == 0) {
      body = "[]";
      if (tensor.rank() != 1) {
        String sizes = tensor.shape().toString();
        suffixes.add("size=(" + sizes.substring(1, sizes.length() - 1) + ")");
      }
      if (tensor.dtype() != DType.FLOAT32) {
        suffixes.add("dtype=torch." + tensor.dtype().torchName());
      }
    } else {
      body = printer.dimension(0, 0, PREFIX.length());
      boolean implied =
          switch (tensor.dtype()) {
            case FLOAT32, INT64, BOOL -> true;
            default -> false;
          };
      if (!implied) {
        suffixes.add("dtype=torch." + tensor.dtype().torchName());
      }
    }
    String node = tensor.isLeaf() ? "" : tensor.nodeName();
    if (!node.isEmpty()) {
      suffixes.add(
          "grad_fn=<%s%sBackward0>"
              .formatted(node.substring(0, 1).toUpperCase(Locale.ROOT), node.substring(1)));
    } else if (tensor.requiresGrad()) {
      suffixes.add("requires_grad=True");
    }
    return withSuffixes(PREFIX + body, suffixes);
  }

  private static String withSuffixes(String text, List<String> suffixes) {
    StringBuilder all = new StringBuilder(text);
    int last = text.length() - text.lastIndexOf('\n') + 1;
    for (String suffix : suffixes) {
      if (last + suffix.length() + 2 > LINE) {
        all.append(",\n").append(" ".repeat(PREFIX.length())).append(suffix);
        last = PREFIX.length() + suffix.length();
      } else {
        all.append(", ").append(suffix);
        last += suffix.length() + 2;
      }
    }
    return all.append(')').toString();
  }

  /** Decides on one form for all numbers that will be seen, from the smallest and the largest. */
  private void measure() {
    List<Integer> shown = new ArrayList<>();
    collect(0, 0, shown);
    if (!floating) {
      for (int i : shown) {
        width = Math.max(width, format(i).length());
      }
      return;
    }
    double smallest = Double.POSITIVE_INFINITY;
    double largest = 0;
    for (int i : shown) {
      double value = Math.abs(values[i]);
      if (value != 0 && value < Double.POSITIVE_INFINITY) {
        smallest = Math.min(smallest, value);
        largest = Math.max(largest, value);
        whole &= value == Math.ceil(value);
      }
    }
    if (largest == 0) {
      return;
    }
    scientific = largest / smallest > 1000 || largest > 1e8 || !whole && smallest < 1e-4;
    for (int i : shown) {
      if (values[i] != 0 && Math.abs(values[i]) < Double.POSITIVE_INFINITY) {
        width = Math.max(width, format(i).length());
      }
    }
  }

  private void collect(int dim, int offset, List<Integer> shown) {
    if (dim == shape.rank()) {
      shown.add(offset);
      return;
    }
    for (int i = 0; i < shape.size(dim); i = next(dim, i)) {
      collect(dim + 1, offset + i * strides[dim], shown);
    }
  }

  /** The next index to show: a long dimension shows its edges only. */
  private int next(int dim, int i) {
    int size = shape.size(dim);
    return summarize && size > 2 * EDGE && i == EDGE - 1 ? size - EDGE : i + 1;
  }

  private String dimension(int dim, int offset, int indent) {
    if (dim == shape.rank()) {
      return padded(offset);
    }
    boolean last = dim == shape.rank() - 1;
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < shape.size(dim); i = next(dim, i)) {
      int at = offset + i * strides[dim];
      parts.add(last ? padded(at) : dimension(dim + 1, at, indent + 1));
      if (next(dim, i) != i + 1) {
        parts.add(last ? " ..." : "...");
      }
    }
    String newline = " ".repeat(indent + 1);
    if (!last) {
      String gap = "," + "\n".repeat(shape.rank() - dim - 1) + newline;
      return "[" + String.join(gap, parts) + "]";
    }
    int perLine = Math.max(1, (LINE - indent) / (width + 2));
    StringBuilder lines = new StringBuilder("[");
    for (int i = 0; i < parts.size(); i++) {
      if (i > 0) {
        lines.append(i % perLine == 0 ? ",\n" + newline : ", ");
      }
      lines.append(parts.get(i));
    }
    return lines.append(']').toString();
  }

  private String padded(int index) {
    String text = format(index);
    return " ".repeat(Math.max(0, width - text.length())) + text;
  }

  private String format(int index) {
    if (tensor.dtype() == DType.BOOL) {
      return wholes[index] != 0 ? "True" : "False";
    }
    if (!floating) {
      return Long.toString(wholes[index]);
    }
    double value = values[index];
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    String sign = value < 0 || 1 / value < 0 ? "-" : "";
    if (scientific) {
      return sign + scientific(Math.abs(value));
    }
    BigDecimal exact = new BigDecimal(Math.abs(value));
    return whole
        ? sign + exact.setScale(0, RoundingMode.HALF_EVEN).toPlainString() + "."
        : sign + exact.setScale(DIGITS, RoundingMode.HALF_EVEN).toPlainString();
  }

  private static String scientific(double value) {
    if (value == 0) {
      return "0." + "0".repeat(DIGITS) + "e+00";
    }
    BigDecimal rounded =
        new BigDecimal(value).round(new MathContext(DIGITS + 1, RoundingMode.HALF_EVEN));
    int exponent = rounded.precision() - rounded.scale() - 1;
    String digits = rounded.unscaledValue().toString();
    digits = (digits + "0".repeat(DIGITS + 1)).substring(0, DIGITS + 1);
    return "%s.%se%s%02d"
        .formatted(
            digits.substring(0, 1),
            digits.substring(1),
            exponent < 0 ? "-" : "+",
            Math.abs(exponent));
  }
}
