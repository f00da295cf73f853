package dev.tern;

import dev.tern.shape.AutogradException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The hooks of one gradient, called in the order in which they were registered. */
final class Hooks {
  private final List<GradientHook> hooks = new CopyOnWriteArrayList<>();

  HookHandle add(GradientHook hook) {
    GradientHook own = hook::apply; // the same hook may be registered twice
    hooks.add(own);
    return () -> hooks.remove(own);
  }

  Tensor run(Tensor gradient) {
    Tensor current = gradient;
    for (GradientHook hook : hooks) {
      @Nullable Tensor replaced = hook.apply(current);
      if (replaced != null) {
        if (!replaced.shape().equals(gradient.shape()) || replaced.dtype() != gradient.dtype()) {
          throw new AutogradException(
              "registerHook: the hook gave %s %s for a gradient of %s %s"
                  .formatted(
                      replaced.dtype(), replaced.shape(), gradient.dtype(), gradient.shape()));
        }
        current = replaced;
      }
    }
    return current;
  }
}
