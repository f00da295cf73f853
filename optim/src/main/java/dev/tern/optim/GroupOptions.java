package dev.tern.optim;

/**
 * The settings of a group of parameters as one writes them, an immutable value: each method gives a
 * copy that differs in one of them.
 *
 * @param <O> the optimizer's own options
 */
public abstract sealed class GroupOptions<O extends GroupOptions<O>>
    permits AdamOptions,
        SGD.Options,
        RMSprop.Options,
        Adagrad.Options,
        Adadelta.Options,
        Adamax.Options,
        NAdam.Options,
        RAdam.Options {
  final Settings settings;

  GroupOptions(Settings settings) {
    this.settings = settings;
  }

  abstract O of(Settings changed);

  final O with(String name, Object value) {
    return of(settings.with(name, value));
  }

  /** With this weight decay, at least 0: an L2 penalty, unless the optimizer says otherwise. */
  public final O weightDecay(double value) {
    return with("weight_decay", value);
  }

  /** Climbing instead of descending. */
  public final O maximize() {
    return maximize(true);
  }

  /** Climbing or descending. */
  public final O maximize(boolean climb) {
    return with("maximize", climb);
  }
}
