package dev.tern.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A page of documentation with parts that a program writes, each between two comments. */
record Page(Path file) {
  /**
   * Writes a part anew.
   *
   * @throws IOException if the page has no place for it
   */
  void write(String part, String text) throws IOException {
    String begin = "<!-- " + part + ": written by the benchmark -->\n";
    String end = "<!-- end of " + part + " -->";
    String page = Files.readString(file);
    int from = page.indexOf(begin);
    int to = page.indexOf(end);
    if (from < 0 || to < from) {
      throw new IOException(file + " has no lines %s and %s".formatted(begin.strip(), end));
    }
    Files.writeString(
        file, page.substring(0, from + begin.length()) + "\n" + text + "\n" + page.substring(to));
  }
}
