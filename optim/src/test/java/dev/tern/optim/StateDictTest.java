package dev.tern.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.Parameter;
import dev.tern.Tensor;
import dev.tern.Tuple;
import dev.tern.shape.DType;
import dev.tern.shape.StateDictException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** State dicts have PyTorch's form, and one that does not fit changes nothing. */
class StateDictTest {
  private final Parameter w = new Parameter(Tensor.from(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
  private final Parameter b = new Parameter(Tensor.of(1f, 2f));

  private void step(Optimizer optimizer, Parameter... parameters) {
    for (Parameter p : parameters) {
      p.setGrad(Tensor.ones(p.shape().toArray()));
    }
    optimizer.step();
    optimizer.zeroGrad();
  }

  @SuppressWarnings("unchecked")
  private static Map<Object, Map<String, Object>> states(Map<String, ?> dict) {
    return (Map<Object, Map<String, Object>>) dict.get("state");
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> group(Map<String, ?> dict, int index) {
    return ((List<Map<String, Object>>) dict.get("param_groups")).get(index);
  }

  @Test
  void adamsHasPyTorchsKeysInPyTorchsOrder() {
    Adam optimizer =
        new Adam(List.of(w), Adam.lr(0.01)).addGroup(List.of(b), Adam.lr(0.1).amsgrad(true));
    step(optimizer, w, b);
    step(optimizer, w);
    Map<String, ?> dict = optimizer.stateDict();
    assertEquals(List.of("state", "param_groups"), List.copyOf(dict.keySet()));
    assertEquals(List.of(0L, 1L), List.copyOf(states(dict).keySet()));
    assertEquals(
        List.of("step", "exp_avg", "exp_avg_sq"), List.copyOf(states(dict).get(0L).keySet()));
    assertEquals(
        List.of("step", "exp_avg", "exp_avg_sq", "max_exp_avg_sq"),
        List.copyOf(states(dict).get(1L).keySet()));
    Tensor steps = (Tensor) states(dict).get(0L).get("step");
    assertEquals(2, steps.item());
    assertEquals(DType.FLOAT32, steps.dtype());
    assertEquals(0, steps.rank());
    Map<String, Object> expected = new LinkedHashMap<>();
    expected.put("lr", 0.01);
    expected.put("betas", Tuple.of(0.9, 0.999));
    expected.put("eps", 1e-8);
    expected.put("weight_decay", 0.0);
    expected.put("amsgrad", false);
    expected.put("maximize", false);
    expected.put("foreach", null);
    expected.put("capturable", false);
    expected.put("differentiable", false);
    expected.put("fused", null);
    expected.put("decoupled_weight_decay", false);
    expected.put("params", List.of(0L));
    assertEquals(expected, group(dict, 0));
    assertEquals(new ArrayList<>(expected.keySet()), new ArrayList<>(group(dict, 0).keySet()));
    assertTrue(group(dict, 0).get("betas") instanceof Tuple);
    assertEquals(List.of(1L), group(dict, 1).get("params"));
  }

  @Test
  void sgdHasNothingToRememberWithoutMomentum() {
    SGD optimizer = new SGD(List.of(w), SGD.lr(0.1));
    step(optimizer, w);
    assertTrue(states(optimizer.stateDict()).isEmpty());
  }

  @Test
  void adagradHasItsSumsFromTheStart() {
    Adagrad optimizer = new Adagrad(List.of(b), Adagrad.lr(0.1).initialAccumulatorValue(0.5));
    Map<String, Object> state = states(optimizer.stateDict()).get(0L);
    assertEquals(0, ((Tensor) state.get("step")).item());
    assertArrayEquals(new float[] {0.5f, 0.5f}, ((Tensor) state.get("sum")).toFloatArray());
  }

  @Test
  void settingsAndWhatOthersKeepInAGroupComeBack() {
    SGD optimizer = new SGD(List.of(w), SGD.lr(0.1).momentum(0.9));
    new StepLR(optimizer, 1, 0.5).step();
    Map<String, ?> dict = optimizer.stateDict();
    group(dict, 0).put("someone_elses", "note");
    SGD other = new SGD(List.of(w), SGD.lr(1));
    other.loadStateDict(dict);
    assertEquals(0.05, other.groups().get(0).lr());
    assertEquals(0.1, other.groups().get(0).initialLr());
    assertEquals(0.9, other.groups().get(0).settings().number("momentum"));
    assertEquals("note", group(other.stateDict(), 0).get("someone_elses"));
  }

  @Test
  void whatIsLoadedIsACopyOfTheParametersType() {
    SGD optimizer = new SGD(List.of(w), SGD.lr(0.1).momentum(0.9));
    step(optimizer, w);
    Parameter wide = new Parameter(w.detach().to(DType.FLOAT64));
    SGD other = new SGD(List.of(wide), SGD.lr(0.1).momentum(0.9));
    other.loadStateDict(optimizer.stateDict());
    step(optimizer, w);
    Tensor buffer = (Tensor) states(other.stateDict()).get(0L).get("momentum_buffer");
    assertEquals(DType.FLOAT64, buffer.dtype());
    assertEquals(1, buffer.max().item());
  }

  @Test
  void parametersThatTookNoStepForgetTheirs() {
    SGD fresh = new SGD(List.of(w, b), SGD.lr(0.1).momentum(0.9));
    Map<String, ?> dict = fresh.stateDict();
    SGD used = new SGD(List.of(w, b), SGD.lr(0.1).momentum(0.9));
    step(used, w, b);
    used.loadStateDict(dict);
    assertTrue(states(used.stateDict()).isEmpty());
  }

  /** PyTorch 1.13 had fewer settings, whole numbers for floats, and None for no momentum. */
  @Test
  void olderFormsAreTaken() {
    Map<String, Object> group = new HashMap<>();
    group.put("lr", Tensor.scalar(0.25));
    group.put("momentum", 0L);
    group.put("weight_decay", 0L);
    group.put("nesterov", false);
    group.put("params", List.of(0L));
    Map<Object, Object> none = new HashMap<>();
    none.put("momentum_buffer", null);
    SGD optimizer = new SGD(List.of(w), SGD.lr(1).dampening(0.5));
    optimizer.loadStateDict(Map.of("state", Map.of(0L, none), "param_groups", List.of(group)));
    assertEquals(0.25, optimizer.groups().get(0).lr());
    assertEquals(0.5, optimizer.groups().get(0).settings().number("dampening"));
    RMSprop counted = new RMSprop(List.of(w), RMSprop.lr(1));
    step(counted, w);
    Map<String, ?> dict = counted.stateDict();
    states(dict).get(0L).put("step", 7L);
    counted.loadStateDict(dict);
    assertEquals(7, ((Tensor) states(counted.stateDict()).get(0L).get("step")).item());
  }

  @Test
  void everyFaultIsNamedAndNothingChanges() {
    Adam optimizer = new Adam(List.of(w, b), Adam.lr(0.01));
    step(optimizer, w, b);
    String before = optimizer.stateDict().toString();
    Map<String, ?> dict = optimizer.stateDict();
    group(dict, 0).put("lr", -1.0);
    group(dict, 0).put("betas", Tuple.of(0.9, 1.5));
    group(dict, 0).put("amsgrad", "yes");
    states(dict).get(0L).put("exp_avg", Tensor.zeros(3, 2));
    states(dict).get(0L).put("square_avg", Tensor.zeros(2, 3));
    states(dict).get(1L).remove("exp_avg_sq");
    states(dict).get(1L).put("step", "three");
    String message =
        assertThrows(StateDictException.class, () -> optimizer.loadStateDict(dict)).getMessage();
    for (String part :
        List.of(
            "Error(s) in loading state_dict for Adam:",
            "param_groups[0]: Invalid learning rate: -1.0",
            "param_groups[0]: Invalid beta parameter at index 1: 1.5",
            "param_groups[0]: Invalid amsgrad: yes",
            "state[0]: 'exp_avg' has the shape [3, 2], the parameter [2, 3]",
            "state[0]: unexpected 'square_avg'",
            "state[1]: no 'exp_avg_sq'",
            "state[1]: 'step' is no number that fits: three")) {
      assertTrue(message.contains(part), part + " in " + message);
    }
    assertEquals(before, optimizer.stateDict().toString());
  }

  @Test
  void otherOptimizersAndCountsAreRefused() {
    Adam optimizer = new Adam(List.of(w, b), Adam.lr(0.01));
    SGD one = new SGD(List.of(w), SGD.lr(0.1));
    String message =
        assertThrows(StateDictException.class, () -> optimizer.loadStateDict(one.stateDict()))
            .getMessage();
    assertTrue(message.contains("the checkpoint has 1 parameters, the optimizer 2"), message);
    SGD two = new SGD(List.of(w), SGD.lr(0.1)).addGroup(List.of(b), SGD.lr(1));
    message =
        assertThrows(StateDictException.class, () -> optimizer.loadStateDict(two.stateDict()))
            .getMessage();
    assertTrue(message.contains("2 parameter groups, the optimizer 1"), message);
    assertThrows(StateDictException.class, () -> one.loadStateDict(Map.of("epoch", 3)));
    Map<String, ?> nesterov = one.stateDict();
    group(nesterov, 0).put("nesterov", true); // without momentum
    assertThrows(StateDictException.class, () -> one.loadStateDict(nesterov));
    Map<String, ?> stranger = one.stateDict();
    states(stranger).put(5L, new HashMap<>());
    message =
        assertThrows(StateDictException.class, () -> one.loadStateDict(stranger)).getMessage();
    assertTrue(message.contains("state[5]: no group has this parameter"), message);
  }

  @Test
  void aScheduleOfOtherSettingsIsRefused() {
    SGD optimizer = new SGD(List.of(w), SGD.lr(0.1));
    StepLR schedule = new StepLR(optimizer, 3, 0.5);
    schedule.step();
    Map<String, ?> state = schedule.stateDict();
    StepLR other = new StepLR(optimizer, 4, 0.5);
    String message =
        assertThrows(StateDictException.class, () -> other.loadStateDict(state)).getMessage();
    assertTrue(message.contains("step_size is 3 in the checkpoint, 4 here"), message);
    assertEquals(0, other.epoch());
    StepLR same = new StepLR(optimizer, 3, 0.5);
    same.loadStateDict(state);
    assertEquals(1, same.epoch());
    assertThrows(StateDictException.class, () -> same.loadStateDict(Map.of("last_epoch", "one")));
    assertEquals(1, same.epoch());
  }

  @Test
  void aPlateauComesBack() {
    SGD optimizer = new SGD(List.of(w), SGD.lr(0.1));
    var options = ReduceLROnPlateau.max().patience(1).cooldown(1).absoluteThreshold(0.1);
    var schedule = new ReduceLROnPlateau(optimizer, options);
    for (double metric : new double[] {0.5, 0.55, 0.4}) {
      schedule.step(metric);
    }
    assertEquals(0.01, optimizer.groups().get(0).lr(), 1e-12);
    var other = new ReduceLROnPlateau(optimizer, options);
    other.loadStateDict(schedule.stateDict());
    assertEquals(schedule.stateDict(), other.stateDict());
    var tighter = new ReduceLROnPlateau(optimizer, options.patience(5));
    assertThrows(StateDictException.class, () -> tighter.loadStateDict(schedule.stateDict()));
  }

  @Test
  void momentumOfASchedulesCycleIsTheBetaOfAdam() {
    Adam optimizer = new Adam(List.of(w), Adam.lr(0.01));
    new OneCycleLR(optimizer, OneCycleLR.maxLr(0.1).totalSteps(10).momentum(0.8, 0.95));
    assertEquals(Tuple.of(0.95, 0.999), group(optimizer.stateDict(), 0).get("betas"));
    Adagrad none = new Adagrad(List.of(b), Adagrad.lr(0.1));
    assertThrows(
        IllegalArgumentException.class,
        () -> new OneCycleLR(none, OneCycleLR.maxLr(0.1).totalSteps(10)));
    assertFalse(none.groups().get(0).settings().has("momentum"));
  }
}
