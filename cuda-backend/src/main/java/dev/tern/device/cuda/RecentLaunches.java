package dev.tern.device.cuda;

import java.util.ArrayList;
import java.util.List;

/** The names of the kernels launched last, for the message of an error that shows late. */
final class RecentLaunches {
  private static final int KEPT = 8; // a power of two

  private final String[] names = new String[KEPT];
  private int next;

  /** Races between threads may lose a name; that is no reason to make each launch wait. */
  void add(String kernel) {
    names[next++ & KEPT - 1] = kernel;
  }

  /** The names, the last one last. */
  @Override
  public String toString() {
    List<String> last = new ArrayList<>();
    for (int i = 0; i < KEPT; i++) {
      String name = names[next + i & KEPT - 1];
      if (name != null) {
        last.add(name);
      }
    }
    return last.isEmpty() ? "none" : String.join(", ", last);
  }
}
