package dev.tern.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tern.Parameter;
import dev.tern.Tensor;
import dev.tern.optim.Optimizer;
import dev.tern.optim.SGD;
import dev.tern.shape.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Trajectories of the optimizers against PyTorch: given gradients, where each step leads. */
class OptimTest {
  /** Rows of the bundled table whose optimizer exists; raise it with each optimizer. */
  private static final int FLOOR = 6;

  @Test
  void trajectories() {
    JsonNode rows = Golden.json("optim").get("optimizers");
    int covered = 0;
    for (JsonNode row : rows) {
      covered += follow(row, DType.FLOAT64, 1e-12) && follow(row, DType.FLOAT32, 1e-6) ? 1 : 0;
    }
    Golden.report("optim", covered, rows.size());
    if (Golden.isBundled()) {
      assertTrue(covered >= FLOOR, "covers " + covered + " rows, fewer than " + FLOOR);
    }
  }

  private static boolean follow(JsonNode row, DType dtype, double tolerance) {
    JsonNode path = row.get("params");
    List<Parameter> parameters = new ArrayList<>();
    for (int i = 0; i < row.get("shapes").size(); i++) {
      parameters.add(new Parameter(tensor(row, path.get(0).get(i), i, dtype)));
    }
    Optional<Optimizer> optimizer = make(row.get("optimizer").textValue(), row.get("args"), parameters);
    if (optimizer.isEmpty()) {
      return false;
    }
    for (int step = 0; step < row.get("grads").size(); step++) {
      for (int i = 0; i < parameters.size(); i++) {
        parameters.get(i).setGrad(tensor(row, row.get("grads").get(step).get(i), i, dtype));
      }
      optimizer.orElseThrow().step();
      for (int i = 0; i < parameters.size(); i++) {
        Tensor expected = tensor(row, path.get(step + 1).get(i), i, DType.FLOAT64);
        String what = "%s %s %s step %d parameter %d".formatted(row.get("optimizer"), row.get("args"), dtype, step, i);
        assertEquals(
            Optional.empty(), Expect.close(what, parameters.get(i), expected, tolerance));
      }
    }
    return true;
  }

  private static Optional<Optimizer> make(String name, JsonNode args, List<Parameter> parameters) {
    return switch (name) {
      case "SGD" ->
          Optional.of(
              new SGD(
                  parameters,
                  SGD.lr(number(args, "lr"))
                      .momentum(number(args, "momentum"))
                      .dampening(number(args, "dampening"))
                      .weightDecay(number(args, "weight_decay"))
                      .nesterov(flag(args, "nesterov"))
                      .maximize(flag(args, "maximize"))));
      default -> Optional.empty();
    };
  }

  private static double number(JsonNode args, String name) {
    return args.hasNonNull(name) ? args.get(name).doubleValue() : 0;
  }

  private static boolean flag(JsonNode args, String name) {
    return args.hasNonNull(name) && args.get(name).booleanValue();
  }

  private static Tensor tensor(JsonNode row, JsonNode values, int which, DType dtype) {
    int[] shape = Golden.ints(row.get("shapes").get(which));
    return Tensor.from(Golden.doubles(values), shape).to(dtype);
  }
}
