package dev.tern.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tern.device.BinaryOp;
import dev.tern.device.Draw;
import dev.tern.device.ReduceOp;
import dev.tern.device.UnaryOp;
import dev.tern.shape.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Kernels get an operation as its ordinal: so their lists must have the order of Java's. */
class OperationNumbersTest {
  private static final Path CUDA =
      Path.of(System.getProperty("tern.root", ".."), "cuda-backend/src/main/cuda");

  @Test
  void unaryOperations() throws IOException {
    List<String> names =
        Pattern.compile("^  OP\\((\\w+),", Pattern.MULTILINE)
            .matcher(Files.readString(CUDA.resolve("pointwise.cu")))
            .results()
            .map(found -> found.group(1))
            .toList();
    assertEquals(Arrays.stream(UnaryOp.values()).map(Enum::name).toList(), names);
  }

  @Test
  void theOtherLists() throws IOException {
    assertEquals(names(BinaryOp.values()), list("pointwise.cu", "BinaryOp"));
    assertEquals(
        names(ReduceOp.values()).replace(" MAX,", " LARGEST,").replace(" MIN,", " SMALLEST,"),
        list("reduce.cu", "ReduceOp"));
    assertEquals(names(Draw.values()), list("random.cu", "Draw"));
    assertEquals(names(DType.values()), list("cast.cu", "DType"));
  }

  private static String names(Enum<?>[] values) {
    return String.join(", ", Arrays.stream(values).map(Enum::name).toList());
  }

  private static String list(String file, String name) throws IOException {
    return Pattern.compile("enum " + name + " \\{ (.*) \\};")
        .matcher(Files.readString(CUDA.resolve(file)))
        .results()
        .map((MatchResult found) -> found.group(1))
        .findFirst()
        .orElse("no enum " + name + " in " + file);
  }
}
