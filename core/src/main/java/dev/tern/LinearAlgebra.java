package dev.tern;

import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;

/** Products of vectors and matrices under their own names. */
public sealed interface LinearAlgebra permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  private static void expectRank(String op, int rank, Tensor tensor) {
    if (tensor.rank() != rank) {
      throw new ShapeException(
          "%s: wants %d dimensions, got %s".formatted(op, rank, tensor.shape()));
    }
  }

  /** The product of two matrices. */
  default Tensor mm(Tensor other) {
    expectRank("mm", 2, self());
    expectRank("mm", 2, other);
    return self().matmul(other);
  }

  /** The products of two batches of matrices, {@code [B, m, k] x [B, k, n]}. */
  default Tensor bmm(Tensor other) {
    expectRank("bmm", 3, self());
    expectRank("bmm", 3, other);
    if (self().size(0) != other.size(0)) {
      throw new ShapeException(
          "bmm: batches of %s and %s differ".formatted(self().shape(), other.shape()));
    }
    return self().matmul(other);
  }

  /** The product of a matrix and a vector. */
  default Tensor mv(Tensor vector) {
    expectRank("mv", 2, self());
    expectRank("mv", 1, vector);
    return self().matmul(vector);
  }

  /** The sum of the products of two vectors' elements. */
  default Tensor dot(Tensor other) {
    expectRank("dot", 1, self());
    expectRank("dot", 1, other);
    return self().matmul(other);
  }

  /** All products of two vectors' elements: {@code [n, m]}. */
  default Tensor outer(Tensor other) {
    expectRank("outer", 1, self());
    expectRank("outer", 1, other);
    return self().unsqueeze(1).mul(other);
  }

  /** {@code this + a b}. */
  default Tensor addmm(Tensor a, Tensor b) {
    return addmm(a, b, 1, 1);
  }

  /** {@code beta this + alpha a b}, a and b matrices. */
  default Tensor addmm(Tensor a, Tensor b, double beta, double alpha) {
    return plus(a.mm(b), beta, alpha);
  }

  /** {@code beta this + alpha a v}, a a matrix and v a vector. */
  default Tensor addmv(Tensor a, Tensor vector, double beta, double alpha) {
    return plus(a.mv(vector), beta, alpha);
  }

  /** {@code beta this + alpha a b}, a and b batches of matrices. */
  default Tensor baddbmm(Tensor a, Tensor b, double beta, double alpha) {
    return plus(a.bmm(b), beta, alpha);
  }

  private Tensor plus(Tensor product, double beta, double alpha) {
    Tensor scaled = alpha == 1 ? product : product.mul(alpha);
    if (beta == 0) { // what this holds, be it NaN, does not count then
      Shape.broadcast("addmm", self().shape(), product.shape());
      return scaled;
    }
    return (beta == 1 ? self() : self().mul(beta)).add(scaled);
  }

  /** The products of the last dimensions' elements, summed: {@code torch.inner}. */
  default Tensor inner(Tensor other) {
    Tensor x = self();
    return x.rank() == 0 || other.rank() == 0
        ? x.mul(other)
        : x.tensordot(other, last(x), last(other));
  }

  private static int[] last(Tensor x) {
    return new int[] {x.rank() - 1};
  }

  /** The last {@code dims} dimensions of this with the first of the other, summed. */
  default Tensor tensordot(Tensor other, int dims) {
    int[] own = new int[dims];
    int[] others = new int[dims];
    for (int i = 0; i < dims; i++) {
      own[i] = self().rank() - dims + i;
      others[i] = i;
    }
    return tensordot(other, own, others);
  }

  /** Some dimensions of this with as many of the other, summed: {@code torch.tensordot}. */
  default Tensor tensordot(Tensor other, int[] dims, int[] otherDims) {
    Tensor x = self();
    if (dims.length != otherDims.length) {
      throw new ShapeException(
          "tensordot: %d dimensions against %d".formatted(dims.length, otherDims.length));
    }
    int summed = 1;
    int[] ends = new int[dims.length];
    int[] starts = new int[dims.length];
    for (int i = 0; i < dims.length; i++) {
      if (x.size(dims[i]) != other.size(otherDims[i])) {
        throw new ShapeException(
            "tensordot: dimension %d of %s does not fit dimension %d of %s"
                .formatted(dims[i], x.shape(), otherDims[i], other.shape()));
      }
      summed *= x.size(dims[i]);
      ends[i] = x.rank() - dims.length + i;
      starts[i] = i;
    }
    Tensor a = x.movedim(dims, ends);
    Tensor b = other.movedim(otherDims, starts);
    int[] sizes = new int[a.rank() + b.rank() - 2 * dims.length];
    int rows = 1;
    for (int d = 0; d < a.rank() - dims.length; d++) {
      sizes[d] = a.size(d);
      rows *= sizes[d];
    }
    int columns = 1;
    for (int d = dims.length; d < b.rank(); d++) {
      sizes[a.rank() - 2 * dims.length + d] = b.size(d);
      columns *= b.size(d);
    }
    return a.reshape(rows, summed).matmul(b.reshape(summed, columns)).reshape(sizes);
  }

  /** Each element of this times all of the other, as blocks: the Kronecker product. */
  default Tensor kron(Tensor other) {
    Tensor x = self();
    int rank = Math.max(x.rank(), other.rank());
    int[] a = new int[2 * rank];
    int[] b = new int[2 * rank];
    int[] sizes = new int[rank];
    for (int d = 0; d < rank; d++) {
      int own = d - (rank - x.rank());
      int others = d - (rank - other.rank());
      a[2 * d] = own < 0 ? 1 : x.size(own);
      a[2 * d + 1] = 1;
      b[2 * d] = 1;
      b[2 * d + 1] = others < 0 ? 1 : other.size(others);
      sizes[d] = a[2 * d] * b[2 * d + 1];
    }
    return x.reshape(a).mul(other.reshape(b)).reshape(sizes);
  }

  /** The vector product along a dimension of size 3. */
  default Tensor cross(Tensor other, int dim) {
    Tensor x = self();
    if (x.size(dim) != 3 || other.size(dim) != 3) {
      throw new ShapeException(
          "cross: dimension %d of %s and %s must have 3 elements"
              .formatted(dim, x.shape(), other.shape()));
    }
    return x.roll(-1, dim).mul(other.roll(-2, dim)).sub(x.roll(-2, dim).mul(other.roll(-1, dim)));
  }

  /** A square matrix, or each of a batch, to a whole power of at least 0. */
  default Tensor matrixPower(int power) {
    Tensor x = self();
    if (x.rank() < 2 || x.size(-1) != x.size(-2) || power < 0) {
      throw new ShapeException(
          "matrixPower: wants square matrices and a power of at least 0, got %s and %d"
              .formatted(x.shape(), power));
    }
    Tensor result = Tensor.eye(x.size(-1)).to(x.dtype()).to(x.device()).expand(x.shape());
    Tensor square = x;
    for (int left = power; left > 0; left /= 2) {
      result = left % 2 == 1 ? result.matmul(square) : result;
      square = left > 1 ? square.matmul(square) : square;
    }
    return result;
  }
}
