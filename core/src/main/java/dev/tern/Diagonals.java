package dev.tern;

import dev.tern.shape.ShapeException;

/** Triangles and diagonals of matrices. */
public sealed interface Diagonals permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /** The lower triangle of the last two dimensions, zeros above the given diagonal. */
  default Tensor tril(int diagonal) {
    return self().maskedFill(aboveDiagonal("tril", diagonal), 0);
  }

  /** The upper triangle of the last two dimensions, zeros below the given diagonal. */
  default Tensor triu(int diagonal) {
    return self().maskedFill(aboveDiagonal("triu", diagonal - 1).logicalNot(), 0);
  }

  private Tensor aboveDiagonal(String op, int diagonal) {
    Tensor x = self();
    if (x.rank() < 2) {
      throw new ShapeException(op + ": wants matrices, got " + x.shape());
    }
    Tensor row = Tensor.arange(x.size(-2)).unsqueeze(1);
    Tensor column = Tensor.arange(x.size(-1)).unsqueeze(0);
    return column.sub(row).gt(diagonal).to(x.device());
  }

  /** As {@link #tril(int)} with the main diagonal. */
  default Tensor tril() {
    return tril(0);
  }

  /** As {@link #triu(int)} with the main diagonal. */
  default Tensor triu() {
    return triu(0);
  }

  /** The sum of a matrix's main diagonal. */
  default Tensor trace() {
    if (self().rank() != 2) {
      throw new ShapeException("trace: wants a matrix, got " + self().shape());
    }
    return self().diagonal().sum();
  }

  /** Of a row the matrix that has it on a diagonal, of a matrix a diagonal, {@code torch.diag}. */
  default Tensor diag(int offset) {
    return switch (self().rank()) {
      case 1 -> diagEmbed(offset);
      case 2 -> self().diagonal(offset, 0, 1);
      default -> throw new ShapeException("diag: wants a row or a matrix, got " + self().shape());
    };
  }

  /** As {@link #diag(int)} with the main diagonal. */
  default Tensor diag() {
    return diag(0);
  }

  /** Matrices that have the last dimension on a diagonal and zeros elsewhere. */
  default Tensor diagEmbed(int offset) {
    Tensor x = self();
    if (x.rank() == 0) {
      throw new ShapeException("diagEmbed: wants at least one dimension, got a single number");
    }
    Tensor column = Tensor.arange(x.size(-1) + Math.abs(offset));
    Tensor on = column.unsqueeze(0).sub(column.unsqueeze(1)).eq(offset).to(x.device());
    // each row has the element that would stand in its place on the diagonal
    Tensor rows = x.pad(Math.max(0, offset), Math.max(0, -offset));
    return rows.unsqueeze(-2).maskedFill(on.logicalNot(), 0);
  }
}
