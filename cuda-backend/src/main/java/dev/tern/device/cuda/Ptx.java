package dev.tern.device.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text of a module and what its kernels take.
 *
 * @param name the resource's name
 * @param text PTX
 * @param target the compute capability that it needs, 75 for 7.5
 * @param entries each kernel's parameter types, as PTX names them: {@code u64}, {@code u32}, {@code
 *     f32}, {@code b8[64]}
 */
record Ptx(String name, String text, int target, Map<String, List<String>> entries) {
  private static final Pattern TARGET = Pattern.compile("\\.target sm_(\\d+)");
  private static final Pattern VERSION = Pattern.compile("\\.version (\\d+\\.\\d+)");
  private static final Pattern ENTRY = Pattern.compile("\\.visible \\.entry (\\w+)\\(([^)]*)\\)");
  private static final Pattern PARAMETER =
      Pattern.compile("\\.param (?:\\.align \\d+ )?\\.(\\w+) (?:\\.ptr[^,]* )?\\w+(\\[\\d+\\])?");

  /** All modules of Tern. */
  static List<Ptx> all() {
    return resource("modules").lines().map(Ptx::load).toList();
  }

  /** A module of this class's package. */
  static Ptx load(String name) {
    return of(name, resource(name + ".ptx"));
  }

  static Ptx of(String name, String text) {
    Map<String, List<String>> entries = new LinkedHashMap<>();
    Matcher entry = ENTRY.matcher(text);
    while (entry.find()) {
      entries.put(
          entry.group(1),
          PARAMETER
              .matcher(entry.group(2))
              .results()
              .map(p -> p.group(1) + (p.group(2) == null ? "" : p.group(2)))
              .toList());
    }
    return new Ptx(name, text, Integer.parseInt(find(TARGET, text)), entries);
  }

  /** The types of a kernel's parameters. */
  List<String> parameters(String kernel) {
    return entries.getOrDefault(kernel, List.of());
  }

  /** What a driver and a GPU must know to load it, for messages. */
  String requirement() {
    return "PTX %s for compute capability %d.%d"
        .formatted(find(VERSION, text), target / 10, target % 10);
  }

  private static String find(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? matcher.group(1) : "0";
  }

  private static String resource(String name) {
    try (InputStream in = Ptx.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing from Tern's own jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
