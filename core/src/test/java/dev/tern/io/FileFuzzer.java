package dev.tern.io;

import dev.tern.Tensor;
import dev.tern.device.Backend;
import dev.tern.device.Backends;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;

/**
 * Reads bytes as each kind of file. {@link MutatedFilesTest} gives it changed files, and Jazzer
 * whatever it thinks of: {@code mvn -q test-compile -pl core -Dfuzz -Dargs=-max_total_time=60}.
 */
public final class FileFuzzer {
  private static final Backend CPU = Backends.cpu();

  enum Kind {
    TORCH {
      @Override
      Object read(ByteSource source) throws IOException {
        return new TensorLoader(TorchFile.read(source), CPU).load();
      }
    },
    SAFETENSORS {
      @Override
      Object read(ByteSource source) throws IOException {
        return SafeTensors.read(source, CPU);
      }
    },
    NPY {
      @Override
      Object read(ByteSource source) throws IOException {
        return Npy.read(source, CPU);
      }
    },
    NPZ {
      @Override
      Object read(ByteSource source) throws IOException {
        return Npy.readAll(source, CPU);
      }
    };

    abstract Object read(ByteSource source) throws IOException;
  }

  private FileFuzzer() {}

  /** What Jazzer calls: the first byte says the kind, the others are the file. */
  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length > 0) {
      Kind[] kinds = Kind.values();
      Kind kind = kinds[Math.floorMod(data[0], kinds.length)];
      reads(kind, Arrays.copyOfRange(data, 1, data.length));
    }
  }

  /**
   * Whether the bytes can be read; what is read is whole then, and they are refused in words if
   * not.
   */
  static boolean reads(Kind kind, byte[] bytes) {
    try (ByteSource source = ByteSource.of(bytes)) {
      requireWhole(kind.read(source));
      return true;
    } catch (IOException e) {
      require(e.getMessage() != null && !e.getMessage().isBlank(), "a refusal without words");
      return false;
    }
  }

  /** Every tensor lies in its storage; what else there is can be walked. */
  private static void requireWhole(Object value) {
    if (value instanceof Tensor tensor) {
      require(tensor.layout().end() <= tensor.storage().size(), "beyond its storage");
      require(tensor.layout().offset() >= 0, "before its storage");
      require(tensor.rank() == tensor.layout().strides().length, "strides");
    } else if (value instanceof Map<?, ?> map) {
      map.values().forEach(FileFuzzer::requireWhole);
    } else if (value instanceof Iterable<?> elements) {
      elements.forEach(FileFuzzer::requireWhole);
    }
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new IllegalStateException(what);
    }
  }
}
