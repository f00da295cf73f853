package dev.tern.examples;

import dev.tern.data.Cifar10;
import java.io.BufferedInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * CIFAR-2, which comes with the examples: the airplanes (target 0) and birds (target 1) of
 * CIFAR-10. Inputs are FLOAT32 {@code [3, 32, 32]}, normalised; targets are INT64.
 */
public final class BundledCifar2 {
  private static final int AIRPLANE = Cifar10.NAMES.indexOf("airplane");
  private static final int BIRD = Cifar10.NAMES.indexOf("bird");

  private BundledCifar2() {}

  /** The 10,000 training images. Reads them anew at every call. */
  public static Cifar10 train() {
    return read("train.packed");
  }

  /** The 2,000 validation images. Reads them anew at every call. */
  public static Cifar10 val() {
    return read("val.packed");
  }

  private static Cifar10 read(String name) {
    try {
      return Cifar10.read("cifar2/" + name, records(name)).classes(AIRPLANE, BIRD);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The records as CIFAR-10 publishes them. */
  static byte[] records(String name) throws IOException {
    try (InputStream in = BundledCifar2.class.getResourceAsStream("cifar2/" + name)) {
      if (in == null) {
        throw new FileNotFoundException(
            "no cifar2/" + name + " beside " + BundledCifar2.class.getName());
      }
      return PackedImages.unpack(new BufferedInputStream(in, 1 << 16));
    }
  }
}
