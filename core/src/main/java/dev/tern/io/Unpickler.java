package dev.tern.io;

import dev.tern.Tuple;
import dev.tern.io.Pickled.Call;
import dev.tern.io.Pickled.Dict;
import dev.tern.io.Pickled.None;
import dev.tern.io.Pickled.StorageRef;
import dev.tern.io.Pickled.StorageType;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Runs the pickles that hold state dicts: protocol 2, its data opcodes, calls of what {@link
 * Globals} lists, and nothing else. Fails closed; does not recurse; keeps a few words for each byte
 * it has read and no more. What it makes may still be cyclic or nested without end: {@link
 * Structure} looks into that.
 */
final class Unpickler {
  private final ByteSource source;
  private final ByteCursor in;
  private final TensorCalls calls;
  private final Map<String, StorageRef> storages = new LinkedHashMap<>();
  private final List<Object> stack = new ArrayList<>();
  private final Map<Long, Object> memo = new HashMap<>();
  private int[] marks = new int[16];
  private int depth;

  /**
   * Creates an unpickler of one pickle.
   *
   * @param in where the pickle begins; left behind its end
   */
  Unpickler(ByteSource source, ByteCursor in) {
    this.source = source;
    this.in = in;
    this.calls = new TensorCalls(source);
  }

  /** Every storage that the pickle names, by key. */
  Map<String, StorageRef> storages() {
    return storages;
  }

  /** Runs the pickle and gives what it leaves. */
  Object load() throws IOException {
    for (int opcode = in.u8(); opcode != '.'; opcode = in.u8()) {
      step(opcode);
    }
    if (depth != 0 || stack.size() != 1) {
      throw damaged("it ends with %d objects instead of one".formatted(stack.size()));
    }
    return stack.get(0);
  }

  private void step(int opcode) throws IOException {
    switch (opcode) {
      case 0x80 -> protocol(in.u8()); // PROTO
      case '(' -> mark(); // MARK
      case 'N' -> push(None.NONE); // NONE
      case 0x88 -> push(true); // NEWTRUE
      case 0x89 -> push(false); // NEWFALSE
      case 'J' -> push((long) in.i32()); // BININT
      case 'K' -> push((long) in.u8()); // BININT1
      case 'M' -> push((long) in.u16()); // BININT2
      case 0x8a -> push(whole(in.bytes(in.u8()))); // LONG1
      case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(in.i64()))); // BINFLOAT
      case 'X' -> push(in.utf8(in.u32())); // BINUNICODE
      case 'U' -> push(in.utf8(in.u8())); // SHORT_BINSTRING
      case '}' -> push(new Dict(false)); // EMPTY_DICT
      case ']' -> push(new ArrayList<>()); // EMPTY_LIST
      case 0x8f -> push(new LinkedHashSet<>()); // EMPTY_SET
      case ')' -> push(Tuple.of()); // EMPTY_TUPLE
      case 't' -> push(Tuple.copyOf(popToMark())); // TUPLE
      case 0x85 -> push(tuple(1)); // TUPLE1
      case 0x86 -> push(tuple(2)); // TUPLE2
      case 0x87 -> push(tuple(3)); // TUPLE3
      case 'q' -> memo.put((long) in.u8(), top()); // BINPUT
      case 'r' -> memo.put(in.u32(), top()); // LONG_BINPUT
      case 'h' -> push(recall(in.u8())); // BINGET
      case 'j' -> push(recall(in.u32())); // LONG_BINGET
      case 'a' -> append(); // APPEND
      case 'e' -> appends(); // APPENDS
      case 's' -> setItem(); // SETITEM
      case 'u' -> setItems(); // SETITEMS
      case 0x90 -> addItems(); // ADDITEMS
      case 'c' -> push(global(in.line(), in.line())); // GLOBAL
      case 'Q' -> push(storage(pop())); // BINPERSID
      case 'R' -> reduce(); // REDUCE
      case 'b' -> build(); // BUILD
      case 0x81 ->
          throw source.refuse(
              "it holds a whole pickled object (NEWOBJ), not its state; save model.state_dict()");
      default ->
          throw source.refuse(
              "opcode 0x%02x in the pickle, which no state dict needs".formatted(opcode));
    }
  }

  private void protocol(int version) throws FormatException {
    if (version != 2) {
      throw source.refuse(
          "pickle protocol %d; PyTorch writes 2 unless told otherwise".formatted(version));
    }
  }

  private static Object whole(byte[] littleEndian) {
    if (littleEndian.length == 0) {
      return 0L;
    }
    byte[] bytes = new byte[littleEndian.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = littleEndian[bytes.length - 1 - i];
    }
    BigInteger value = new BigInteger(bytes);
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }

  private void mark() {
    if (depth == marks.length) {
      marks = Arrays.copyOf(marks, 2 * depth);
    }
    marks[depth++] = stack.size();
  }

  private void push(Object value) {
    stack.add(value);
  }

  private Object top() throws FormatException {
    int floor = depth == 0 ? 0 : marks[depth - 1];
    if (stack.size() <= floor) {
      throw damaged("it takes more objects than there are");
    }
    return stack.get(stack.size() - 1);
  }

  private Object pop() throws FormatException {
    Object top = top();
    stack.remove(stack.size() - 1);
    return top;
  }

  private List<Object> popToMark() throws FormatException {
    if (depth == 0) {
      throw damaged("it looks for a mark that is not there");
    }
    List<Object> above = stack.subList(marks[--depth], stack.size());
    List<Object> popped = new ArrayList<>(above);
    above.clear();
    return popped;
  }

  private Tuple tuple(int size) throws FormatException {
    Object[] elements = new Object[size];
    for (int i = size - 1; i >= 0; i--) {
      elements[i] = pop();
    }
    return Tuple.of(elements);
  }

  private Object recall(long index) throws FormatException {
    Object value = memo.get(index);
    if (value == null) {
      throw damaged("it recalls object %d, which it never kept".formatted(index));
    }
    return value;
  }

  @SuppressWarnings("unchecked") // the only lists are this class's own
  private List<Object> list() throws FormatException {
    if (top() instanceof ArrayList<?> list) {
      return (List<Object>) list;
    }
    throw damaged("it appends to what is not a list");
  }

  private void append() throws FormatException {
    Object value = pop();
    list().add(value);
  }

  private void appends() throws FormatException {
    List<Object> values = popToMark();
    list().addAll(values);
  }

  private Dict dict() throws FormatException {
    if (top() instanceof Dict dict) {
      return dict;
    }
    throw damaged("it sets an item of what is not a dict");
  }

  private void setItem() throws FormatException {
    Object value = pop();
    Object key = pop();
    put(dict(), key, value);
  }

  private void setItems() throws FormatException {
    List<Object> items = popToMark();
    Dict dict = dict();
    if (items.size() % 2 != 0) {
      throw damaged("it sets a key without a value");
    }
    for (int i = 0; i < items.size(); i += 2) {
      put(dict, items.get(i), items.get(i + 1));
    }
  }

  private void put(Dict dict, Object key, Object value) throws FormatException {
    if (dict.entries.putIfAbsent(scalar(key), value) != null) {
      throw source.refuse("key '%s' occurs twice in a dict".formatted(key));
    }
  }

  @SuppressWarnings("unchecked") // the only sets are this class's own
  private void addItems() throws FormatException {
    List<Object> values = popToMark();
    if (!(top() instanceof LinkedHashSet<?> set)) {
      throw damaged("it adds to what is not a set");
    }
    for (Object value : values) {
      ((Set<Object>) set).add(scalar(value));
    }
  }

  /** Keys are plain values: what has parts could take forever to hash, or hold itself. */
  private Object scalar(Object key) throws FormatException {
    if (key instanceof String
        || key instanceof Number
        || key instanceof Boolean
        || key == None.NONE) {
      return key;
    }
    throw source.refuse("a key that is neither a string nor a number");
  }

  private Pickled global(String module, String name) throws FormatException {
    Pickled found = Globals.find(module, name);
    if (found == null) {
      throw source.refuse(Globals.refusal(module, name));
    }
    return found;
  }

  /**
   * {@code ('storage', torch.FloatStorage, key, location, numel)}, in the old format with a None
   * more.
   */
  private StorageRef storage(Object id) throws FormatException {
    if (!(id instanceof Tuple tuple)
        || tuple.size() != 5 && !(tuple.size() == 6 && tuple.get(5) == None.NONE)
        || !"storage".equals(tuple.get(0))
        || !(tuple.get(1) instanceof StorageType type)
        || !(tuple.get(2) instanceof String key)
        || !(tuple.get(3) instanceof String)
        || !(tuple.get(4) instanceof Long numel)) {
      throw damaged("a reference to something else than a storage");
    }
    if (numel < 0 || numel > Integer.MAX_VALUE) {
      throw source.refuse(
          "storage '%s' of %d elements; Tern holds at most 2^31 - 1".formatted(key, numel));
    }
    StorageRef named = new StorageRef(type.dtype(), key, numel.intValue());
    StorageRef known = storages.putIfAbsent(key, named);
    if (known != null && !known.equals(named)) {
      throw damaged("storage '%s' under two types or sizes".formatted(key));
    }
    return known == null ? named : known;
  }

  private void reduce() throws FormatException {
    Object arguments = pop();
    Object function = pop();
    if (!(function instanceof Call call) || !(arguments instanceof Tuple tuple)) {
      throw damaged("it calls what is not a function");
    }
    push(calls.call(call, tuple));
  }

  /**
   * {@code OrderedDict.__setstate__}: of the attributes a state dict may carry, {@code _metadata}
   * is kept.
   */
  private void build() throws FormatException {
    Object state = pop();
    Dict dict = dict();
    if (!dict.ordered || !(state instanceof Dict attributes)) {
      throw damaged("it sets attributes of what is not an OrderedDict");
    }
    if (attributes.entries.get("_metadata") instanceof Dict metadata) {
      dict.metadata = metadata;
    }
  }

  private FormatException damaged(String what) {
    return source.refuse("the pickle is damaged before byte %d: %s".formatted(in.position(), what));
  }
}
