package dev.tern.tests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tern.StateDict;
import dev.tern.device.Device;
import dev.tern.io.SafeTensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The folder of golden files: expected values that real PyTorch computed in double precision.
 * {@code NAME.json} is a table, {@code NAME.safetensors} holds its tensors.
 *
 * <p>{@code -Dtern.golden=DIR} picks another folder of the same form; a relative one is taken from
 * the root of the repository. Tests read every seed, shape and argument from the table, so that
 * such a folder needs no change here.
 */
final class Golden {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CHOSEN = System.getProperty("tern.golden", "");

  private Golden() {}

  /** The folder the tests read. */
  static Path folder() {
    if (CHOSEN.isBlank()) {
      return bundled();
    }
    Path root = Path.of(System.getProperty("tern.root", ""));
    Path folder = root.resolve(CHOSEN).toAbsolutePath().normalize();
    if (!Files.isDirectory(folder)) {
      throw new IllegalStateException("tern.golden: no folder " + folder);
    }
    return folder;
  }

  /**
   * Whether the tests read the folder that comes with them, for which the floors of coverage are
   * stated.
   */
  static boolean isBundled() {
    return CHOSEN.isBlank();
  }

  static Path file(String name) {
    return folder().resolve(name);
  }

  static JsonNode json(String name) {
    return json(folder(), name);
  }

  static JsonNode json(Path folder, String name) {
    try {
      return JSON.readTree(folder.resolve(name + ".json").toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static StateDict tensors(String name) {
    return tensors(folder(), name);
  }

  private static StateDict tensors(Path folder, String name) {
    try {
      return SafeTensors.read(folder.resolve(name + ".safetensors"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The cases of a table of operations, in its order. */
  static List<GoldenCase> cases(String suite) {
    return cases(folder(), suite);
  }

  /** The cases of a table of the same form in another folder. */
  static List<GoldenCase> cases(Path folder, String suite) {
    StateDict tensors = tensors(folder, suite);
    var cases = new ArrayList<GoldenCase>();
    for (JsonNode row : json(folder, suite).get("cases")) {
      cases.add(GoldenCase.of(row, tensors));
    }
    return cases;
  }

  /**
   * The line that says how much of a suite is covered, {@code golden tensor_ops 210/347 from DIR}.
   */
  static void report(String suite, int covered, int total) {
    report(suite, covered, total, Device.CPU);
  }

  /** The same of another device, {@code golden on cuda:0 tensor_ops 210/347 from DIR}. */
  static void report(String suite, int covered, int total, Device device) {
    String on = device.equals(Device.CPU) ? "" : " on " + device;
    System.out.printf("golden%s %s %d/%d from %s%n", on, suite, covered, total, folder());
  }

  static double[] doubles(JsonNode array) {
    var values = new ArrayList<Double>();
    collect(array, values);
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  static long[] longs(JsonNode array) {
    long[] values = new long[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).longValue();
    }
    return values;
  }

  static int[] ints(JsonNode array) {
    int[] values = new int[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).intValue();
    }
    return values;
  }

  static List<String> strings(JsonNode array) {
    var values = new ArrayList<String>();
    array.forEach(value -> values.add(value.textValue()));
    return values;
  }

  /** Row-major order of a nested array. */
  private static void collect(JsonNode node, List<Double> into) {
    if (node.isArray()) {
      node.forEach(child -> collect(child, into));
    } else {
      into.add(node.doubleValue());
    }
  }

  private static Path bundled() {
    return resources("/golden/tensor_ops.json");
  }

  /** The folder of one of the test resources. */
  static Path resources(String file) {
    URL table = Golden.class.getResource(file);
    if (table == null) {
      throw new IllegalStateException(file + " is missing from the test resources");
    }
    try {
      return Path.of(new URI(table.toString())).getParent();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
