package dev.tern.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tern.Parameter;
import dev.tern.Tensor;
import dev.tern.optim.Adadelta;
import dev.tern.optim.Adagrad;
import dev.tern.optim.Adam;
import dev.tern.optim.AdamOptions;
import dev.tern.optim.AdamW;
import dev.tern.optim.Adamax;
import dev.tern.optim.CosineAnnealingLR;
import dev.tern.optim.ExponentialLR;
import dev.tern.optim.LambdaLR;
import dev.tern.optim.LinearLR;
import dev.tern.optim.LrScheduler;
import dev.tern.optim.MultiStepLR;
import dev.tern.optim.NAdam;
import dev.tern.optim.OneCycleLR;
import dev.tern.optim.Optimizer;
import dev.tern.optim.RAdam;
import dev.tern.optim.RMSprop;
import dev.tern.optim.ReduceLROnPlateau;
import dev.tern.optim.SGD;
import dev.tern.optim.StepLR;
import dev.tern.shape.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

/** Trajectories of the optimizers against PyTorch: given gradients, where each step leads. */
class OptimTest {
  /** Rows of the bundled table whose optimizer exists; raise it with each optimizer. */
  private static final int FLOOR = 13;

  private static final int SCHEDULES_FLOOR = 8;

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

  private static Optional<Optimizer> make(String name, JsonNode args, List<Parameter> p) {
    double lr = number(args, "lr", Double.NaN);
    double eps = number(args, "eps", name.equals("Adagrad") ? 1e-10 : 1e-8);
    double decay = number(args, "weight_decay", 0);
    boolean maximize = flag(args, "maximize");
    double[] betas =
        args.has("betas") ? Golden.doubles(args.get("betas")) : new double[] {0.9, 0.999};
    return Optional.ofNullable(
        switch (name) {
          case "SGD" ->
              new SGD(
                  p,
                  SGD.lr(lr)
                      .momentum(number(args, "momentum", 0))
                      .dampening(number(args, "dampening", 0))
                      .weightDecay(decay)
                      .nesterov(flag(args, "nesterov"))
                      .maximize(maximize));
          case "Adam" -> new Adam(p, adam(Adam.lr(lr), args, betas, eps).weightDecay(decay));
          case "AdamW" ->
              new AdamW(
                  p,
                  adam(AdamW.lr(lr), args, betas, eps)
                      .weightDecay(number(args, "weight_decay", 0.01)));
          case "RMSprop" ->
              new RMSprop(
                  p,
                  RMSprop.lr(lr)
                      .alpha(number(args, "alpha", 0.99))
                      .eps(eps)
                      .momentum(number(args, "momentum", 0))
                      .centered(flag(args, "centered"))
                      .weightDecay(decay)
                      .maximize(maximize));
          case "Adagrad" ->
              new Adagrad(
                  p,
                  Adagrad.lr(lr)
                      .lrDecay(number(args, "lr_decay", 0))
                      .initialAccumulatorValue(number(args, "initial_accumulator_value", 0))
                      .eps(eps)
                      .weightDecay(decay)
                      .maximize(maximize));
          case "Adadelta" ->
              new Adadelta(
                  p,
                  Adadelta.lr(lr)
                      .rho(number(args, "rho", 0.9))
                      .eps(number(args, "eps", 1e-6))
                      .weightDecay(decay)
                      .maximize(maximize));
          case "Adamax" ->
              new Adamax(
                  p,
                  Adamax.lr(lr)
                      .betas(betas[0], betas[1])
                      .eps(eps)
                      .weightDecay(decay)
                      .maximize(maximize));
          case "NAdam" ->
              new NAdam(
                  p,
                  NAdam.lr(lr)
                      .betas(betas[0], betas[1])
                      .eps(eps)
                      .momentumDecay(number(args, "momentum_decay", 4e-3))
                      .weightDecay(decay)
                      .maximize(maximize));
          case "RAdam" ->
              new RAdam(
                  p,
                  RAdam.lr(lr)
                      .betas(betas[0], betas[1])
                      .eps(eps)
                      .weightDecay(decay)
                      .maximize(maximize));
          default -> null;
        });
  }

  private static AdamOptions adam(AdamOptions defaults, JsonNode args, double[] betas, double eps) {
    return defaults
        .betas(betas[0], betas[1])
        .eps(eps)
        .amsgrad(flag(args, "amsgrad"))
        .maximize(flag(args, "maximize"));
  }

  @Test
  void schedules() {
    JsonNode rows = Golden.json("optim").get("schedulers");
    int covered = 0;
    for (JsonNode row : rows) {
      String name = row.get("scheduler").textValue();
      Parameter parameter = new Parameter(Tensor.of(1.0));
      var optimizer = new SGD(List.of(parameter), SGD.lr(row.get("base_lr").doubleValue()));
      Optional<IntConsumer> step = step(name, row, optimizer);
      if (step.isEmpty()) {
        continue;
      }
      covered++;
      double[] rates = Golden.doubles(row.get("lrs"));
      for (int epoch = 0; epoch < rates.length; epoch++) {
        // the rates of a schedule that is given a metric are those after it
        if (row.has("metrics")) {
          step.orElseThrow().accept(epoch);
        }
        assertEquals(
            rates[epoch], optimizer.groups().get(0).lr(), 1e-12 * rates[epoch], name + epoch);
        parameter.setGrad(Tensor.of(1.0));
        optimizer.step();
        if (!row.has("metrics") && epoch < rates.length - 1) {
          step.orElseThrow().accept(epoch);
        }
      }
    }
    Golden.report("schedules", covered, rows.size());
    if (Golden.isBundled()) {
      assertTrue(covered >= SCHEDULES_FLOOR, "covers " + covered + " schedules");
    }
  }

  /** What ends an epoch. */
  private static Optional<IntConsumer> step(String name, JsonNode row, Optimizer optimizer) {
    JsonNode args = row.get("args");
    if (name.equals("ReduceLROnPlateau")) {
      double[] metrics = Golden.doubles(row.get("metrics"));
      var schedule =
          new ReduceLROnPlateau(
              optimizer,
              ReduceLROnPlateau.min()
                  .factor(number(args, "factor", 0.1))
                  .patience((int) number(args, "patience", 10)));
      return Optional.of(epoch -> schedule.step(metrics[epoch]));
    }
    return schedule(name, args, optimizer).map(schedule -> epoch -> schedule.step());
  }

  private static Optional<LrScheduler> schedule(String name, JsonNode args, Optimizer optimizer) {
    double gamma = number(args, "gamma", 0.1);
    return Optional.ofNullable(
        switch (name) {
          case "StepLR" -> new StepLR(optimizer, args.get("step_size").intValue(), gamma);
          case "MultiStepLR" ->
              new MultiStepLR(optimizer, gamma, Golden.ints(args.get("milestones")));
          case "ExponentialLR" -> new ExponentialLR(optimizer, gamma);
          case "CosineAnnealingLR" ->
              new CosineAnnealingLR(
                  optimizer, args.get("T_max").intValue(), number(args, "eta_min", 0));
          case "LinearLR" ->
              new LinearLR(
                  optimizer,
                  number(args, "start_factor", 1.0 / 3),
                  number(args, "end_factor", 1),
                  (int) number(args, "total_iters", 5));
          case "OneCycleLR" ->
              new OneCycleLR(
                  optimizer,
                  OneCycleLR.maxLr(number(args, "max_lr", 0))
                      .totalSteps(args.get("total_steps").intValue()));
          case "LambdaLR" -> {
            String[] power = args.get("lambda_").textValue().split("\\^");
            yield new LambdaLR(optimizer, epoch -> Math.pow(Double.parseDouble(power[0]), epoch));
          }
          default -> null;
        });
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
