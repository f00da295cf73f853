package dev.tern.optim;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Multiplies the learning rate by a function of the epoch, every epoch, {@code
 * torch.optim.lr_scheduler.MultiplicativeLR}.
 */
public final class MultiplicativeLR extends LrScheduler {
  private final List<IntToDoubleFunction> functions;

  /**
   * By a function of the epoch, which is asked from epoch 1 on.
   *
   * @param functions one for all groups, or one for each
   * @throws IllegalArgumentException if there are as many neither as one nor as groups
   */
  public MultiplicativeLR(Optimizer optimizer, IntToDoubleFunction... functions) {
    super(optimizer);
    this.functions = LambdaLR.perGroup("MultiplicativeLR", optimizer, Arrays.asList(functions));
    start();
  }

  @Override
  protected double next(int group, double initial, double present, int epoch) {
    return present * functions.get(group).applyAsDouble(epoch);
  }

  @Override
  public Map<String, @Nullable Object> stateDict() {
    return LambdaLR.withFunctions(super.stateDict(), functions.size());
  }
}
