package dev.tern.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.device.Backend;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What {@code docs/add-a-device.md} says about the size of this backend is true. */
class DocumentedNumbersTest {
  private static final Path ROOT = Path.of(System.getProperty("tern.root", ".."));
  private static final Path MODULE = ROOT.resolve("cuda-backend/src/main");
  private static final List<String> LIBRARIES =
      List.of("CuBlas", "CuDnn", "ForeignLibrary", "NvidiaLibrary", "Libraries");

  private static String document() throws IOException {
    return Files.readString(ROOT.resolve("docs/add-a-device.md")).replaceAll("\\s+", " ");
  }

  private static int said(String sentence) throws IOException {
    Matcher found =
        Pattern.compile(Pattern.quote(sentence).replace("N", "\\E([\\d,]+)\\Q"))
            .matcher(document());
    assertTrue(found.find(), "docs/add-a-device.md does not say: " + sentence);
    return Integer.parseInt(found.group(1).replace(",", ""));
  }

  private static List<Method> methods() {
    return Arrays.stream(Backend.class.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()))
        .toList();
  }

  private static boolean overrides(Method method) {
    return Arrays.stream(CudaBackend.class.getDeclaredMethods())
        .anyMatch(
            own ->
                own.getName().equals(method.getName())
                    && Arrays.equals(own.getParameterTypes(), method.getParameterTypes()));
  }

  @Test
  void methods_ofTheInterfaceAndOfThisBackend() throws IOException {
    assertEquals(methods().size(), said("`Backend` has N methods"));
    long abstracts = methods().stream().filter(method -> !method.isDefault()).count();
    assertEquals(abstracts, said("methods, N of them without a default"));
    List<String> left =
        methods().stream().filter(m -> !overrides(m)).map(Method::getName).sorted().toList();
    assertEquals(List.of("addConvInputGrad", "numThreads", "setNumThreads"), left);
    assertEquals(methods().size() - left.size(), said("`CudaBackend` overrides N,"));
  }

  @Test
  void theNamesOfWhatMustBeThere() throws IOException {
    String list = document().replaceAll(".*These must be there: `([^`]*)`.*", "$1");
    List<String> must =
        methods().stream().filter(m -> !m.isDefault()).map(Method::getName).sorted().toList();
    List<String> listed =
        Stream.concat(Stream.of("device"), Arrays.stream(list.split(" "))).toList();
    assertEquals(must, listed.stream().sorted().toList());
  }

  @Test
  void lines() throws IOException {
    assertEquals(hundreds(lines("java", name -> true)), said("The module has N lines of Java"));
    assertEquals(
        hundreds(lines("java", name -> LIBRARIES.contains(name.replace(".java", "")))),
        said("lines of Java: N for cuBLAS"));
    assertEquals(hundreds(lines("cuda", name -> true)), said("in `src/main/cuda` have N lines"));
  }

  @Test
  void kernels() throws IOException {
    int entries = Ptx.all().stream().mapToInt(ptx -> ptx.entries().size()).sum();
    assertEquals(entries, said("lines and N entries in PTX"));
  }

  private static long lines(String folder, Predicate<String> counts) throws IOException {
    try (Stream<Path> files = Files.walk(MODULE.resolve(folder))) {
      long lines = 0;
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (counts.test(file.getFileName().toString())) {
          lines += Files.readAllLines(file).size();
        }
      }
      return lines;
    }
  }

  /** To the nearest hundred, so that not every line asks for another number. */
  private static int hundreds(long lines) {
    return (int) Math.round(lines / 100.0) * 100;
  }
}
