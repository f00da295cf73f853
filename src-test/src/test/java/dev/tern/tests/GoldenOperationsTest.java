package dev.tern.tests;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.tern.Tensor;
import dev.tern.device.Device;
import dev.tern.shape.DType;
import dev.tern.tests.OperationTable.Forward;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every operation against PyTorch: output and gradients, in FLOAT64 and FLOAT32, from dense inputs
 * and from strided views of the same values; in FLOAT32 on CUDA too.
 */
@Tag("cuda")
class GoldenOperationsTest {
  /**
   * Rows of the bundled tables that must be covered, so that none gets lost; raise it with each
   * operation.
   */
  private static final int TENSOR_OPS_FLOOR = 347;

  private static final int FUNCTIONAL_FLOOR = 125;

  @Test
  void tensorOps() {
    check("tensor_ops", Golden.cases("tensor_ops"), Operations.TABLE, TENSOR_OPS_FLOOR);
  }

  @Test
  void functional() {
    check("functional", Golden.cases("functional"), FunctionalOperations.TABLE, FUNCTIONAL_FLOOR);
  }

  /** Rows that {@code src/test/python/layers.py} wrote, all of which must be covered. */
  @Test
  void layers() {
    var rows = Golden.cases(Golden.resources("/layers/layers.json"), "layers");
    check("layers", rows, FunctionalOperations.TABLE, rows.size());
  }

  /** Rows that {@code src/test/python/tensors.py} wrote, all of which must be covered. */
  @Test
  void moreTensorOps() {
    var rows = Golden.cases(Golden.resources("/tensors/more_tensor_ops.json"), "more_tensor_ops");
    check("more_tensor_ops", rows, MoreOperations.TABLE, rows.size());
  }

  private static void check(String suite, List<GoldenCase> rows, OperationTable table, int floor) {
    List<String> failures = new ArrayList<>();
    for (Devices.Run on : Devices.runs()) {
      failures.addAll(check(suite, rows, table, floor, on));
    }
    if (!failures.isEmpty()) {
      fail("%s: %d failures%n%s".formatted(suite, failures.size(), String.join("\n", failures)));
    }
  }

  private static List<String> check(
      String suite, List<GoldenCase> rows, OperationTable table, int floor, Devices.Run on) {
    List<String> failures = new ArrayList<>();
    Set<String> missing = new LinkedHashSet<>();
    int covered = 0;
    for (GoldenCase row : rows) {
      var forward = table.find(row);
      if (forward.isEmpty()) {
        missing.add(row.id());
        continue;
      }
      covered++;
      for (DType dtype : on.dtypes()) {
        for (Layout layout : Layout.values()) {
          failures.addAll(run(row, forward.get(), on.device(), dtype, layout));
        }
      }
    }
    Golden.report(suite, covered, rows.size(), on.device());
    if (!missing.isEmpty()) {
      System.out.println("  not covered yet: " + String.join(" ", missing));
    }
    if (Golden.isBundled()) {
      assertTrue(covered >= floor, suite + " covers " + covered + " rows, fewer than " + floor);
    }
    return failures;
  }

  private static List<String> run(
      GoldenCase row, Forward forward, Device device, DType dtype, Layout layout) {
    String where = row.id() + " " + device + " " + dtype + " " + layout + ": ";
    List<String> wrong = new ArrayList<>();
    try {
      GoldenInputs inputs = inputs(row, device, dtype, layout);
      List<Tensor> outputs = forward.apply(row, inputs);
      double tolerance = Tolerances.of(row, dtype);
      for (int i = 0; i < row.outputs().size(); i++) {
        String name = row.outputs().get(i);
        Tensor expected = row.tensor("out", name);
        Tensor actual = outputs.get(i);
        boolean computed = expected.dtype().isFloatingPoint();
        if (actual.dtype() != (computed ? dtype : expected.dtype())) {
          wrong.add(where + name + " is of type " + actual.dtype());
        }
        double scale = Tolerances.outputScale(row, dtype, expected);
        Expect.closeTo(name, actual, expected, computed ? tolerance : 0, scale)
            .ifPresent(problem -> wrong.add(where + problem));
      }
      if (!row.grads().isEmpty()) {
        backward(row, outputs, device, dtype, layout);
      }
      for (String name : row.grads()) {
        Tensor gradient = inputs.get(name).grad();
        if (gradient == null) {
          wrong.add(where + "no gradient for " + name);
          continue;
        }
        Tensor expected = row.tensor("grad", name);
        double scale = Tolerances.gradientScale(row, dtype, expected);
        Expect.closeTo("gradient of " + name, gradient, expected, tolerance, scale)
            .ifPresent(problem -> wrong.add(where + problem));
      }
    } catch (RuntimeException e) {
      wrong.add(where + e + " at " + e.getStackTrace()[0]);
    }
    return wrong;
  }

  private static GoldenInputs inputs(GoldenCase row, Device device, DType dtype, Layout layout) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (String name : row.inputs()) {
      Tensor given = row.tensor("in", name);
      Tensor cast = given.dtype().isFloatingPoint() ? given.to(dtype) : given;
      Tensor input = layout.of(cast.to(device));
      inputs.put(name, row.grads().contains(name) ? input.requiresGrad_(true) : input);
    }
    return new GoldenInputs(inputs);
  }

  /**
   * From the sum of outputs times cotangents; in the strided run, a single cotangent is given as a
   * strided view.
   */
  private static void backward(
      GoldenCase row, List<Tensor> outputs, Device device, DType dtype, Layout layout) {
    if (row.cotangents().size() == 1 && layout == Layout.STRIDED) {
      String name = row.cotangents().get(0);
      Tensor cotangent = row.tensor("cotangent", name).to(dtype).to(device);
      outputs.get(row.outputs().indexOf(name)).backward(layout.of(cotangent));
      return;
    }
    row.cotangents().stream()
        .map(
            name ->
                outputs
                    .get(row.outputs().indexOf(name))
                    .mul(row.tensor("cotangent", name).to(dtype).to(device))
                    .sum())
        .reduce(Tensor::add)
        .orElseThrow()
        .backward();
  }
}
