package dev.tern.device.cuda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A JVM of its own for what can be seen only once in a JVM: JCuda's natives are loaded at its first
 * touch, with the driver that there is, or never.
 */
final class ChildJvm {
  private ChildJvm() {}

  /**
   * What a main class prints, both streams. Arguments up to the last one with a dash, or what
   * follows {@code -cp}, go to the JVM.
   */
  static String run(Class<?> main, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("-Dtern.root=" + System.getProperty("tern.root", "."));
    int options = 0;
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i].startsWith("-")) {
        options = arguments[i].equals("-cp") ? i + 2 : i + 1;
      }
    }
    List<String> all = List.of(arguments);
    command.addAll(all.subList(0, options));
    command.add(main.getName());
    command.addAll(all.subList(options, all.size()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() == 0 ? output.strip() : "exit " + process.exitValue() + "\n" + output;
  }
}
