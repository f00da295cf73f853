package dev.tern.io;

import dev.tern.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Where the files lie that PyTorch wrote, and what tensors are as bytes. */
final class GoldenFolder {
  private static final Path RESOURCES = Path.of("src-test/src/test/resources/golden");

  private GoldenFolder() {}

  /** The project's own files of PyTorch's. */
  static Path pt() {
    return root().resolve(RESOURCES).resolve("pt");
  }

  /** The folder of {@code -Dtern.pt}, or the project's; a relative one is taken from the root. */
  static Path chosenPt() {
    return folder("tern.pt", RESOURCES.resolve("pt"));
  }

  /**
   * The folder of {@code -Dtern.golden}, or the project's; a relative one is taken from the root.
   */
  static Path golden() {
    return folder("tern.golden", RESOURCES);
  }

  private static Path folder(String property, Path otherwise) {
    String given = System.getProperty(property, "");
    return root().resolve(given.isEmpty() ? otherwise : Path.of(given));
  }

  private static Path root() {
    String root = System.getProperty("tern.root", "");
    if (!root.isEmpty()) {
      return Path.of(root);
    }
    Path start = Path.of("").toAbsolutePath();
    for (Path folder = start; folder != null; folder = folder.getParent()) {
      if (Files.isDirectory(folder.resolve(RESOURCES))) {
        return folder;
      }
    }
    throw new UncheckedIOException(new IOException("no " + RESOURCES + " above " + start));
  }

  /** The SHA-256 of a tensor's elements, little-endian, in C order. */
  static String sha256(Tensor tensor) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      Elements.save(tensor.data(), digest::update);
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
