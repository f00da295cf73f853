package dev.tern.device.cuda;

import dev.tern.shape.DeviceException;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * NVIDIA's libraries for one device, where they are asked for and found. What is null, and what a
 * library does not do, Tern's own kernels compute.
 *
 * @param said in one line, what there is and why not more; empty if nothing was asked for
 */
record Libraries(@Nullable CuBlas blas, @Nullable CuDnn dnn, String said) {
  /**
   * Opens what there is, and logs what that is.
   *
   * @param asked {@code false}, {@code true} for wherever the system looks for libraries, or the
   *     folders to look in
   */
  static Libraries open(CudaDevice device, String asked) {
    if (asked.equals("false")) {
      return new Libraries(null, null, "");
    }
    Search search = new Search(device, asked);
    String why = ForeignLibrary.whyUnavailable();
    CuBlas blas = null;
    CuDnn dnn = null;
    if (why != null) {
      search.said.add("no cuBLAS, no cuDNN (" + why + ")");
    } else {
      blas = search.find("cuBLAS", CuBlas::new, "libcublas.so.", 13, 12, 11);
      dnn = search.find("cuDNN", CuDnn::new, "libcudnn.so.", 9, 8);
    }
    String said =
        device + ": " + String.join(", ", search.said) + "; Tern's kernels compute the rest";
    LoggerFactory.getLogger("dev.tern").info(said);
    return new Libraries(blas, dnn, said);
  }

  /** One look for libraries, and what there is to say about it. */
  private static final class Search {
    final List<String> said = new ArrayList<>();
    private final CudaDevice device;
    private final List<@Nullable Path> folders;

    Search(CudaDevice device, String asked) {
      this.device = device;
      folders =
          asked.equals("true")
              ? Collections.singletonList(null)
              : List.of(asked.split(File.pathSeparator)).stream().map(Path::of).toList();
    }

    /** The newest of a library's versions that can be used, or null. */
    <T> @Nullable T find(
        String what, BiFunction<CudaDevice, ForeignLibrary, T> open, String name, int... versions) {
      List<String> problems = new ArrayList<>();
      List<String> tried = new ArrayList<>();
      for (int version : versions) {
        tried.add(name + version);
        for (Path folder : folders) {
          try {
            ForeignLibrary library = ForeignLibrary.load(folder, name + version);
            if (library != null) {
              T opened = open.apply(device, library);
              said.add(what + " " + opened);
              return opened;
            }
          } catch (DeviceException e) {
            problems.add(e.getMessage());
          }
        }
      }
      said.add(
          "no %s (%s)"
              .formatted(
                  what,
                  problems.isEmpty()
                      ? "found none of " + String.join(", ", tried)
                      : String.join("; ", problems)));
      return null;
    }
  }
}
