package dev.tern.io;

import dev.tern.Parameter;
import dev.tern.StateDict;
import dev.tern.Tensor;
import dev.tern.Tuple;
import dev.tern.device.Backend;
import dev.tern.device.Storage;
import dev.tern.io.Pickled.Dict;
import dev.tern.io.Pickled.None;
import dev.tern.io.Pickled.StorageRef;
import dev.tern.io.Pickled.TensorRef;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns a checked file into values on a device. What is one object or one storage in the file is
 * one in the result.
 */
final class TensorLoader {
  private final TorchFile file;
  private final Backend backend;
  private final Map<String, Storage> storages = new HashMap<>();
  private final Map<Object, Object> made = new IdentityHashMap<>();

  TensorLoader(TorchFile file, Backend backend) {
    this.file = file;
    this.backend = backend;
  }

  /** The file's object: a map, a list, a tensor, a string, a number, a Boolean, or null. */
  @Nullable Object load() throws IOException {
    return value(file.root());
  }

  /**
   * The file's object, which must be a state dict.
   *
   * @throws FormatException if it is something else; says what, and what reads it
   */
  StateDict loadStateDict() throws IOException {
    if (!(file.root() instanceof Dict dict)) {
      throw notStateDict(describe(file.root()));
    }
    for (Map.Entry<Object, Object> entry : dict.entries.entrySet()) {
      if (!(entry.getKey() instanceof String) || !(entry.getValue() instanceof TensorRef)) {
        throw notStateDict(
            "a dict in which %s is %s"
                .formatted(Describe.quoted(entry.getKey()), describe(entry.getValue())));
      }
    }
    return stateDict(dict);
  }

  private FormatException notStateDict(String what) {
    return file.source()
        .refuse(
            "it holds %s, not a state dict of tensors by name; Checkpoint.loadObject reads it"
                .formatted(what));
  }

  private static String describe(Object pickled) {
    if (pickled instanceof TensorRef) {
      return "a tensor";
    }
    return pickled instanceof Dict dict
        ? Describe.dict(dict.entries.keySet())
        : Describe.value(pickled == None.NONE ? null : pickled);
  }

  private @Nullable Object value(Object pickled) throws IOException {
    if (pickled == None.NONE) {
      return null;
    }
    if (pickled instanceof String || pickled instanceof Number || pickled instanceof Boolean) {
      return pickled;
    }
    Object value = made.get(pickled);
    if (value == null) {
      value = make(pickled);
      made.put(pickled, value);
    }
    return value;
  }

  private Object make(Object pickled) throws IOException {
    if (pickled instanceof TensorRef ref) {
      return tensor(ref);
    }
    if (pickled instanceof Dict dict) {
      return isStateDict(dict) ? stateDict(dict) : map(dict);
    }
    if (pickled instanceof Set<?> set) {
      Set<@Nullable Object> values = new LinkedHashSet<>();
      for (Object element : set) {
        values.add(value(element));
      }
      return values;
    }
    List<@Nullable Object> values = new ArrayList<>();
    for (Object element : (List<?>) pickled) {
      values.add(value(element));
    }
    return pickled instanceof Tuple ? Tuple.copyOf(values) : values;
  }

  /** What {@code state_dict()} gives: an OrderedDict of tensors by name. */
  private static boolean isStateDict(Dict dict) {
    if (!dict.ordered) {
      return false;
    }
    for (Map.Entry<Object, Object> entry : dict.entries.entrySet()) {
      if (!(entry.getKey() instanceof String) || !(entry.getValue() instanceof TensorRef)) {
        return false;
      }
    }
    return true;
  }

  private StateDict stateDict(Dict dict) throws IOException {
    StateDict state = new StateDict();
    for (Map.Entry<Object, Object> entry : dict.entries.entrySet()) {
      state.put((String) entry.getKey(), (Tensor) made(entry.getValue()));
    }
    if (dict.metadata != null) {
      for (Map.Entry<Object, Object> entry : dict.metadata.entries.entrySet()) {
        if (entry.getKey() instanceof String name && entry.getValue() != None.NONE) {
          state.metadata().put(name, made(entry.getValue()));
        }
      }
    }
    return state;
  }

  private Map<@Nullable Object, @Nullable Object> map(Dict dict) throws IOException {
    Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
    for (Map.Entry<Object, Object> entry : dict.entries.entrySet()) {
      map.put(value(entry.getKey()), value(entry.getValue()));
    }
    return map;
  }

  /** A value that is not None. */
  private Object made(Object pickled) throws IOException {
    Object value = value(pickled);
    if (value == null) {
      throw file.source().refuse("a None where a value should be");
    }
    return value;
  }

  private Tensor tensor(TensorRef ref) throws IOException {
    Tensor tensor = Tensor.wrap(storage(ref.storage()), ref.view());
    if (ref.parameter()) {
      tensor = new Parameter(tensor);
      tensor.requiresGrad_(ref.requiresGrad());
    } else if (ref.requiresGrad()) {
      tensor.requiresGrad_(true);
    }
    return tensor;
  }

  private Storage storage(StorageRef ref) throws IOException {
    Storage storage = storages.get(ref.key());
    if (storage == null) {
      ByteRange range = file.storages().get(ref.key());
      if (range == null) {
        throw file.source().refuse("storage '%s' is not in the file".formatted(ref.key()));
      }
      storage =
          Elements.load(file.source(), range, file.order(), ref.dtype(), ref.numel(), backend);
      storages.put(ref.key(), storage);
    }
    return storage;
  }
}
