package dev.tern.tests;

import dev.tern.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/**
 * Which method of the library computes the operation of a golden row. A row that no entry covers is
 * one whose operation the library does not have yet.
 */
final class OperationTable {
  /** The outputs of an operation, in the order the golden row names them. */
  @FunctionalInterface
  interface Forward extends BiFunction<GoldenCase, GoldenInputs, List<Tensor>> {}

  /** An operation with one output. */
  @FunctionalInterface
  interface Single extends BiFunction<GoldenCase, GoldenInputs, Tensor> {}

  record Entry(String op, Predicate<GoldenCase> covers, Forward forward) {}

  private final List<Entry> entries = new ArrayList<>();

  OperationTable op(String name, Single forward) {
    return op(name, c -> true, forward);
  }

  /** An operation that exists for some arguments only. */
  OperationTable op(String name, Predicate<GoldenCase> covers, Single forward) {
    return outputs(name, covers, (c, in) -> List.of(forward.apply(c, in)));
  }

  OperationTable outputs(String name, Forward forward) {
    return outputs(name, c -> true, forward);
  }

  OperationTable outputs(String name, Predicate<GoldenCase> covers, Forward forward) {
    entries.add(new Entry(name, covers, forward));
    return this;
  }

  Optional<Forward> find(GoldenCase row) {
    return entries.stream()
        .filter(entry -> entry.op().equals(row.op()) && entry.covers().test(row))
        .map(Entry::forward)
        .findFirst();
  }
}
