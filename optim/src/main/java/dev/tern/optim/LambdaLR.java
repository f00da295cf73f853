package dev.tern.optim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The initial learning rate times a function of the epoch, {@code
 * torch.optim.lr_scheduler.LambdaLR}.
 */
public final class LambdaLR extends LrScheduler {
  private final List<IntToDoubleFunction> functions;

  /**
   * By a function of the epoch, which counts from 0.
   *
   * @param functions one for all groups, or one for each
   * @throws IllegalArgumentException if there are as many neither as one nor as groups
   */
  public LambdaLR(Optimizer optimizer, IntToDoubleFunction... functions) {
    super(optimizer);
    this.functions = perGroup("LambdaLR", optimizer, Arrays.asList(functions));
    start();
  }

  /** One value for all groups, or one for each. */
  static <T> List<T> perGroup(String name, Optimizer optimizer, List<T> values) {
    int groups = optimizer.groups().size();
    if (values.size() != 1 && values.size() != groups) {
      throw new IllegalArgumentException(
          "%s: wants a value for all groups or one for each of %d, got %d"
              .formatted(name, groups, values.size()));
    }
    return values.size() == groups
        ? List.copyOf(values)
        : Collections.nCopies(groups, values.get(0));
  }

  @Override
  protected double first(int group, double lr) {
    return optimizer().groups().get(group).initialLr() * functions.get(group).applyAsDouble(0);
  }

  @Override
  protected double next(int group, double initial, double present, int epoch) {
    return initial * functions.get(group).applyAsDouble(epoch);
  }

  @Override
  public Map<String, @Nullable Object> stateDict() {
    return withFunctions(super.stateDict(), functions.size());
  }

  /** PyTorch keeps a None for each function, which cannot be saved. */
  static Map<String, @Nullable Object> withFunctions(
      Map<String, @Nullable Object> plain, int functions) {
    Map<String, @Nullable Object> state = new LinkedHashMap<>(plain);
    state.put("lr_lambdas", new ArrayList<>(Collections.nCopies(functions, null)));
    return state;
  }
}
