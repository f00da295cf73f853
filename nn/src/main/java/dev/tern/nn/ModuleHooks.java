package dev.tern.nn;

import dev.tern.HookHandle;
import dev.tern.Tensor;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The hooks of one module, and its call with them around it. */
final class ModuleHooks {
  private final List<Module.ForwardPreHook> before = new CopyOnWriteArrayList<>();
  private final List<Module.ForwardHook> after = new CopyOnWriteArrayList<>();
  private final List<Module.BackwardHook> backward = new CopyOnWriteArrayList<>();

  // a hook of our own each time, because the same one may be registered twice

  HookHandle addBefore(Module.ForwardPreHook hook) {
    Module.ForwardPreHook own = hook::before;
    before.add(own);
    return () -> before.remove(own);
  }

  HookHandle addAfter(Module.ForwardHook hook) {
    Module.ForwardHook own = hook::after;
    after.add(own);
    return () -> after.remove(own);
  }

  HookHandle addBackward(Module.BackwardHook hook) {
    Module.BackwardHook own = hook::after;
    backward.add(own);
    return () -> backward.remove(own);
  }

  Tensor call(Module module, Tensor input) {
    Tensor x = input;
    for (Module.ForwardPreHook hook : before) {
      Tensor other = hook.before(module, x);
      x = other == null ? x : other;
    }
    var gradients = backward.isEmpty() ? null : new Gradients(module);
    x = gradients == null ? x : gradients.watchInput(x);
    Tensor y = module.forward(x);
    for (Module.ForwardHook hook : after) {
      Tensor other = hook.after(module, x, y);
      y = other == null ? y : other;
    }
    return gradients == null ? y : gradients.watchOutput(y);
  }

  /** Catches the gradients of one call's output and input on their way back. */
  private final class Gradients {
    private final Module module;
    private boolean reachesInput;
    private @Nullable Tensor ofOutput;

    Gradients(Module module) {
      this.module = module;
    }

    Tensor watchInput(Tensor x) {
      if (!x.requiresGrad()) {
        return x;
      }
      Tensor own = x.viewAs(x); // others may read x as well; this one's gradient is the module's
      if (own.requiresGrad()) { // not where operations are not recorded
        own.registerHook(this::run);
        reachesInput = true;
      }
      return own;
    }

    Tensor watchOutput(Tensor y) {
      Tensor own = y.viewAs(y);
      if (!own.requiresGrad() || own.isLeaf()) {
        return y;
      }
      own.registerHook(
          gradient -> {
            ofOutput = gradient;
            if (!reachesInput) {
              run(null);
            }
            return null;
          });
      return own;
    }

    private @Nullable Tensor run(@Nullable Tensor ofInput) {
      Tensor current = ofInput;
      if (ofOutput == null) {
        return null; // the output was not what the gradient came through
      }
      for (Module.BackwardHook hook : backward) {
        Tensor other = hook.after(module, current, ofOutput);
        current = other == null ? current : other;
      }
      return current;
    }
  }
}
