package dev.tern.optim;

import dev.tern.Tensor;
import dev.tern.device.AdamSpec;
import dev.tern.device.Data;
import java.util.List;

/** Adam, {@code torch.optim.Adam}: Kingma and Ba (2015), with weight decay as an L2 penalty. */
public final class Adam extends Optimizer {
  static final StateForm STATE =
      StateForm.none().step().tensors("exp_avg", "exp_avg_sq").optional("max_exp_avg_sq");

  /** PyTorch's defaults with this learning rate: betas 0.9 and 0.999, eps 1e-8, no weight decay. */
  public static AdamOptions lr(double lr) {
    return AdamOptions.of(0, false).with("lr", lr);
  }

  /**
   * An optimizer of these parameters.
   *
   * @throws IllegalArgumentException if there are none, or one appears twice
   */
  public Adam(List<? extends Tensor> parameters, AdamOptions options) {
    addGroup(parameters, options);
  }

  /**
   * Adds parameters with settings of their own.
   *
   * @return this optimizer
   */
  public Adam addGroup(List<? extends Tensor> parameters, AdamOptions options) {
    add(parameters, options.settings);
    return this;
  }

  @Override
  protected StateForm stateForm() {
    return STATE;
  }

  @Override
  protected void step(List<Tensor> parameters, Settings s) {
    step(this, parameters, s);
  }

  /** Adam's step, and AdamW's: the settings tell them apart. */
  static void step(Optimizer optimizer, List<Tensor> parameters, Settings s) {
    parameters.forEach(p -> optimizer.state(p).nextStep());
    for (List<Tensor> alike : Kernels.alike(parameters, p -> optimizer.state(p).steps())) {
      List<ParameterState> states = alike.stream().map(optimizer::state).toList();
      List<Tensor> first = states.stream().map(state -> state.tensor("exp_avg")).toList();
      List<Tensor> second = states.stream().map(state -> state.tensor("exp_avg_sq")).toList();
      List<Tensor> largest =
          s.flag("amsgrad")
              ? states.stream().map(state -> state.tensor("max_exp_avg_sq")).toList()
              : List.of();
      var spec =
          new AdamSpec(
              s.number("lr"),
              s.beta(0),
              s.beta(1),
              s.number("eps"),
              s.number("weight_decay"),
              s.flag("decoupled_weight_decay"),
              s.flag("maximize"),
              states.get(0).steps());
      Data[] p = Kernels.data(alike);
      Data[] g = Kernels.data(Optimizer.gradients(alike));
      Data[] m = Kernels.data(first);
      Data[] v = Kernels.data(second);
      Data[] most = Kernels.data(largest);
      alike.get(0).backend().adam(spec, p, g, m, v, largest.isEmpty() ? null : most);
      String name = optimizer.name() + ".step";
      Kernels.changed(name, alike, p);
      Kernels.changed(name, first, m);
      Kernels.changed(name, second, v);
      Kernels.changed(name, largest, most);
    }
  }
}
