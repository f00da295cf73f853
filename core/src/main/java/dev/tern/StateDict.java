package dev.tern;

import java.util.AbstractMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of a module by name, in order, as {@code torch.nn.Module.state_dict()} gives them.
 * They share the module's memory.
 */
public final class StateDict extends AbstractMap<String, Tensor> {
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final Map<String, Object> metadata = new LinkedHashMap<>();

  /** An empty one. */
  public StateDict() {}

  /** One with the tensors of another map, in its order. */
  public StateDict(Map<String, Tensor> tensors) {
    this.tensors.putAll(tensors);
  }

  /**
   * What PyTorch keeps beside a state dict as {@code _metadata}: for each module's path its
   * version, so that what older versions saved can be told.
   */
  public Map<String, Object> metadata() {
    return metadata;
  }

  @Override
  public @Nullable Tensor put(String name, Tensor tensor) {
    return tensors.put(name, tensor);
  }

  @Override
  public @Nullable Tensor get(@Nullable Object name) {
    return tensors.get(name);
  }

  @Override
  public boolean containsKey(@Nullable Object name) {
    return tensors.containsKey(name);
  }

  @Override
  public Set<Map.Entry<String, Tensor>> entrySet() {
    return tensors.entrySet();
  }
}
