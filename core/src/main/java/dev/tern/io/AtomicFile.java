package dev.tern.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Writes a file so that whoever looks finds the old one or the new one, whole: into a temporary
 * file beside it, forced to the disk, then moved over it.
 */
final class AtomicFile {
  private AtomicFile() {}

  /** Writes the content. */
  interface Body {
    /** Writes everything to the file. */
    void write(FileSink sink) throws IOException;
  }

  /**
   * Replaces or creates a file.
   *
   * @throws IOException if it cannot be written; the old file is as it was then
   */
  static void write(Path path, Body body) throws IOException {
    Path target = Files.exists(path) ? path.toRealPath() : path.toAbsolutePath(); // through links
    Path folder = target.getParent();
    Path name = target.getFileName();
    if (folder == null || name == null || Files.exists(target) && !Files.isRegularFile(target)) {
      throw new IOException(path + " is a folder or a device, not a file");
    }
    if (!Files.isDirectory(folder)) {
      throw new IOException("there is no folder " + folder + " to write " + name + " to");
    }
    long random = ThreadLocalRandom.current().nextLong();
    Path temporary = folder.resolve(".%s.%016x.tmp".formatted(name, random));
    try {
      try (FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        FileSink sink = new FileSink(channel);
        body.write(sink);
        sink.flush();
        channel.force(true);
      }
      move(temporary, target);
    } finally {
      Files.deleteIfExists(temporary);
    }
    forceFolder(folder);
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) { // some network file systems
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Makes the new name last through a power cut, where the system can open a folder. */
  private static void forceFolder(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Windows cannot; the file itself is safe, and either name leads to a whole one
      return;
    }
  }
}
