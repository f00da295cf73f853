package dev.tern.device.cuda;

import dev.tern.device.AdamSpec;
import dev.tern.device.Data;
import dev.tern.device.SgdSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Launches {@code optim.cu}: one launch a step for up to 32 parameters. */
final class Steps {
  private static final Data[] NONE = {};
  private static final int COUNT = 32;
  private static final int OPERANDS = 5;
  private static final int THREADS = 256;
  private static final int MOST_BLOCKS = 256; // a parameter; threads go on to further elements

  private final CudaDevice device;

  Steps(CudaDevice device) {
    this.device = device;
  }

  void sgd(SgdSpec s, Data[] parameters, Data[] gradients, Data @Nullable [] velocities) {
    each(
        "sgd_",
        launch ->
            launch
                .arg(s.lr())
                .arg(s.momentum())
                .arg(1 - s.dampening())
                .arg(s.weightDecay())
                .arg(s.maximize() ? -1.0 : 1.0)
                .arg(s.nesterov() ? 1 : 0)
                .arg(s.first() ? 1 : 0),
        parameters,
        gradients,
        velocities == null ? NONE : velocities);
  }

  void adam(
      AdamSpec s,
      Data[] parameters,
      Data[] gradients,
      Data[] firstMoments,
      Data[] secondMoments,
      Data @Nullable [] maxSecondMoments) {
    long[] step = {
      Double.doubleToLongBits(s.lr()),
      Double.doubleToLongBits(s.beta1()),
      Double.doubleToLongBits(s.beta2()),
      Double.doubleToLongBits(s.eps()),
      Double.doubleToLongBits(s.weightDecay()),
      Double.doubleToLongBits(s.lr() / s.correction1()),
      Double.doubleToLongBits(1 / Math.sqrt(s.correction2())),
      s.decoupled() ? 1 : 0,
      s.maximize() ? 1 : 0
    };
    each(
        "adam_",
        launch -> launch.arg(step),
        parameters,
        gradients,
        firstMoments,
        secondMoments,
        maxSecondMoments == null ? NONE : maxSecondMoments);
  }

  /** What an operand that is not there is, {@link #NONE}, is a null pointer to the kernel. */
  private void each(
      String name,
      UnaryOperator<Launch> arguments,
      Data[] parameters,
      Data[] gradients,
      Data[]... state) {
    List<Data[]> operands = new ArrayList<>(List.of(parameters, gradients));
    operands.addAll(List.of(state));
    for (int from = 0; from < parameters.length; from += COUNT) {
      int count = Math.min(COUNT, parameters.length - from);
      long[] struct = new long[COUNT * (1 + OPERANDS)];
      int largest = 1;
      for (int i = 0; i < count; i++) {
        struct[i] = parameters[from + i].numel();
        largest = Math.max(largest, parameters[from + i].numel());
        for (int o = 0; o < operands.size(); o++) {
          Data[] operand = operands.get(o);
          if (operand != NONE) {
            device.expectHere(operand[from + i]);
            struct[(1 + o) * COUNT + i] = CudaStorage.address(operand[from + i]);
          }
        }
      }
      String kernel = name + Elements.suffix(parameters[from].dtype());
      Launch launch = arguments.apply(device.kernel(kernel).args().arg(struct));
      int blocks = Math.min(MOST_BLOCKS, (largest + THREADS - 1) / THREADS);
      launch.run(blocks, count, 1, THREADS, 1, 1);
    }
    for (Data[] operand : operands) {
      device.keep(Arrays.stream(operand).map(Data::storage).toArray());
    }
  }
}
