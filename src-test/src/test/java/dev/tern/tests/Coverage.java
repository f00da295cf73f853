package dev.tern.tests;

import dev.tern.Creation;
import dev.tern.Tensor;
import dev.tern.nn.F;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The page that says how each operation is proved: built from the library by reflection and from
 * the tables of the tests.
 */
final class Coverage {
  /** Where the name is not PyTorch's with the words run together. */
  private static final Map<String, String> PYTORCH_NAMES =
      Map.ofEntries(
          Map.entry("copy", "clone"),
          Map.entry("equal", "equal"),
          Map.entry("geluTanh", "gelu(approximate='tanh')"),
          Map.entry("index", "x[i, j]"),
          Map.entry("indexPut", "index_put, x[i, j] = values"),
          Map.entry("isFinite", "isfinite"),
          Map.entry("isInf", "isinf"),
          Map.entry("isNaN", "isnan"),
          Map.entry("logSigmoid", "logsigmoid"),
          Map.entry("mT", "mT"),
          Map.entry("rdiv", "value / x"),
          Map.entry("rpow", "value ** x"),
          Map.entry("slice", "x[a:b:c]"),
          Map.entry("sumTo", "sum_to_size"),
          Map.entry("pad", "nn.functional.pad"),
          Map.entry("from", "tensor"),
          Map.entry("of", "tensor"),
          Map.entry("ofBools", "tensor"),
          Map.entry("ofBytes", "tensor"),
          Map.entry("scalar", "tensor"));

  /** The method that a golden row is about, where it is not the one of the row's name. */
  private static final Map<String, String> METHODS =
      Map.ofEntries(
          Map.entry("max_dim", "max"),
          Map.entry("min_dim", "min"),
          Map.entry("pow_scalar", "pow"),
          Map.entry("slice_step", "slice"),
          Map.entry("median_all", "median"),
          Map.entry("quantile_all", "quantile"),
          Map.entry("prod_all", "prod"),
          Map.entry("scatter_value", "scatter"),
          Map.entry("round_decimals", "round"),
          Map.entry("clamp_tensors", "clamp"),
          Map.entry("lerp_tensor", "lerp"),
          Map.entry("add_alpha", "add"),
          Map.entry("bincount_weights", "bincount"),
          Map.entry("vector_norm", "norm"),
          Map.entry("split_size", "split"),
          Map.entry("roll_flat", "roll"),
          Map.entry("repeat_interleave_each", "repeatInterleave"),
          Map.entry("pad_value", "pad"),
          Map.entry("pad_mode", "pad"),
          Map.entry("reshape_row", "reshape"),
          Map.entry("arange_whole", "arange"),
          Map.entry("isnan", "isNaN"),
          Map.entry("isinf", "isInf"),
          Map.entry("isfinite", "isFinite"),
          Map.entry("logsigmoid", "logSigmoid"));

  private static final String HEAD =
      """
      # What is proved, and how

      Written by `CoverageTest` from the library itself and the tables of the tests; it fails where this page is stale.

      - **golden**: rows of PyTorch's own numbers (output and, where it has one, gradient), each run in FLOAT64 (1e-10 of
        the largest number) and FLOAT32, from dense inputs and from strided views.
      - **gradient**: rows checked against differences of the function itself in FLOAT64; the same rows run through the
        test that changes inputs and outputs in place. **second**: whether the gradient's own gradient is checked so too.
      - **CPU**, **CUDA**: whether one of these tables runs the operation there. The golden rows run on CUDA in FLOAT32, on a
        driver emulated on the CPU where no GPU is at hand.
      - "-" stands for what there is none of: a comparison has no gradient, a creation no inputs. Creation, random draws
        and answers that are Java's own (`equal`, `allclose`) have tests by themselves: `RandomTest`, `SamplingTest`, `TensorOperationsTest`.
      """;

  private static final String LEFT_OUT =
      """

      ## Left out
      Known in PyTorch and not here: complex numbers and FFT, sparse, quantised and named tensors, decompositions and solvers
      (`torch.linalg` beyond norms and products), `as_strided`, `scatter_reduce`, `unique(dim=...)`, `nanquantile`,
      the gamma functions, `erfc`, `erfinv` and the rest of `torch.special`, `renorm`.
      Recurrent layers, attention modules, image transforms and weight averaging come later.
      """;

  private final Map<String, Long> golden = new TreeMap<>();
  private final Map<String, Long> gradients;

  Coverage() {
    count(Golden.cases("tensor_ops"));
    count(Golden.cases("functional"));
    count(Golden.cases(Golden.resources("/tensors/more_tensor_ops.json"), "more_tensor_ops"));
    count(Golden.cases(Golden.resources("/layers/layers.json"), "layers"));
    gradients =
        Differentiable.rows().stream()
            .map(row -> row.name().split(" ")[0])
            .collect(Collectors.groupingBy(name -> name, Collectors.counting()));
  }

  private void count(List<GoldenCase> rows) {
    for (GoldenCase row : rows) {
      String method = METHODS.getOrDefault(row.op(), camelCase(row.op()));
      golden.merge(method, 1L, Long::sum);
    }
  }

  String page() {
    var page = new StringBuilder(HEAD);
    for (Class<?> room : Tensor.class.getInterfaces()) {
      section(page, room.getSimpleName(), "", room, method -> !isStatic(method));
    }
    section(page, "Combination", "", Tensor.class.getSuperclass(), Coverage::isStatic);
    section(page, "Creation", "", Creation.class, Coverage::isStatic);
    section(page, "nn.functional", "F.", F.class, Coverage::isStatic);
    return page.append(LEFT_OUT).toString();
  }

  private static boolean isStatic(Method method) {
    return Modifier.isStatic(method.getModifiers());
  }

  private void section(
      StringBuilder page, String title, String prefix, Class<?> room, Predicate<Method> which) {
    page.append("\n## ").append(title).append('\n');
    page.append("| PyTorch | Tern | golden | gradient | second | CPU | CUDA |\n");
    page.append("|---|---|---|---|---|---|---|\n");
    var names = new TreeSet<String>();
    Arrays.stream(room.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
        .filter(which)
        .forEach(method -> names.add(method.getName()));
    for (String name : names) {
      long rows = golden.getOrDefault(name, 0L);
      long checks = gradients.getOrDefault(name, 0L);
      page.append(
          "| `%s%s` | `%s%s` | %s | %s | %s | %s | %s |%n"
              .formatted(
                  prefix,
                  PYTORCH_NAMES.getOrDefault(name, snakeCase(name)),
                  prefix,
                  name,
                  rows == 0 ? "-" : rows,
                  checks == 0 ? "-" : checks,
                  checks == 0 ? "-" : "yes",
                  rows + checks == 0 ? "-" : "yes",
                  rows == 0 ? "-" : "yes"));
    }
  }

  private static String snakeCase(String name) {
    return name.replaceAll("([A-Z])", "_$1").toLowerCase(java.util.Locale.ROOT);
  }

  private static String camelCase(String name) {
    var camel = new StringBuilder();
    for (String word : name.split("_")) {
      camel.append(
          camel.isEmpty() || word.isEmpty()
              ? word
              : Character.toUpperCase(word.charAt(0)) + word.substring(1));
    }
    return camel.toString();
  }
}
