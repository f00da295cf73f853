package dev.tern.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.tern.Parameter;
import dev.tern.Tensor;
import dev.tern.device.Generator;
import dev.tern.nn.CTCLoss;
import dev.tern.nn.F;
import dev.tern.nn.Identity;
import dev.tern.nn.Linear;
import dev.tern.nn.Module;
import dev.tern.nn.ModuleDict;
import dev.tern.nn.ModuleList;
import dev.tern.nn.PairModule;
import dev.tern.nn.ParameterDict;
import dev.tern.nn.ParameterList;
import dev.tern.nn.ReLU;
import dev.tern.nn.Sequential;
import dev.tern.nn.TripleModule;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every module beside PyTorch's: printout, state, first weights; and beside its function in F. */
class ModulesTest {
  /** Modules that compute nothing of their own. */
  private static final Set<String> CONTAINERS =
      Set.of(
          "Sequential",
          "ModuleList",
          "ModuleDict",
          "ParameterList",
          "ParameterDict",
          "Identity",
          "ResBlock");

  /** Modules that PyTorch 1.13, which made the table, does not have. */
  private static final Set<String> LATER =
      Set.of(
          "RMSNorm", "ZeroPad1d", "ZeroPad3d", "CircularPad1d", "CircularPad2d", "CircularPad3d");

  static List<ModuleTable.Row> rows() {
    return ModuleTable.rows();
  }

  static List<JsonNode> golden() {
    List<JsonNode> rows = new java.util.ArrayList<>();
    Golden.json(Golden.resources("/layers/modules.json"), "modules")
        .get("modules")
        .forEach(rows::add);
    return rows;
  }

  /** The containers' rows, which have no counterpart in F. */
  private static Map<String, Supplier<Module>> containers() {
    Map<String, Supplier<Module>> all = new HashMap<>();
    all.put("Identity()", Identity::new);
    all.put(
        "Sequential(nn.Linear(2, 3), nn.ReLU())",
        () -> new Sequential(new Linear(2, 3), new ReLU()));
    all.put(
        "ModuleList([nn.Linear(2, 3), nn.ReLU()])",
        () -> new ModuleList<Module>(new Linear(2, 3), new ReLU()));
    all.put(
        "ModuleDict({'first': nn.Linear(2, 3), 'act': nn.ReLU()})",
        () -> {
          Map<String, Module> modules = new LinkedHashMap<>();
          modules.put("first", new Linear(2, 3));
          modules.put("act", new ReLU());
          return new ModuleDict<>(modules);
        });
    all.put(
        "ParameterList([nn.Parameter(torch.rand(2, 3)), nn.Parameter(torch.rand(2))])",
        () -> new ParameterList(new Parameter(Tensor.rand(2, 3)), new Parameter(Tensor.rand(2))));
    all.put(
        "ParameterDict({'left': nn.Parameter(torch.rand(2, 3)), 'right':"
            + " nn.Parameter(torch.rand(()))})",
        () -> {
          Map<String, Parameter> parameters = new LinkedHashMap<>();
          parameters.put("left", new Parameter(Tensor.rand(2, 3)));
          parameters.put("right", new Parameter(Tensor.rand()));
          return new ParameterDict(parameters);
        });
    return all;
  }

  @ParameterizedTest
  @MethodSource("golden")
  void printsAndStartsAsPyTorchDoes(JsonNode golden) {
    Map<String, Supplier<? extends Module>> makers = new HashMap<>(containers());
    rows().forEach(row -> makers.put(row.python(), row.make()));
    String python = golden.get("python").textValue();
    Supplier<? extends Module> maker = makers.get(python);
    assertTrue(maker != null, "no row for " + python);
    Generator.manualSeed(golden.get("seed").longValue());
    Module module = maker.get();
    assertEquals(golden.get("repr").textValue(), module.toString());
    Map<String, Tensor> state = module.stateDict();
    List<String> keys = new java.util.ArrayList<>();
    golden.get("state").fieldNames().forEachRemaining(keys::add);
    assertEquals(keys, List.copyOf(state.keySet()));
    for (String key : keys) {
      JsonNode expected = golden.get("state").get(key);
      Tensor tensor = state.get(key);
      assertArrayEquals(Golden.ints(expected.get("shape")), tensor.shape().toArray(), key);
      double[] first = Golden.doubles(expected.get("first"));
      Tensor came = tensor.reshape(-1).narrow(0, 0, first.length);
      assertEquals(Optional.empty(), Expect.equal(key, came, Tensor.of(first).to(came.dtype())));
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void computesWhatItsFunctionDoes(ModuleTable.Row row) {
    Module module = row.make().get();
    Tensor[] in = row.inputs().get();
    Generator.manualSeed(5);
    Tensor ofModule = call(module, in);
    Generator.manualSeed(5);
    Tensor ofFunction = row.function().apply(module, in);
    assertEquals(Optional.empty(), Expect.equal(row.python(), ofModule, ofFunction));
  }

  private static Tensor call(Module module, Tensor... in) {
    if (module instanceof PairModule pair) {
      return pair.apply(in[0], in[1]);
    }
    if (module instanceof TripleModule triple) {
      return triple.apply(in[0], in[1], in[2]);
    }
    return module instanceof CTCLoss ctc
        ? ctc.apply(in[0], in[1], in[2], in[3])
        : module.apply(in[0]);
  }

  @Test
  void everyModuleHasARowAndThereforeAFunction() {
    Set<String> withRows =
        rows().stream()
            .map(row -> row.make().get().getClass().getSimpleName())
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> missing = new TreeSet<>(modules());
    missing.removeAll(withRows);
    missing.removeAll(CONTAINERS);
    assertEquals(Set.of(), missing, "modules without a row in ModuleTable");
  }

  @Test
  void everyRowIsComparedWithPyTorch() {
    Set<String> compared =
        golden().stream().map(row -> row.get("python").textValue()).collect(Collectors.toSet());
    List<String> missing =
        rows().stream()
            .map(ModuleTable.Row::python)
            .filter(python -> !compared.contains(python))
            .filter(python -> !LATER.contains(python.substring(0, python.indexOf('('))))
            .toList();
    assertEquals(List.of(), missing);
  }

  @Test
  void functionsThatLackAModuleAreKnown() {
    Set<String> functions =
        Arrays.stream(F.class.getMethods())
            .filter(method -> Modifier.isStatic(method.getModifiers()))
            .map(java.lang.reflect.Method::getName)
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> words =
        modules().stream()
            .map(name -> name.toLowerCase(java.util.Locale.ROOT).replaceAll("loss$|[123]d$", ""))
            .collect(Collectors.toSet());
    functions.removeIf(
        name ->
            words.contains(
                name.toLowerCase(java.util.Locale.ROOT)
                    .replaceAll("withindices$", "")
                    .replaceAll("loss$|[123]d$", "")));
    assertEquals(
        Set.of(
            "pad", // ConstantPad, ReflectionPad...
            "interpolate", // Upsample
            "binaryCrossEntropy", // BCELoss
            "binaryCrossEntropyWithLogits", // BCEWithLogitsLoss
            "gumbelSoftmax",
            "normalize",
            "oneHot",
            "scaledDotProductAttention"),
        functions);
  }

  /** The public classes of modules that can be made. */
  private static Set<String> modules() {
    var classes =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(Module.class.getPackageName());
    Set<String> names = new TreeSet<>();
    for (JavaClass type : classes) {
      if (type.isAssignableTo(Module.class)
          && type.isTopLevelClass()
          && type.getModifiers().contains(JavaModifier.PUBLIC)
          && !type.getModifiers().contains(JavaModifier.ABSTRACT)) {
        names.add(type.getSimpleName());
      }
    }
    assertTrue(names.contains("Linear"), () -> "found " + names);
    return names;
  }
}
