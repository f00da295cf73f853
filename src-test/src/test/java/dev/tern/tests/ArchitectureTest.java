package dev.tern.tests;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import dev.tern.Tensor;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The rules of {@code docs/architecture.md}: which room may import which, names, no shared state.
 */
class ArchitectureTest {
  private static final String ROOT = "dev.tern";

  /** Every package is a slice. */
  private static final SliceAssignment PACKAGES =
      new SliceAssignment() {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
          return SliceIdentifier.of(type.getPackageName());
        }

        @Override
        public String getDescription() {
          return "packages";
        }
      };

  private static JavaClasses house;

  @BeforeAll
  static void read() {
    house =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("/dev/tern/tests/"))
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages(ROOT);
    for (String room : List.of("shape", "device", "device.cpu", "io", "nn", "optim", "data")) {
      assertTrue(house.containPackage(ROOT + "." + room), "no classes of room " + room);
    }
  }

  /** Each room, and the others of the house that it may import. */
  @ParameterizedTest
  @CsvSource({
    "dev.tern.shape, ",
    "dev.tern.device, dev.tern.shape",
    "dev.tern.device.cpu.., dev.tern.device dev.tern.shape",
    "dev.tern.device.cuda.., dev.tern.device dev.tern.shape",
    "dev.tern, dev.tern.device dev.tern.shape",
    "dev.tern.io.., dev.tern dev.tern.device dev.tern.shape",
    "dev.tern.data.., dev.tern dev.tern.device dev.tern.shape",
    "dev.tern.optim.., dev.tern dev.tern.device dev.tern.shape",
    "dev.tern.nn.., dev.tern dev.tern.device dev.tern.shape",
    "dev.tern.examples.., dev.tern dev.tern.device dev.tern.shape dev.tern.io.. dev.tern.data.."
        + " dev.tern.optim.. dev.tern.nn.."
  })
  void importsOnly(String room, String allowed) {
    String[] open = (room + " " + (allowed == null ? "" : allowed)).trim().split(" ");
    noClasses()
        .that()
        .resideInAPackage(room)
        .should()
        .dependOnClassesThat(inTheHouseOutside(open))
        .allowEmptyShould(true)
        .check(house);
  }

  private static DescribedPredicate<JavaClass> inTheHouseOutside(String... packages) {
    return JavaClass.Predicates.resideInAPackage(ROOT + "..")
        .and(DescribedPredicate.not(JavaClass.Predicates.resideInAnyPackage(packages)))
        .as("are of the house and outside of %s", String.join(", ", packages));
  }

  @Test
  void shapeUsesTheJdkOnly() {
    classes()
        .that()
        .resideInAPackage(ROOT + ".shape")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(ROOT + ".shape", "java..", "org.jspecify..")
        .check(house);
  }

  @Test
  void noCycles() {
    slices().assignedFrom(PACKAGES).should().beFreeOfCycles().check(house);
  }

  @Test
  void namesSayWhatAClassIs() {
    classes().should().haveNameNotMatching(".*(Impl|Utils?|Manager|Helpers?)").check(house);
  }

  @Test
  void noPublicMutableStaticState() {
    fields().that().areStatic().and().areNotPrivate().should().beFinal().check(house);
    // the kernel threads are one team, which setNumThreads replaces
    fields()
        .that()
        .areStatic()
        .and()
        .areDeclaredInClassesThat()
        .doNotHaveSimpleName("Team")
        .should()
        .beFinal()
        .check(house);
    fields().that().areStatic().and().arePublic().should().notHaveRawType(mutable()).check(house);
  }

  @Test
  void publicStaticCollectionsCannotBeChanged() throws ReflectiveOperationException {
    for (JavaClass type : house) {
      for (JavaField field : type.getFields()) {
        boolean open =
            field.getModifiers().containsAll(Set.of(JavaModifier.PUBLIC, JavaModifier.STATIC))
                && type.getModifiers().contains(JavaModifier.PUBLIC);
        if (open && field.getRawType().isAssignableTo(Collection.class)) {
          var values = (Collection<?>) field.reflect().get(null);
          assertThrows(
              UnsupportedOperationException.class, () -> values.remove(null), field.getFullName());
        }
      }
    }
  }

  private static DescribedPredicate<JavaClass> mutable() {
    return DescribedPredicate.describe(
        "an array, a collection class, an atomic or a tensor",
        type ->
            type.isArray()
                || type.isAssignableTo(Collection.class) && !type.isInterface()
                || type.isAssignableTo(Map.class) && !type.isInterface()
                || type.getPackageName().equals("java.util.concurrent.atomic")
                || type.isAssignableTo(Tensor.class));
  }
}
