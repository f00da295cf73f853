package dev.tern.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The page of what is proved, {@code docs/coverage.md}, says what the tables hold. */
class CoverageTest {
  @Test
  void thePageIsUpToDate() throws IOException {
    assumeTrue(Golden.isBundled(), "the page counts the bundled golden rows");
    Path page = Path.of(System.getProperty("tern.root", ""), "docs", "coverage.md");
    String expected = new Coverage().page();
    if (Boolean.getBoolean("tern.coverage.write")) {
      Files.writeString(page, expected);
    }
    assertEquals(
        expected,
        Files.exists(page) ? Files.readString(page) : "",
        "docs/coverage.md is stale; write it anew with"
            + " mvn -pl src-test -am test -Dtest=CoverageTest"
            + " -Dtern.coverage.write=true");
  }
}
