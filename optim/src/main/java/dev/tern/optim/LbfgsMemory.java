package dev.tern.optim;

import dev.tern.Tensor;
import dev.tern.Tern;
import dev.tern.shape.DType;
import dev.tern.shape.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@link LBFGS} remembers: changes of the gradient and of the parameters, as long vectors. */
final class LbfgsMemory {
  long evaluations;
  long iterations;

  /** How far along the direction the last iteration went. */
  double length;

  private @Nullable Tensor direction;
  private @Nullable Tensor gradient;
  private double loss;
  private double scale = 1;
  private final List<Tensor> gradientChanges = new ArrayList<>();
  private final List<Tensor> steps = new ArrayList<>();

  /** One over the product of each pair. */
  private final List<Double> inverses = new ArrayList<>();

  static double dot(Tensor a, Tensor b) {
    return a.mul(b).sum().item();
  }

  void remember(Tensor newGradient, Tensor newDirection, double newLoss) {
    gradient = Tern.keep(newGradient);
    direction = Tern.keep(newDirection);
    loss = newLoss;
  }

  void forgetChanges() {
    gradientChanges.clear();
    steps.clear();
    inverses.clear();
    scale = 1;
  }

  /** Takes in what the last iteration changed, where the curvature along it is positive. */
  void learn(Tensor newGradient, int history, double leastCurvature) {
    Tensor before = gradient;
    Tensor along = direction;
    if (before == null || along == null) {
      return;
    }
    Tensor change = newGradient.sub(before);
    Tensor step = along.mul(length);
    double product = dot(change, step);
    if (product <= leastCurvature) {
      return;
    }
    if (steps.size() == history) {
      gradientChanges.remove(0);
      steps.remove(0);
      inverses.remove(0);
    }
    gradientChanges.add(Tern.keep(change));
    steps.add(Tern.keep(step));
    inverses.add(rounded(1 / product));
    scale = rounded(product / dot(change, change));
  }

  /** As the parameters' type holds it, so that what is saved is what was used. */
  private double rounded(double value) {
    Tensor like = gradient;
    return like != null && like.dtype() == DType.FLOAT64 ? value : (float) value;
  }

  /** The two loops of algorithm 7.4: minus the inverse Hessian, as far as known, times gradient. */
  Tensor direction(Tensor newGradient) {
    int n = steps.size();
    double[] alphas = new double[n];
    Tensor q = newGradient.neg();
    for (int i = n - 1; i >= 0; i--) {
      alphas[i] = dot(steps.get(i), q) * inverses.get(i);
      q.sub_(gradientChanges.get(i).mul(alphas[i]));
    }
    q.mul_(scale);
    for (int i = 0; i < n; i++) {
      double beta = dot(gradientChanges.get(i), q) * inverses.get(i);
      q.add_(steps.get(i).mul(alphas[i] - beta));
    }
    return q;
  }

  /** Under PyTorch's names; {@code al}, which it keeps as scratch, is left out. */
  Map<String, @Nullable Object> toMap() {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("func_evals", evaluations);
    map.put("n_iter", iterations);
    Tensor like = gradient;
    if (like != null) {
      map.put("d", direction);
      map.put("t", length);
      map.put("old_dirs", new ArrayList<>(gradientChanges));
      map.put("old_stps", new ArrayList<>(steps));
      List<Object> ro = new ArrayList<>();
      inverses.forEach(value -> ro.add(single(like, value)));
      map.put("ro", ro);
      map.put("H_diag", single(like, scale));
      map.put("prev_flat_grad", like);
      map.put("prev_loss", loss);
    }
    return map;
  }

  private static Tensor single(Tensor like, double value) {
    return Tensor.full(like.dtype(), Shape.of(), value).to(like.device());
  }

  void load(Map<?, ?> saved, Tensor like, int numel, List<String> faults) {
    evaluations = (long) number(saved, "func_evals", faults);
    iterations = (long) number(saved, "n_iter", faults);
    if (saved.get("d") == null) {
      return;
    }
    direction = vector(saved.get("d"), "d", like, numel, faults);
    gradient = vector(saved.get("prev_flat_grad"), "prev_flat_grad", like, numel, faults);
    length = number(saved, "t", faults);
    loss = number(saved, "prev_loss", faults);
    scale = number(saved, "H_diag", faults);
    vectors(saved, "old_dirs", like, numel, faults, gradientChanges);
    vectors(saved, "old_stps", like, numel, faults, steps);
    if (saved.get("ro") instanceof List<?> ro) {
      for (Object value : ro) {
        inverses.add(number(Map.of("ro", value == null ? "None" : value), "ro", faults));
      }
    }
    if (gradientChanges.size() != steps.size() || steps.size() != inverses.size()) {
      faults.add(
          "old_dirs, old_stps and ro are lists of different lengths: %d, %d, %d"
              .formatted(gradientChanges.size(), steps.size(), inverses.size()));
    }
  }

  private static double number(Map<?, ?> saved, String name, List<String> faults) {
    if (Settings.plain(saved.get(name)) instanceof Number number) {
      return number.doubleValue();
    }
    faults.add("'%s' is no number: %s".formatted(name, saved.get(name)));
    return 0;
  }

  private static void vectors(
      Map<?, ?> saved, String name, Tensor like, int numel, List<String> faults, List<Tensor> to) {
    if (!(saved.get(name) instanceof List<?> list)) {
      faults.add("'%s' is no list".formatted(name));
      return;
    }
    for (Object value : list) {
      Tensor vector = vector(value, name, like, numel, faults);
      if (vector != null) {
        to.add(vector);
      }
    }
  }

  private static @Nullable Tensor vector(
      @Nullable Object value, String name, Tensor like, int numel, List<String> faults) {
    if (value instanceof Tensor tensor
        && tensor.shape().equals(Shape.of(numel))
        && tensor.dtype().isFloatingPoint()) {
      return Tern.keep(tensor.detach().to(like.device()).to(like.dtype()).copy());
    }
    faults.add("'%s' is no tensor of %d floating-point numbers".formatted(name, numel));
    return null;
  }

  void become(LbfgsMemory other) {
    evaluations = other.evaluations;
    iterations = other.iterations;
    length = other.length;
    direction = other.direction;
    gradient = other.gradient;
    loss = other.loss;
    forgetChanges();
    scale = other.scale;
    gradientChanges.addAll(other.gradientChanges);
    steps.addAll(other.steps);
    inverses.addAll(other.inverses);
  }
}
