package dev.tern.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tern.Parameter;
import dev.tern.Tensor;
import dev.tern.optim.Adam;
import dev.tern.optim.AdamOptions;
import dev.tern.optim.AdamW;
import dev.tern.optim.LrScheduler;
import dev.tern.optim.Optimizer;
import dev.tern.optim.SGD;
import dev.tern.optim.StepLR;
import dev.tern.shape.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Trajectories of the optimizers against PyTorch: given gradients, where each step leads. */
class OptimTest {
  /** Rows of the bundled table whose optimizer exists; raise it with each optimizer. */
  private static final int FLOOR = 9;

  private static final int SCHEDULES_FLOOR = 1;

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
    Optional<Optimizer> optimizer =
        make(row.get("optimizer").textValue(), row.get("args"), parameters);
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
        String what =
            "%s %s %s step %d parameter %d"
                .formatted(row.get("optimizer"), row.get("args"), dtype, step, i);
        assertEquals(Optional.empty(), Expect.close(what, parameters.get(i), expected, tolerance));
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
                  SGD.lr(number(args, "lr", 0))
                      .momentum(number(args, "momentum", 0))
                      .dampening(number(args, "dampening", 0))
                      .weightDecay(number(args, "weight_decay", 0))
                      .nesterov(flag(args, "nesterov"))
                      .maximize(flag(args, "maximize"))));
      case "Adam" ->
          Optional.of(new Adam(parameters, adam(Adam.lr(number(args, "lr", 1e-3)), args)));
      case "AdamW" ->
          Optional.of(new AdamW(parameters, adam(AdamW.lr(number(args, "lr", 1e-3)), args)));
      default -> Optional.empty();
    };
  }

  private static AdamOptions adam(AdamOptions defaults, JsonNode args) {
    AdamOptions options = defaults;
    if (args.has("betas")) {
      double[] betas = Golden.doubles(args.get("betas"));
      options = options.betas(betas[0], betas[1]);
    }
    if (args.has("eps")) {
      options = options.eps(number(args, "eps", 0));
    }
    if (args.has("weight_decay")) {
      options = options.weightDecay(number(args, "weight_decay", 0));
    }
    return options.amsgrad(flag(args, "amsgrad")).maximize(flag(args, "maximize"));
  }

  @Test
  void schedules() {
    JsonNode rows = Golden.json("optim").get("schedulers");
    int covered = 0;
    for (JsonNode row : rows) {
      Parameter parameter = new Parameter(Tensor.of(1.0));
      var optimizer = new SGD(List.of(parameter), SGD.lr(row.get("base_lr").doubleValue()));
      Optional<LrScheduler> schedule =
          schedule(row.get("scheduler").textValue(), row.get("args"), optimizer);
      if (schedule.isEmpty()) {
        continue;
      }
      covered++;
      for (double lr : Golden.doubles(row.get("lrs"))) {
        assertEquals(
            lr, optimizer.groups().get(0).lr(), 1e-12 * lr, row.get("scheduler").textValue());
        parameter.setGrad(Tensor.of(1.0));
        optimizer.step();
        schedule.orElseThrow().step();
      }
    }
    Golden.report("schedules", covered, rows.size());
    if (Golden.isBundled()) {
      assertTrue(covered >= SCHEDULES_FLOOR, "covers " + covered + " schedules");
    }
  }

  private static Optional<LrScheduler> schedule(String name, JsonNode args, Optimizer optimizer) {
    return switch (name) {
      case "StepLR" ->
          Optional.of(
              new StepLR(optimizer, args.get("step_size").intValue(), number(args, "gamma", 0.1)));
      default -> Optional.empty();
    };
  }

  private static double number(JsonNode args, String name, double otherwise) {
    return args.hasNonNull(name) ? args.get(name).doubleValue() : otherwise;
  }

  private static boolean flag(JsonNode args, String name) {
    return args.hasNonNull(name) && args.get(name).booleanValue();
  }

  private static Tensor tensor(JsonNode row, JsonNode values, int which, DType dtype) {
    int[] shape = Golden.ints(row.get("shapes").get(which));
    return Tensor.from(Golden.doubles(values), shape).to(dtype);
  }
}
