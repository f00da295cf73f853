package dev.tern.nn;

import dev.tern.HookHandle;
import dev.tern.Parameter;
import dev.tern.StateDict;
import dev.tern.Tensor;
import dev.tern.TensorFunction;
import dev.tern.device.Device;
import dev.tern.nn.Members.Member;
import dev.tern.nn.Members.Place;
import dev.tern.shape.DType;
import dev.tern.shape.DTypeException;
import dev.tern.shape.StateDictException;
import dev.tern.shape.TernException;
import java.lang.ref.WeakReference;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A part of a network, {@code torch.nn.Module}: {@link #forward} is what you write, {@link #apply}
 * is what you call.
 *
 * <p>Nothing is registered by hand. The fields of a subclass are its state, in declaration order,
 * superclass first: a {@link Parameter} is trained, any other {@link Tensor} is a buffer (saved,
 * not trained), a {@code Module} is a child, and a {@code List}, {@code Map} or array of modules is
 * walked too. A {@code transient} field is not state, a {@link NotSaved} one moves with the module
 * but is not saved; static fields are left out. A field {@code batchNorm} has the key {@code
 * batch_norm}. Make the fields final: their values are read at each walk, but whoever holds the
 * module should not wonder.
 *
 * <p>In evaluation mode a module may be used by many threads at once.
 */
public abstract class Module implements TensorFunction {
  /**
   * Which module an exception left last on this thread, so that the module around it finds the
   * name.
   */
  private record Leaving(WeakReference<TernException> exception, WeakReference<Module> module) {}

  private static final ThreadLocal<@Nullable Leaving> LEAVING = new ThreadLocal<>();

  private final Map<String, Object> registered = new LinkedHashMap<>();
  private volatile @Nullable ModuleHooks hooks;
  private volatile boolean training = true;

  /** For subclasses. */
  protected Module() {}

  // calling it

  /**
   * Calls the module, Python's {@code module(x)}: {@link #forward} and then the hooks. A {@link
   * TernException} on its way out collects the path of the module it happened in.
   */
  @Override
  public final Tensor apply(Tensor x) {
    try {
      ModuleHooks around = hooks;
      return around == null ? forward(x) : around.call(this, x);
    } catch (TernException e) {
      throw leaving(e);
    }
  }

  /**
   * What the module computes. A module that takes other inputs leaves this alone and declares its
   * own pair of {@code apply} and {@code forward}.
   *
   * @throws UnsupportedOperationException unless overridden; the message says which call fits
   */
  protected Tensor forward(Tensor x) {
    String fits =
        Arrays.stream(getClass().getMethods())
            .filter(m -> m.getName().equals("apply") && !m.isBridge() && m.getParameterCount() != 1)
            .filter(m -> !Modifier.isStatic(m.getModifiers()))
            .map(Module::signature)
            .collect(Collectors.joining(" or "));
    throw new UnsupportedOperationException(
        fits.isEmpty()
            ? name() + " has no forward(Tensor); override it, or declare an apply of its own"
            : name() + " does not take one tensor alone; call " + fits);
  }

  private static String signature(Method method) {
    return Arrays.stream(method.getParameterTypes())
        .map(Class::getSimpleName)
        .collect(Collectors.joining(", ", "apply(", ")"));
  }

  /**
   * Notes that an exception leaves this module, and names the child it came from; for an {@code
   * apply} of your own: {@code catch (TernException e) { throw leaving(e); }}.
   */
  protected final TernException leaving(TernException e) {
    Leaving last = LEAVING.get();
    Module child = last != null && last.exception.get() == e ? last.module.get() : null;
    if (child != null && child != this) {
      try {
        String name = Members.nameOf(this, child);
        if (name != null) {
          e.within(name);
        }
      } catch (IllegalStateException broken) {
        e.addSuppressed(broken);
      }
    }
    LEAVING.set(new Leaving(new WeakReference<>(e), new WeakReference<>(this)));
    return e;
  }

  /**
   * Names the child that an exception came from, for a module that knows which one it was calling.
   */
  static TernException leavingChild(String name, TernException e) {
    e.within(name);
    LEAVING.set(new Leaving(new WeakReference<>(e), new WeakReference<>(null)));
    return e;
  }

  /** What is called after a module's {@link #forward}. */
  @FunctionalInterface
  public interface ForwardHook {
    /** Sees the input and the output; returns what replaces the output, or null to leave it. */
    @Nullable Tensor after(Module module, Tensor input, Tensor output);
  }

  /** What is called before a module's {@link #forward}. */
  @FunctionalInterface
  public interface ForwardPreHook {
    /** Sees the input; returns what replaces it, or null to leave it. */
    @Nullable Tensor before(Module module, Tensor input);
  }

  /** What is called when gradients have passed a module on their way back. */
  @FunctionalInterface
  public interface BackwardHook {
    /**
     * Sees both gradients; returns what replaces the input's, or null to leave it.
     *
     * @param gradInput null where the input does not require a gradient
     */
    @Nullable Tensor after(Module module, @Nullable Tensor gradInput, Tensor gradOutput);
  }

  /** Calls a hook before each forward, {@code register_forward_pre_hook}. */
  public final HookHandle registerForwardPreHook(ForwardPreHook hook) {
    return hooks().addBefore(hook);
  }

  /** Calls a hook after each forward, {@code register_forward_hook}. */
  public final HookHandle registerForwardHook(ForwardHook hook) {
    return hooks().addAfter(hook);
  }

  /**
   * Calls a hook in each backward pass, {@code register_full_backward_hook}. While there is one,
   * the module's input and output are views, so that their gradients are its own.
   */
  public final HookHandle registerFullBackwardHook(BackwardHook hook) {
    return hooks().addBackward(hook);
  }

  private ModuleHooks hooks() {
    synchronized (registered) {
      ModuleHooks all = hooks == null ? new ModuleHooks() : hooks;
      hooks = all;
      return all;
    }
  }

  // what it consists of

  /**
   * Adds a child by hand, for classes whose package is closed to reflection, and for children that
   * are in no field: {@code final Conv2d conv1 = register("conv1", new Conv2d(3, 16, 3));}.
   *
   * @param name the key, used as it stands
   * @throws IllegalArgumentException if the name is empty, has a dot or is taken
   */
  protected final <M extends Module> M register(String name, M child) {
    return registered(name, child);
  }

  /** Adds a parameter or buffer by hand, see {@link #register(String, Module)}. */
  protected final <T extends Tensor> T register(String name, T state) {
    return registered(name, state);
  }

  private <T> T registered(String name, T part) {
    if (registered.putIfAbsent(Members.checkedName(name), part) != null) {
      throw new IllegalArgumentException(name() + " has a '" + name + "' already");
    }
    return part;
  }

  final Map<String, Object> registered() {
    return registered;
  }

  /** The parameters, each once. */
  public final List<Parameter> parameters() {
    return List.copyOf(namedParameters().values());
  }

  /** The parameters, each once, under the first of its names. */
  public final Map<String, Parameter> namedParameters() {
    Map<String, Parameter> parameters = new LinkedHashMap<>();
    namedTensors(true)
        .forEach(
            (name, tensor) -> {
              if (tensor instanceof Parameter parameter) {
                parameters.put(name, parameter);
              }
            });
    return parameters;
  }

  /** The buffers, each once, under the first of its names. */
  public final Map<String, Tensor> namedBuffers() {
    Map<String, Tensor> buffers = namedTensors(true);
    buffers.values().removeIf(Parameter.class::isInstance);
    return buffers;
  }

  private Map<String, Tensor> namedTensors(boolean unsavedToo) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    Set<Tensor> seen = Members.identitySet();
    for (Place place : Members.places(this)) {
      for (Member member : place.tensors()) {
        Tensor tensor = (Tensor) member.value();
        if ((unsavedToo || member.saved()) && seen.add(tensor)) {
          tensors.put(place.pathOf(member), tensor);
        }
      }
    }
    return tensors;
  }

  /** This module, under the empty name, and all modules inside it, each once, parents first. */
  public final Map<String, Module> namedModules() {
    Map<String, Module> modules = new LinkedHashMap<>();
    Set<Module> seen = Members.identitySet();
    for (Place place : Members.places(this)) {
      Module module = place.module();
      if (module != null && seen.add(module)) {
        modules.put(place.name(), module);
      }
    }
    return modules;
  }

  /** The direct children, each once, under the first of its names. */
  public final Map<String, Module> namedChildren() {
    Map<String, Module> children = Members.children(this);
    Set<Module> seen = Members.identitySet();
    children.values().removeIf(child -> !seen.add(child));
    return children;
  }

  /** The direct children, each once. */
  public final List<Module> children() {
    return List.copyOf(namedChildren().values());
  }

  // state

  /**
   * The parameters and buffers at every name they have, sharing the memory of this module, with
   * PyTorch's {@code _metadata}. A block that is used ten times has one set of parameters and ten
   * sets of keys.
   */
  public final StateDict stateDict() {
    StateDict state = new StateDict();
    for (Place place : Members.places(this)) {
      Module module = place.module();
      state
          .metadata()
          .put(place.name(), Map.of("version", module == null ? 1 : module.stateVersion()));
      for (Member member : place.tensors()) {
        if (member.saved()) {
          state.put(place.pathOf(member), ((Tensor) member.value()).detach());
        }
      }
    }
    return state;
  }

  /**
   * Copies a state dict into this module; every key must fit, see {@link #loadStateDict(Map,
   * boolean)}.
   */
  public final IncompatibleKeys loadStateDict(Map<String, Tensor> state) {
    return loadStateDict(state, true);
  }

  /**
   * Copies a state dict into this module. Everything is checked before anything is changed. Values
   * are cast between floating-point types, and between integer types.
   *
   * @param strict whether missing and unexpected keys are errors; otherwise they are returned
   * @return prints {@code <All keys matched successfully>} where that is so
   * @throws StateDictException with all that does not fit, in PyTorch's words; the module is as it
   *     was
   */
  public final IncompatibleKeys loadStateDict(Map<String, Tensor> state, boolean strict) {
    return StateLoading.load(this, state, strict);
  }

  /**
   * The version of this class's part of a state dict, 1 unless overridden; saved in {@code
   * _metadata}.
   */
  protected int stateVersion() {
    return 1;
  }

  /**
   * What to load where a state dict of an older version lacks one of this module's own tensors, for
   * example a counter that was added later.
   *
   * @param key the tensor's key in this module
   * @param version the version that was saved, 0 where none was
   * @return null where a missing tensor is an error
   */
  protected @Nullable Tensor absentInVersion(String key, int version) {
    return null;
  }

  // changing it as a whole

  /** Sets this module and all inside it to training mode. */
  public final <M extends Module> M train() {
    return train(true);
  }

  /** Sets this module and all inside it to training mode, or to evaluation mode. */
  public final <M extends Module> M train(boolean mode) {
    for (Module module : namedModules().values()) {
      module.training = mode;
    }
    return self();
  }

  /** Sets this module and all inside it to evaluation mode. */
  public final <M extends Module> M eval() {
    return train(false);
  }

  final void setTraining(boolean mode) {
    training = mode;
  }

  /** Whether it is in training mode, as every module is at first. */
  public final boolean isTraining() {
    return training;
  }

  /**
   * Moves parameters, buffers and gradients to a device; parameters keep their identity, so an
   * optimizer made before the move still works.
   *
   * @return this module
   */
  public final <M extends Module> M to(Device device) {
    return moved(tensor -> tensor.to(device));
  }

  /**
   * Casts parameters, buffers and gradients of floating-point types; others stay as they are.
   *
   * @return this module
   * @throws DTypeException if the type is not of floating point
   */
  public final <M extends Module> M to(DType dtype) {
    if (!dtype.isFloatingPoint()) {
      throw new DTypeException(
          "Module.to: wants a floating-point type, got "
              + dtype
              + "; integer buffers stay as they are");
    }
    return moved(tensor -> tensor.dtype().isFloatingPoint() ? tensor.to(dtype) : tensor);
  }

  /**
   * Computes all new tensors first, so that a failure, for example for want of memory, changes
   * nothing.
   */
  private <M extends Module> M moved(UnaryOperator<Tensor> move) {
    List<Tensor> tensors = List.copyOf(namedTensors(true).values());
    List<Tensor> targets = new ArrayList<>();
    List<@Nullable Tensor> gradients = new ArrayList<>();
    for (Tensor tensor : tensors) {
      Tensor gradient = tensor.grad();
      targets.add(move.apply(tensor.detach()));
      gradients.add(gradient == null ? null : move.apply(gradient.detach()));
    }
    for (int i = 0; i < tensors.size(); i++) {
      tensors.get(i).set_(targets.get(i));
      tensors.get(i).setGrad(gradients.get(i));
    }
    return self();
  }

  /** Sets all gradients to null. */
  public final void zeroGrad() {
    parameters().forEach(parameter -> parameter.setGrad(null));
  }

  /** Says whether the parameters are trained, {@code requires_grad_}: false freezes them. */
  public final <M extends Module> M requiresGrad_(boolean requires) {
    parameters().forEach(parameter -> parameter.requiresGrad_(requires));
    return self();
  }

  /**
   * Calls a function with every module inside this one, children first, and then with this one:
   * {@code Module.apply}.
   */
  public final <M extends Module> M visit(Consumer<? super Module> function) {
    children().forEach(child -> child.visit(function));
    function.accept(this);
    return self();
  }

  @SuppressWarnings("unchecked") // whoever calls a method of a Net gets the Net
  private <M extends Module> M self() {
    return (M) this;
  }

  // printing it

  /** The settings that {@link #toString} shows, {@code extra_repr}; several lines are indented. */
  protected String extraRepr() {
    return "";
  }

  /**
   * What a call with an input of this shape goes through: shapes, parameters, multiply-adds; print
   * it. As {@link #summary(Tensor)} with zeros.
   */
  public final Summary summary(int... inputShape) {
    Tensor zeros = Tensor.zeros(inputShape);
    for (Parameter parameter : parameters()) {
      if (parameter.dtype().isFloatingPoint()) {
        return summary(zeros.to(parameter.dtype()).to(parameter.device()));
      }
    }
    return summary(zeros);
  }

  /**
   * What a call goes through, like torchinfo's {@code summary}. The call is made in evaluation mode
   * and is not recorded; afterwards all is as it was. Modules of several inputs are not shown.
   */
  public final Summary summary(Tensor input) {
    return Summary.of(this, input);
  }

  /** As PyTorch prints it. */
  @Override
  public final String toString() {
    Members.places(this); // says so if it contains itself
    return print(name(), extraRepr(), Members.of(this));
  }

  private static String print(String name, String extra, List<Member> members) {
    List<String> lines = new ArrayList<>();
    if (!extra.isEmpty()) {
      lines.addAll(extra.lines().toList());
    }
    int own = lines.size();
    for (Member member : members) {
      Object value = member.value();
      String text =
          value instanceof Members.Group group
              ? print(group.kind(), "", group.members())
              : value instanceof Module ? value.toString() : "";
      if (!text.isEmpty()) {
        lines.add("(" + member.name() + "): " + text.replace("\n", "\n  "));
      }
    }
    if (lines.isEmpty()) {
      return name + "()";
    }
    if (own == 1 && lines.size() == 1) {
      return name + "(" + lines.get(0) + ")";
    }
    return name + "(\n  " + String.join("\n  ", lines) + "\n)";
  }

  /** The simple name of the class, or of the nearest one that has a name. */
  final String name() {
    Class<?> type = getClass();
    while (type.isAnonymousClass()) {
      type = type.getSuperclass();
    }
    return type.getSimpleName();
  }
}
