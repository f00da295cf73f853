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

  /** What a main class prints, both streams; the arguments with a dash go to the JVM. */
  static String run(Class<?> main, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("-Dtern.root=" + System.getProperty("tern.root", "."));
    List<String> rest = new ArrayList<>();
    for (String argument : arguments) {
      (argument.startsWith("-") ? command : rest).add(argument);
    }
    command.add(main.getName());
    command.addAll(rest);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() == 0 ? output.strip() : "exit " + process.exitValue() + "\n" + output;
  }
}
