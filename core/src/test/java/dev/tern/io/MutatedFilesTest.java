package dev.tern.io;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.tern.Tensor;
import dev.tern.io.FileFuzzer.Kind;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real files with a few bytes changed are read, or refused by an IOException: never another
 * exception or an error, never for long, never with more memory than a multiple of their size.
 * {@code -Dtern.fuzz} says how many, {@code -Dtern.fuzz.seed} which.
 */
class MutatedFilesTest {
  private static final int FILES = Integer.getInteger("tern.fuzz", 102_000);
  private static final long SEED = Long.getLong("tern.fuzz.seed", 2026);
  private static final int BYTES_PER_BYTE = 200;
  private static final long BYTES_ANYWAY = 4 << 20;
  private static final long SECONDS = 5;
  private static final long[] NUMBERS = {
    0,
    1,
    2,
    255,
    256,
    65535,
    65536,
    0x7fff_ffffL,
    0x8000_0000L,
    0xffff_ffffL,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    -1
  };
  private static final String OPCODES =
      "(NJKMGX}])tqrhjaescuQRb.U\u0080\u0081\u0085\u0086\u0087\u0088\u0089\u008a\u008f\u0090";

  @TempDir Path folder;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  @Timeout(value = 20, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void mutatedFilesAreReadOrRefused() throws IOException {
    Map<Kind, List<byte[]>> files = new EnumMap<>(Kind.class);
    files.put(Kind.TORCH, torchFiles());
    files.put(Kind.SAFETENSORS, safeTensorsFiles());
    files.put(Kind.NPY, List.of(array()));
    files.put(Kind.NPZ, List.of(arrays()));
    Kind[] turns = {Kind.TORCH, Kind.TORCH, Kind.TORCH, Kind.SAFETENSORS, Kind.NPY, Kind.NPZ};
    Map<Kind, Integer> read = new EnumMap<>(Kind.class);
    Random random = new Random(SEED);
    for (int i = 0; i < FILES; i++) {
      Kind kind = turns[i % turns.length];
      List<byte[]> originals = files.get(kind);
      byte[] bytes = mutate(originals.get(random.nextInt(originals.size())), random);
      read.merge(kind, reads(bytes, kind, i) ? 1 : 0, Integer::sum);
    }
    System.out.printf("mutated files: %d, of which could be read: %s%n", FILES, read);
    for (Kind kind : Kind.values()) { // mutations must change neither too little nor too much
      assertTrue(read.get(kind) > FILES / 500 && read.get(kind) < FILES / 6, read.toString());
    }
  }

  /** Small files of each kind, without checksums, which would refuse nearly every mutation. */
  private static List<byte[]> torchFiles() throws IOException {
    List<byte[]> files = new ArrayList<>();
    for (String name :
        List.of(
            "py210/nested",
            "py210/state_dict_bn",
            "py210/optimizer_adam",
            "py210/tied",
            "py210/parameter",
            "py210/values",
            "py210/cuda0",
            "libtorch210/nested",
            "libtorch210/tied",
            "old/zip113_nested")) {
      byte[] bytes = Files.readAllBytes(GoldenFolder.pt().resolve(name + ".pt"));
      files.add(withoutChecksums(bytes));
    }
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("a", Tensor.from(new float[] {1, 2, 3, 4}, 2, 2));
    values.put("b", List.of(Tensor.of(1L, 2L), "text", 1.5, Map.of("k", 1L << 40)));
    files.add(TorchBytes.legacy(values));
    return files;
  }

  private static byte[] withoutChecksums(byte[] zip) throws IOException {
    byte[] bytes = zip;
    try (ByteSource source = ByteSource.of(zip)) {
      int at = 0;
      for (int entry = ZipDirectory.read(source).size(); entry > 0; entry--) {
        at = TorchBytes.find(bytes, "PK\u0001\u0002", at);
        bytes = TorchBytes.patch(bytes, at + 16, 0);
        at += 46;
      }
    }
    return bytes;
  }

  private List<byte[]> safeTensorsFiles() throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("conv1.weight", Tensor.from(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
    tensors.put("label", Tensor.of(1L, 2L));
    tensors.put("flags \"é\"", Tensor.ofBools(new boolean[] {true, false, true}, 3));
    Path file = folder.resolve("original.safetensors");
    SafeTensors.write(tensors, Map.of("format", "pt"), file);
    return List.of(Files.readAllBytes(file));
  }

  private byte[] array() throws IOException {
    Path file = folder.resolve("original.npy");
    Npy.write(Tensor.from(new float[] {1, 2, 3, 4, 5, 6}, 2, 3), file);
    return Files.readAllBytes(file);
  }

  private byte[] arrays() throws IOException {
    Path file = folder.resolve("original.npz");
    Map<String, Tensor> arrays = new LinkedHashMap<>();
    arrays.put("a", Tensor.from(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
    arrays.put("b", Tensor.of(1L, 2L));
    Npy.writeAll(arrays, file);
    return withoutChecksums(Files.readAllBytes(file));
  }

  private boolean reads(byte[] bytes, Kind kind, int number) {
    long thread = Thread.currentThread().getId();
    long before = threads.getThreadAllocatedBytes(thread);
    long start = threads.getCurrentThreadCpuTime();
    boolean read;
    try {
      read = FileFuzzer.reads(kind, bytes);
    } catch (RuntimeException | Error e) {
      throw new AssertionError(describe(number, bytes), e);
    }
    long seconds = (threads.getCurrentThreadCpuTime() - start) / 1_000_000_000;
    long taken = threads.getThreadAllocatedBytes(thread) - before;
    assertTrue(seconds < SECONDS, () -> seconds + " s for " + describe(number, bytes));
    assertTrue(
        taken < BYTES_ANYWAY + (long) BYTES_PER_BYTE * bytes.length,
        () -> taken + " bytes taken for " + describe(number, bytes));
    return read;
  }

  private static String describe(int number, byte[] bytes) {
    return "file %d of seed %d: %s"
        .formatted(number, SEED, Base64.getEncoder().encodeToString(bytes));
  }

  private static byte[] mutate(byte[] original, Random random) {
    byte[] bytes = original.clone();
    for (int changes = 1 + random.nextInt(4); changes > 0 && bytes.length > 0; changes--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(8)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt();
        case 2 -> bytes[at] = (byte) OPCODES.charAt(random.nextInt(OPCODES.length()));
        case 3 -> number(bytes, at, NUMBERS[random.nextInt(NUMBERS.length)], random);
        case 4 -> {
          int length = Math.min(random.nextInt(16), bytes.length - at);
          System.arraycopy(bytes, at, bytes, random.nextInt(bytes.length - length + 1), length);
        }
        case 5 -> bytes = random.nextInt(4) == 0 ? Arrays.copyOf(bytes, at) : bytes;
        case 6 -> bytes[at] += (byte) (random.nextBoolean() ? 1 : -1);
        default -> bytes = random.nextInt(4) == 0 ? inserted(bytes, at, random) : bytes;
      }
    }
    return bytes;
  }

  private static void number(byte[] bytes, int at, long number, Random random) {
    int width = Math.min(1 << random.nextInt(4), bytes.length - at);
    for (int i = 0; i < width; i++) {
      bytes[at + i] = (byte) (number >>> 8 * i);
    }
  }

  private static byte[] inserted(byte[] bytes, int at, Random random) {
    int length = 1 + random.nextInt(8);
    byte[] longer = new byte[bytes.length + length];
    System.arraycopy(bytes, 0, longer, 0, at);
    System.arraycopy(bytes, at, longer, at + length, bytes.length - at);
    int from = Math.max(0, at - length);
    System.arraycopy(bytes, from, longer, at, Math.min(length, bytes.length - from));
    return longer;
  }
}
