package dev.tern.device.cuda;

import static dev.tern.device.cuda.Elements.run;
import static dev.tern.device.cuda.Elements.shifted;

import dev.tern.device.Data;
import dev.tern.device.Storage;
import dev.tern.shape.DType;
import dev.tern.shape.DTypeException;
import dev.tern.shape.View;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Launches {@code strided.cu}. */
final class Strided {
  private static final int TILE = 32;
  private static final int MOST_BLOCKS = 65535; // along y and z

  private final CudaDevice device;

  Strided(CudaDevice device) {
    this.device = device;
  }

  void read(Storage from, View view, Data out) {
    expectSame(from.dtype(), out.dtype());
    Data seen = new Data(from, view.offset(), view.shape());
    Walk walk = Walk.of(view);
    int bytes = out.dtype().bytes();
    if (isTransposition(walk)) {
      int columns = walk.size(1);
      int rows = walk.size(0);
      int batch = walk.rank() == 3 ? walk.size(2) : 1;
      Launch launch = device.kernel("transpose_" + bytes).args();
      launch.arg(seen).arg(out).arg(rows).arg(columns);
      launch.run(tiles(columns), Math.min(MOST_BLOCKS, tiles(rows)), batch, TILE, 8, 1);
      return;
    }
    walk.each(
        (struct, n, at, offsets) -> {
          Launch launch = device.kernel("read_" + bytes).args();
          run(launch.arg(shifted(seen, offsets[0])).arg(shifted(out, at)).arg(n).arg(struct), n);
        });
  }

  private static int tiles(int size) {
    return (size + TILE - 1) / TILE;
  }

  /** Whether it is dense memory of {@code [batch, rows, columns]} with the last two swapped. */
  private static boolean isTransposition(Walk walk) {
    return (walk.rank() == 2 || walk.rank() == 3 && walk.size(2) <= MOST_BLOCKS)
        && walk.size(0) >= TILE
        && walk.size(1) >= TILE
        && walk.step(0, 1) == 1
        && walk.step(0, 0) == walk.size(1)
        && (walk.rank() == 2 || walk.step(0, 2) == walk.size(0) * walk.size(1));
  }

  void write(Data x, Storage to, View view) {
    expectSame(x.dtype(), to.dtype());
    Data seen = new Data(to, view.offset(), view.shape());
    Walk.of(view)
        .each(
            (struct, n, at, offsets) -> {
              Launch launch = device.kernel("write_" + x.dtype().bytes()).args();
              run(launch.arg(shifted(x, at)).arg(shifted(seen, offsets[0])).arg(n).arg(struct), n);
            });
  }

  private static void expectSame(DType from, DType to) {
    if (from != to) {
      throw new DTypeException(
          "a strided copy keeps the element type, got %s and %s".formatted(from, to));
    }
  }

  /**
   * Adds in a fixed order where the view sees elements more than once: along dimensions of step 0 a
   * thread adds all; of the others, some are walked at once that reach no element twice, and the
   * rest index after index, each in a launch of its own.
   */
  void accumulate(Data x, Storage to, View view) {
    Elements.noHalf("accumulate", x);
    expectSame(x.dtype(), to.dtype());
    if (!Elements.isFloat(x) && x.dtype() != DType.INT64) {
      throw new DTypeException("accumulate takes float32, float64 and int64, got " + x.dtype());
    }
    Walk walk = Walk.of(view);
    if (view.shape().numel() == 0) {
      return;
    }
    List<Integer> apart = apart(walk);
    Walk at = walk.only(dimensions(walk, d -> apart.contains(d)));
    Walk over = walk.only(dimensions(walk, d -> walk.step(0, d) == 0)).from(1);
    Walk turns = walk.only(dimensions(walk, d -> walk.step(0, d) != 0 && !apart.contains(d)));
    Data seen = new Data(to, view.offset(), view.shape());
    String kernel = "accumulate_" + Elements.suffix(x.dtype());
    for (int turn = 0; turn < turns.numel(); turn++) {
      int[] from = turns.offsets(turn, 0);
      at.each(
          (struct, n, result, offsets) -> {
            Launch launch = device.kernel(kernel).args();
            launch.arg(shifted(x, from[1] + offsets[1])).arg(shifted(seen, from[0] + offsets[0]));
            launch.arg(n).arg(struct).arg(over.numel()).arg(over.struct(over.rank()));
            run(launch, n);
          });
    }
  }

  private static int[] dimensions(Walk walk, java.util.function.IntPredicate wanted) {
    return IntStream.range(0, walk.rank()).filter(wanted).toArray();
  }

  /** Large dimensions that together see no element twice. */
  private static List<Integer> apart(Walk walk) {
    List<Integer> bySize =
        IntStream.range(0, walk.rank())
            .filter(d -> walk.step(0, d) != 0)
            .boxed()
            .sorted(Comparator.comparing(d -> -walk.size(d)))
            .toList();
    List<Integer> apart = new ArrayList<>();
    for (int d : bySize) {
      apart.add(d);
      if (overlap(walk, apart)) {
        apart.remove(apart.size() - 1);
      }
    }
    return apart;
  }

  /** Whether some step is not beyond all that the smaller ones reach. */
  private static boolean overlap(Walk walk, List<Integer> dimensions) {
    long reach = 0;
    for (int d :
        dimensions.stream().sorted(Comparator.comparing(d -> Math.abs(walk.step(0, d)))).toList()) {
      long step = Math.abs((long) walk.step(0, d));
      if (step <= reach) {
        return true;
      }
      reach += step * (walk.size(d) - 1);
    }
    return false;
  }
}
