package dev.tern.optim;

import dev.tern.Autograd;
import dev.tern.Tensor;
import dev.tern.optim.Setting.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Quasi-Newton steps from the last gradients, {@code torch.optim.LBFGS}: Nocedal and Wright,
 * Numerical Optimization, algorithms 7.4 and 7.5. It evaluates the loss several times a step, so it
 * is called with {@link #step(Supplier)}; all parameters are one group.
 */
public final class LBFGS extends Optimizer {
  private static final double LEAST_CURVATURE = 1e-10;

  private static final Settings DEFAULTS =
      Settings.lr(1)
          .plus("max_iter", "max_iter value", Kind.COUNT, 20)
          .plus("max_eval", "max_eval value", Kind.COUNT, 25)
          .plus("tolerance_grad", 1e-7)
          .plus("tolerance_change", 1e-9)
          .plus("history_size", "history_size value", Kind.COUNT, 100)
          .plus("line_search_fn", "line_search_fn", Kind.TEXT, null);

  /** The settings, an immutable value: each method gives a copy that differs in one of them. */
  public static final class Options {
    private final Settings settings;

    private Options(Settings settings) {
      this.settings = settings;
    }

    private Options with(String name, Object value) {
      return new Options(settings.with(name, value));
    }

    /** With at most this many iterations a step, and at most 5/4 as many evaluations. */
    public Options maxIter(int count) {
      return with("max_iter", count).with("max_eval", Math.max(1, count * 5 / 4));
    }

    /** With at most this many evaluations of the loss a step; call it after {@link #maxIter}. */
    public Options maxEval(int count) {
      return with("max_eval", count);
    }

    /** Ending a step where no element of the gradient is larger. */
    public Options toleranceGrad(double value) {
      return with("tolerance_grad", value);
    }

    /** Ending a step where neither the parameters nor the loss change by more. */
    public Options toleranceChange(double value) {
      return with("tolerance_change", value);
    }

    /** Remembering this many changes of the gradient. */
    public Options historySize(int count) {
      return with("history_size", count);
    }

    /** With a search for a step length that meets the strong Wolfe conditions. */
    public Options strongWolfe() {
      return with("line_search_fn", "strong_wolfe");
    }
  }

  private final LbfgsMemory memory = new LbfgsMemory();

  /** PyTorch's defaults with this learning rate (its default is 1). */
  public static Options lr(double lr) {
    return new Options(DEFAULTS).with("lr", lr);
  }

  /**
   * An optimizer of these parameters, which are of one element type.
   *
   * @throws IllegalArgumentException if there are none, or one appears twice
   */
  public LBFGS(List<? extends Tensor> parameters, Options options) {
    add(parameters, options.settings);
  }

  @Override
  protected void check(Settings s) {
    String search = s.text("line_search_fn");
    if (search != null && !search.equals("strong_wolfe")) {
      throw new IllegalArgumentException("only 'strong_wolfe' is supported, got '" + search + "'");
    }
  }

  /**
   * Cannot be done: LBFGS needs the loss.
   *
   * @throws UnsupportedOperationException always
   */
  @Override
  public void step() {
    throw new UnsupportedOperationException(
        "LBFGS evaluates the loss several times a step; call step(closure)");
  }

  @Override
  protected void step(List<Tensor> parameters, Settings settings) {
    step();
  }

  @Override
  public double step(Supplier<Tensor> closure) {
    Group group = groups().get(0);
    Settings s = group.settings();
    var problem = new FlatProblem(group.parameters(), closure);
    double loss = problem.evaluate();
    memory.evaluations++;
    if (problem.largestGradient() > s.number("tolerance_grad")) {
      try (var off = Autograd.noGrad()) {
        iterate(problem, loss, s);
      }
    }
    return loss;
  }

  private void iterate(FlatProblem problem, double first, Settings s) {
    double loss = first;
    int evaluations = 1;
    for (int i = 1; i <= s.number("max_iter"); i++) {
      memory.iterations++;
      Tensor gradient = problem.gradient();
      Tensor direction = direction(gradient, (int) s.number("history_size"));
      double length = s.number("lr");
      if (memory.iterations == 1) {
        length *= Math.min(1, 1 / gradient.abs().sum().item());
      }
      double slope = LbfgsMemory.dot(gradient, direction);
      double before = loss;
      memory.remember(gradient, direction, loss);
      memory.length = length;
      if (slope > -s.number("tolerance_change")) {
        return; // no way down
      }
      int more = 0;
      if (s.text("line_search_fn") != null) {
        var search = new WolfeSearch(problem, direction, loss, gradient, slope);
        search.from(length);
        memory.length = search.length();
        loss = search.loss();
        more = search.evaluations();
        problem.moveTo(search);
      } else {
        problem.move(direction, length);
        if (i < s.number("max_iter")) { // the last is evaluated by the next step
          loss = problem.evaluate();
          more = 1;
        }
      }
      evaluations += more;
      memory.evaluations += more;
      double moved = direction.mul(memory.length).abs().max().item();
      if (evaluations >= s.number("max_eval")
          || problem.largestGradient() <= s.number("tolerance_grad")
          || moved <= s.number("tolerance_change")
          || Math.abs(loss - before) < s.number("tolerance_change")) {
        return;
      }
    }
  }

  private Tensor direction(Tensor gradient, int history) {
    if (memory.iterations == 1) {
      memory.forgetChanges();
      return gradient.neg();
    }
    memory.learn(gradient, history, LEAST_CURVATURE);
    return memory.direction(gradient);
  }

  @Override
  Map<String, @Nullable Object> save(Tensor parameter) {
    boolean isFirst = parameter == groups().get(0).parameters().get(0);
    return isFirst && memory.evaluations > 0 ? memory.toMap() : Map.of();
  }

  @Override
  Runnable load(Tensor parameter, Map<?, ?> saved, List<String> faults) {
    List<Tensor> parameters = groups().get(0).parameters();
    if (parameter != parameters.get(0)) {
      faults.add("LBFGS keeps its state at the first parameter");
    }
    LbfgsMemory loaded = new LbfgsMemory();
    int numel = parameters.stream().mapToInt(Tensor::numel).sum();
    loaded.load(saved, parameters.get(0), numel, faults);
    return () -> memory.become(loaded);
  }

  @Override
  void forget(Tensor parameter) {
    if (parameter == groups().get(0).parameters().get(0)) {
      memory.become(new LbfgsMemory());
    }
  }

  /** The parameters as one long vector, and the loss there. */
  static final class FlatProblem {
    private final List<Tensor> parameters;
    private final Supplier<Tensor> closure;
    private Tensor gradient;

    FlatProblem(List<Tensor> parameters, Supplier<Tensor> closure) {
      this.parameters = parameters;
      this.closure = closure;
      this.gradient = parameters.get(0);
    }

    /** The loss at the present parameters; keeps their gradient. */
    double evaluate() {
      double loss;
      try (var on = Autograd.enabled(true)) {
        loss = closure.get().item();
      }
      try (var off = Autograd.noGrad()) {
        List<Tensor> flat = new ArrayList<>();
        for (Tensor p : parameters) {
          Tensor g = p.grad();
          flat.add((g == null ? p.mul(0) : g.copy()).reshape(-1));
        }
        gradient = Tensor.cat(flat, 0);
      }
      return loss;
    }

    Tensor gradient() {
      return gradient;
    }

    double largestGradient() {
      return gradient.detach().abs().max().item();
    }

    /** Adds a multiple of a direction to the parameters. */
    void move(Tensor direction, double length) {
      int at = 0;
      for (Tensor p : parameters) {
        Tensor part = direction.narrow(0, at, p.numel()).reshape(p.shape().toArray());
        p.add_(part.mul(length));
        at += p.numel();
      }
    }

    List<Tensor> place() {
      return parameters.stream().map(Tensor::copy).toList();
    }

    /** The loss so far along a direction from a place, where the parameters are left. */
    double evaluate(List<Tensor> place, Tensor direction, double length) {
      back(place);
      move(direction, length);
      double loss = evaluate();
      back(place);
      return loss;
    }

    private void back(List<Tensor> place) {
      for (int i = 0; i < parameters.size(); i++) {
        parameters.get(i).copy_(place.get(i));
      }
    }

    /** Goes where a search ended. */
    void moveTo(WolfeSearch search) {
      move(search.direction(), search.length());
      gradient = search.gradient();
    }
  }
}
