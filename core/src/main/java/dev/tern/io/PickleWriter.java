package dev.tern.io;

import dev.tern.Parameter;
import dev.tern.StateDict;
import dev.tern.Tensor;
import dev.tern.Tuple;
import dev.tern.device.Storage;
import dev.tern.shape.DType;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes values as Python's pickler writes them, protocol 2, opcode for opcode: what PyTorch saves
 * and what this saves of the same values are the same bytes. Tensors name their storages, which go
 * elsewhere.
 */
final class PickleWriter {
  private static final int BATCH = 1000; // Python's, for the items of a list or dict

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final Map<Object, Integer> objects = new IdentityHashMap<>();
  private final Map<Object, Integer> strings = new HashMap<>();
  private final Map<Storage, String> keys = new IdentityHashMap<>();
  private final List<Storage> storages = new ArrayList<>();
  private final Map<Tensor, Tensor> plain = new IdentityHashMap<>();
  private final Set<Object> open = Collections.newSetFromMap(new IdentityHashMap<>());
  private int kept;

  /** The key of a global in the memo, so that it cannot be taken for a string. */
  private record GlobalName(String module, String name) {}

  /**
   * The pickle of a value.
   *
   * @throws IllegalArgumentException if something in it has no form there; says where
   */
  byte[] write(@Nullable Object value) {
    op(0x80);
    op(2); // PROTO
    value(value, "");
    op('.'); // STOP
    return out.toByteArray();
  }

  /** The storages of the tensors written, in the order of their keys 0, 1, ... */
  List<Storage> storages() {
    return storages;
  }

  private void value(@Nullable Object value, String path) {
    if (value == null) {
      op('N');
    } else if (value instanceof Boolean flag) {
      op(flag ? 0x88 : 0x89);
    } else if (value instanceof String text) {
      string(text);
    } else if (value instanceof Number number) {
      number(number, path);
    } else if (open.contains(value) || open.size() == Structure.DEEPEST) {
      throw new IllegalArgumentException(
          "save: maps and lists more than %d deep, or ones that hold themselves, at %s"
              .formatted(Structure.DEEPEST, where(path)));
    } else if (!recall(objects, value)) {
      open.add(value);
      container(value, path);
      open.remove(value);
    }
  }

  private void container(Object value, String path) {
    if (value instanceof Tensor tensor) {
      tensor(tensor, path);
    } else if (value instanceof StateDict state) {
      stateDict(state, path);
    } else if (value instanceof Map<?, ?> map) {
      op('}'); // EMPTY_DICT
      keep(objects, value);
      items(map, path, false);
    } else if (value instanceof Tuple tuple) {
      tuple(tuple, path);
    } else if (value instanceof List<?> list) {
      op(']'); // EMPTY_LIST
      keep(objects, value);
      elements(list, path);
    } else {
      throw new IllegalArgumentException(
          "save: %s is a %s; maps, lists, strings, numbers, Booleans, null and tensors can be saved"
              .formatted(where(path), value.getClass().getName()));
    }
  }

  private static String where(String path) {
    return path.isEmpty() ? "the value" : Describe.quoted(path);
  }

  private static String below(String path, Object step) {
    return path.isEmpty() ? String.valueOf(step) : path + "/" + step;
  }

  private void op(int opcode) {
    out.write(opcode);
  }

  private void number(Number number, String path) {
    if (number instanceof Float || number instanceof Double) {
      op('G'); // BINFLOAT, big-endian
      bytes(ByteBuffer.allocate(8).putDouble(number.doubleValue()));
    } else if (number instanceof Long
        || number instanceof Integer
        || number instanceof Short
        || number instanceof Byte) {
      whole(number.longValue());
    } else if (number instanceof BigInteger large && large.bitLength() < 255 * 8) {
      byte[] bigEndian = large.toByteArray();
      op(0x8a); // LONG1
      op(bigEndian.length);
      for (int i = bigEndian.length - 1; i >= 0; i--) {
        op(bigEndian[i]);
      }
    } else {
      throw new IllegalArgumentException(
          "save: %s is a %s, which Python's numbers do not hold"
              .formatted(where(path), number.getClass().getName()));
    }
  }

  private void whole(long value) {
    if (value == (value & 0xff)) {
      op('K'); // BININT1
      op((int) value);
    } else if (value == (value & 0xffff)) {
      op('M'); // BININT2
      op((int) value & 0xff);
      op((int) value >> 8);
    } else if (value == (int) value) {
      op('J'); // BININT
      bytes(littleEndian(4).putInt((int) value));
    } else {
      op(0x8a); // LONG1, of 8 bytes always: C++ reads no other
      op(8);
      bytes(littleEndian(8).putLong(value));
    }
  }

  private static ByteBuffer littleEndian(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void bytes(ByteBuffer full) {
    out.writeBytes(full.array());
  }

  private void string(String text) {
    if (!recall(strings, text)) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      op('X'); // BINUNICODE
      bytes(littleEndian(4).putInt(utf8.length));
      out.writeBytes(utf8);
      keep(strings, text);
    }
  }

  private void global(String module, String name) {
    GlobalName global = new GlobalName(module, name);
    if (!recall(strings, global)) {
      op('c'); // GLOBAL
      out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
      keep(strings, global);
    }
  }

  /** Puts an object that was written before, if it was. */
  private boolean recall(Map<Object, Integer> memo, Object value) {
    Integer index = memo.get(value);
    if (index != null) {
      indexed('h', 'j', index); // BINGET, LONG_BINGET
    }
    return index != null;
  }

  private void keep(Map<Object, Integer> memo, Object value) {
    memo.put(value, kept);
    keep();
  }

  /** Counts an object that is never met again, as Python does. */
  private void keep() {
    indexed('q', 'r', kept++); // BINPUT, LONG_BINPUT
  }

  private void indexed(int shortOp, int longOp, int index) {
    if (index < 256) {
      op(shortOp);
      op(index);
    } else {
      op(longOp);
      bytes(littleEndian(4).putInt(index));
    }
  }

  private void elements(List<?> list, String path) {
    int size = list.size();
    Iterator<?> rest = list.iterator();
    for (int start = 0; start < size; start += BATCH) {
      int count = Math.min(BATCH, size - start);
      if (count > 1) {
        op('('); // MARK
      }
      for (int i = 0; i < count; i++) {
        value(rest.next(), below(path, start + i));
      }
      op(count > 1 ? 'e' : 'a'); // APPENDS, APPEND
    }
  }

  private void items(Map<?, ?> map, String path, boolean detached) {
    int size = map.size();
    Iterator<? extends Map.Entry<?, ?>> rest = map.entrySet().iterator();
    for (int start = 0; start < size; start += BATCH) {
      int count = Math.min(BATCH, size - start);
      if (count > 1) {
        op('('); // MARK
      }
      for (int i = 0; i < count; i++) {
        Map.Entry<?, ?> entry = rest.next();
        Object key = entry.getKey();
        if (!(key instanceof String || key instanceof Number || key instanceof Boolean)) {
          throw new IllegalArgumentException(
              "save: a key of %s is neither a string nor a number".formatted(where(path)));
        }
        value(key, path);
        Object value = entry.getValue();
        value(detached && value instanceof Tensor tensor ? plain(tensor) : value, below(path, key));
      }
      op(count > 1 ? 'u' : 's'); // SETITEMS, SETITEM
    }
  }

  /** As {@code state_dict()} gives a parameter: without the wish for a gradient. */
  private Tensor plain(Tensor tensor) {
    return tensor.requiresGrad() || tensor instanceof Parameter
        ? plain.computeIfAbsent(tensor, Tensor::detach)
        : tensor;
  }

  private void tuple(Tuple tuple, String path) {
    int size = tuple.size();
    if (size == 0) {
      op(')'); // EMPTY_TUPLE
      return;
    }
    if (size > 3) {
      op('('); // MARK
    }
    for (int i = 0; i < size; i++) {
      value(tuple.get(i), below(path, i));
    }
    op(size > 3 ? 't' : 0x84 + size); // TUPLE, TUPLE1 to TUPLE3
    keep(objects, tuple);
  }

  private void emptyOrderedDict() {
    global("collections", "OrderedDict");
    op(')'); // EMPTY_TUPLE
    op('R'); // REDUCE
  }

  private void stateDict(StateDict state, String path) {
    emptyOrderedDict();
    keep(objects, state);
    items(state, path, true);
    if (!state.metadata().isEmpty()) {
      op('}'); // EMPTY_DICT, the attributes
      keep();
      string("_metadata");
      emptyOrderedDict();
      keep();
      items(state.metadata(), below(path, "_metadata"), false);
      op('s'); // SETITEM
      op('b'); // BUILD
    }
  }

  private void tensor(Tensor tensor, String path) {
    boolean parameter = tensor instanceof Parameter;
    if (parameter) {
      global("torch._utils", "_rebuild_parameter");
    }
    global("torch._utils", "_rebuild_tensor_v2");
    op('('); // MARK
    storage(tensor.storage());
    whole(tensor.layout().offset());
    sizes(tensor.shape().toArray());
    sizes(tensor.layout().strides());
    op(tensor.requiresGrad() && !parameter ? 0x88 : 0x89);
    emptyOrderedDict(); // its hooks
    keep();
    op('t'); // TUPLE
    keep();
    op('R'); // REDUCE
    if (parameter) {
      keep();
      op(tensor.requiresGrad() ? 0x88 : 0x89);
      emptyOrderedDict();
      keep();
      op(0x87); // TUPLE3
      keep();
      op('R'); // REDUCE
    }
    keep(objects, tensor);
  }

  private void storage(Storage storage) {
    DType dtype = storage.dtype();
    String key = keys.get(storage);
    if (key == null) {
      key = String.valueOf(storages.size());
      keys.put(storage, key);
      storages.add(storage);
    }
    op('('); // MARK
    string("storage");
    global("torch", Globals.storageName(dtype));
    string(key);
    string("cpu");
    whole(storage.size());
    op('t'); // TUPLE
    keep();
    op('Q'); // BINPERSID
  }

  private void sizes(int[] sizes) {
    if (sizes.length > 3) {
      op('('); // MARK
    }
    for (int size : sizes) {
      whole(size);
    }
    op(sizes.length == 0 ? ')' : sizes.length > 3 ? 't' : 0x84 + sizes.length);
    if (sizes.length > 0) {
      keep();
    }
  }
}
