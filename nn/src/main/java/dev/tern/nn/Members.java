package dev.tern.nn;

import dev.tern.Parameter;
import dev.tern.Tensor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What modules consist of, found by reflection: the fields of a class are looked up once, their
 * values are read at each walk.
 */
final class Members {
  /**
   * One named part of a module.
   *
   * @param name the key, a single step of a path
   * @param value a {@link Tensor}, a {@link Module} or a {@link Group}
   * @param saved whether it belongs to the state dict
   */
  record Member(String name, Object value, boolean saved) {}

  /**
   * A list, map or array of modules or parameters.
   *
   * @param kind the PyTorch class that prints the same way
   * @param members what it holds
   */
  record Group(String kind, List<Member> members) {}

  /**
   * A module, or a group, at one of its names.
   *
   * @param name the path from the root, empty for the root itself
   * @param module the module, null for a group
   * @param members its own parts
   */
  record Place(String name, @Nullable Module module, List<Member> members) {
    /** The path of a part. */
    String pathOf(Member member) {
      return join(name, member.name());
    }

    /** Its own tensors: parameters first, then buffers, as PyTorch orders a state dict. */
    List<Member> tensors() {
      List<Member> tensors = new ArrayList<>();
      for (Member member : members) {
        if (member.value() instanceof Parameter) {
          tensors.add(member);
        }
      }
      for (Member member : members) {
        if (member.value() instanceof Tensor && !(member.value() instanceof Parameter)) {
          tensors.add(member);
        }
      }
      return tensors;
    }
  }

  private record Slot(Field field, String key, boolean saved, boolean readable) {}

  private static final ClassValue<List<Slot>> SLOTS =
      new ClassValue<>() {
        @Override
        protected List<Slot> computeValue(Class<?> type) {
          return slotsOf(type);
        }
      };

  private Members() {}

  /**
   * A module's own parts: fields in declaration order, superclass first, then what was registered.
   */
  static List<Member> of(Module module) {
    Map<String, Object> registered = module.registered();
    Map<String, Member> members = new LinkedHashMap<>();
    for (Slot slot : SLOTS.get(module.getClass())) {
      Object value = read(slot, module, registered);
      if (value == null) {
        continue;
      }
      Object part = part(value, slot.key, slot.saved, new ArrayDeque<>());
      if (part != null && members.put(slot.key, new Member(slot.key, part, slot.saved)) != null) {
        throw new IllegalStateException(
            "%s: two fields have the key '%s'; rename one, or make it transient"
                .formatted(module.getClass().getName(), slot.key));
      }
    }
    registered.forEach((name, value) -> members.put(name, new Member(name, value, true)));
    return new ArrayList<>(members.values());
  }

  /** A module and all that is inside it at each of its names, parents first. */
  static List<Place> places(Module root) {
    List<Place> places = new ArrayList<>();
    collect("", root, places, new ArrayDeque<>());
    return places;
  }

  /** The direct children at each of their names, lists and maps looked through. */
  static Map<String, Module> children(Module parent) {
    Map<String, Module> children = new LinkedHashMap<>();
    childrenInto("", of(parent), children);
    return children;
  }

  private static void childrenInto(
      String prefix, List<Member> members, Map<String, Module> children) {
    for (Member member : members) {
      String name = join(prefix, member.name());
      if (member.value() instanceof Module module) {
        children.put(name, module);
      } else if (member.value() instanceof Group group) {
        childrenInto(name, group.members(), children);
      }
    }
  }

  /** The first path under which a parent holds a module, null if it does not. */
  static @Nullable String nameOf(Module parent, Module wanted) {
    for (Map.Entry<String, Module> child : children(parent).entrySet()) {
      if (child.getValue() == wanted) {
        return child.getKey();
      }
    }
    for (Place place : places(parent)) {
      if (place.module() == wanted) {
        return place.name();
      }
    }
    return null;
  }

  /** A field's name as a key: {@code batchNorm} is {@code batch_norm}. */
  static String snakeCase(String name) {
    StringBuilder key = new StringBuilder(name.length() + 4);
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (Character.isUpperCase(c) && i > 0) {
        char before = name.charAt(i - 1);
        boolean endsAcronym =
            Character.isUpperCase(before)
                && i + 1 < name.length()
                && Character.isLowerCase(name.charAt(i + 1));
        if (Character.isLowerCase(before) || Character.isDigit(before) || endsAcronym) {
          key.append('_');
        }
      }
      key.append(Character.toLowerCase(c));
    }
    return key.toString();
  }

  static String join(String prefix, String name) {
    return prefix.isEmpty() ? name : String.join(".", prefix, name);
  }

  static String checkedName(String name) {
    if (name.isEmpty() || name.contains(".")) {
      throw new IllegalArgumentException(
          "a name in a module is neither empty nor contains a dot, got '" + name + "'");
    }
    return name;
  }

  static <T> Set<T> identitySet() {
    return Collections.newSetFromMap(new IdentityHashMap<>());
  }

  private static void collect(String name, Object value, List<Place> places, Deque<Module> path) {
    Module module = value instanceof Module m ? m : null;
    List<Member> members = module == null ? ((Group) value).members() : of(module);
    if (module != null) {
      for (Module above : path) {
        if (above == module) {
          throw new IllegalStateException(
              "%s contains itself: '%s' is one of the modules around it; make the field that refers back transient"
                  .formatted(module.getClass().getName(), name));
        }
      }
      path.push(module);
    }
    Place place = new Place(name, module, members);
    places.add(place);
    for (Member member : members) {
      if (!(member.value() instanceof Tensor)) {
        collect(place.pathOf(member), member.value(), places, path);
      }
    }
    if (module != null) {
      path.pop();
    }
  }

  private static @Nullable Object read(Slot slot, Module module, Map<String, Object> registered) {
    if (registered.containsKey(slot.key)) {
      return null;
    }
    if (!slot.readable) {
      Field field = slot.field;
      String room = field.getDeclaringClass().getPackageName();
      throw new IllegalStateException(
          "%s.%s cannot be read; put `opens %s to dev.tern.nn;` into module-info.java, or call register(\"%s\", ...)"
              .formatted(field.getDeclaringClass().getName(), field.getName(), room, slot.key));
    }
    try {
      return slot.field.get(module);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException("a field made accessible cannot be read: " + slot.field, e);
    }
  }

  /** A field's value as a part of its module, null if it is none. */
  private static @Nullable Object part(
      Object value, String key, boolean saved, Deque<Object> around) {
    if (value instanceof Tensor || value instanceof Module) {
      return value;
    }
    Map<String, Object> elements = new LinkedHashMap<>();
    if (value instanceof Object[] array) {
      number(Arrays.asList(array).iterator(), elements);
    } else if (value instanceof List<?> list) {
      number(list.iterator(), elements);
    } else if (value instanceof Map<?, ?> map) {
      map.forEach((name, element) -> elements.put(String.valueOf(name), element));
    } else {
      return null;
    }
    for (Object above : around) {
      if (above == value) {
        throw new IllegalStateException("the collection at '" + key + "' contains itself");
      }
    }
    around.push(value);
    List<Member> members = new ArrayList<>();
    boolean tensors = true;
    for (Map.Entry<String, Object> element : elements.entrySet()) {
      Object part =
          element.getValue() == null ? null : part(element.getValue(), key, saved, around);
      if (part instanceof Tensor && !(part instanceof Parameter)) {
        part = null; // a list of plain tensors is a cache or an input more often than a buffer
      }
      if (part != null) {
        tensors &= part instanceof Tensor;
        members.add(new Member(checkedName(element.getKey()), part, saved));
      }
    }
    around.pop();
    if (members.isEmpty()) {
      return null;
    }
    String kind = tensors ? "Parameter" : "Module";
    return new Group(kind + (value instanceof Map ? "Dict" : "List"), members);
  }

  private static void number(Iterator<?> values, Map<String, Object> elements) {
    for (int i = 0; values.hasNext(); i++) {
      Object element = values.next();
      if (element != null) {
        elements.put(Integer.toString(i), element);
      }
    }
  }

  private static List<Slot> slotsOf(Class<?> type) {
    Deque<Class<?>> classes = new ArrayDeque<>();
    for (Class<?> c = type; c != null && c != Module.class; c = c.getSuperclass()) {
      classes.push(c);
    }
    List<Slot> slots = new ArrayList<>();
    for (Class<?> c : classes) {
      for (Field field : c.getDeclaredFields()) {
        int modifiers = field.getModifiers();
        if (Modifier.isStatic(modifiers)
            || Modifier.isTransient(modifiers)
            || field.isSynthetic()
            || !mayHoldState(field.getType())) {
          continue;
        }
        boolean readable = field.trySetAccessible();
        if (readable || saysState(field.getType())) {
          boolean saved = !field.isAnnotationPresent(NotSaved.class);
          slots.add(new Slot(field, snakeCase(field.getName()), saved, readable));
        }
      }
    }
    return List.copyOf(slots);
  }

  private static boolean mayHoldState(Class<?> type) {
    return !type.isPrimitive()
        && !type.isEnum()
        && type != String.class
        && !Number.class.isAssignableFrom(type)
        && (!type.isArray() || !type.getComponentType().isPrimitive());
  }

  private static boolean saysState(Class<?> type) {
    return Tensor.class.isAssignableFrom(type)
        || Module.class.isAssignableFrom(type)
        || type.isArray() && saysState(type.getComponentType());
  }
}
