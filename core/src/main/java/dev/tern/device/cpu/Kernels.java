package dev.tern.device.cpu;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which {@link Simd} serves this JVM. */
final class Kernels {
  private static final String VECTOR_MODULE = "jdk.incubator.vector";

  /**
   * Chosen when a kernel first runs. {@code -Dtern.simd=scalar} keeps to plain loops, {@code
   * -Dtern.simd=vector} does without them from the first call on.
   */
  static final Simd SIMD = choose();

  private Kernels() {}

  private static Simd choose() {
    String wanted = System.getProperty("tern.simd", "");
    if (wanted.equals("scalar")) {
      return new ScalarSimd();
    }
    var vector = ModuleLayer.boot().findModule(VECTOR_MODULE);
    if (vector.isEmpty()) {
      log()
          .info(
              "Vector API not readable, using scalar kernels; pass --add-modules {}",
              VECTOR_MODULE);
      return new ScalarSimd();
    }
    if (!hasC2()) {
      log()
          .info(
              "The JVM runs without its C2 compiler, using scalar kernels; vector kernels need it");
      return new ScalarSimd();
    }
    Kernels.class.getModule().addReads(vector.get());
    try {
      var simd =
          (Simd)
              Class.forName("dev.tern.device.cpu.vector.PanamaSimd")
                  .getDeclaredConstructor()
                  .newInstance();
      return wanted.equals("vector") ? simd.compiled() : simd;
    } catch (ReflectiveOperationException | LinkageError e) {
      log().info("The vector kernels do not load, using scalar kernels", e);
      return new ScalarSimd();
    }
  }

  /** Asked for only where there is something to tell: it costs 15 ms of start-up. */
  private static Logger log() {
    return LoggerFactory.getLogger("dev.tern");
  }

  /**
   * Without C2 every vector operation allocates: thousands of times slower than a plain loop.
   * HotSpot calls itself interpreted with -Xint and an emulated client where C1 is all there is.
   */
  private static boolean hasC2() {
    String info = System.getProperty("java.vm.info", "");
    return !info.contains("interpreted") && !info.contains("emulated-client");
  }
}
