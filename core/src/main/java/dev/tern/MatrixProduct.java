package dev.tern;

import static dev.tern.Gradient.grad;

import dev.tern.device.MatmulSpec;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import dev.tern.shape.View;
import org.jspecify.annotations.Nullable;

/** Products of matrices. */
public sealed interface MatrixProduct permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /**
   * The matrix product as {@code torch.matmul} defines it: {@code [m, k] x [k, n]}, batches of them
   * with broadcast leading dimensions, a vector taken as a row on the left and as a column on the
   * right.
   *
   * @throws ShapeException if the inner sizes differ
   */
  default Tensor matmul(Tensor other) {
    Tensor a = self();
    Tensor b = other;
    Tensor.expectSame("matmul", a, b);
    if (a.rank() == 0 || b.rank() == 0) {
      throw new ShapeException(
          "matmul: wants vectors or matrices, got " + a.shape() + " and " + b.shape());
    }
    Tensor left = a.rank() == 1 ? a.unsqueeze(0) : a;
    Tensor right = b.rank() == 1 ? b.unsqueeze(1) : b;
    if (left.size(-1) != right.size(-2)) {
      throw new ShapeException(
          "matmul: %s does not fit %s; expected %d rows in the second"
              .formatted(a.shape(), b.shape(), left.size(-1)));
    }
    Tensor y;
    if (left.rank() > 2 && right.rank() == 2) { // one right matrix: the batch is more rows
      int[] sizes = left.shape().with(-1, right.size(1)).toArray();
      y = product(left.reshape(-1, left.size(-1)), right).reshape(sizes);
    } else {
      y = product(left, right);
    }
    y = b.rank() == 1 ? y.squeeze(-1) : y;
    return a.rank() == 1 ? y.squeeze(b.rank() == 1 ? -1 : -2) : y;
  }

  private static Tensor product(Tensor a, Tensor b) {
    Shape batch = Shape.broadcast("matmul", leading(a.shape()), leading(b.shape()));
    Tensor x = spread(a, batch);
    Tensor y = spread(b, batch);
    int m = x.size(-2);
    int k = x.size(-1);
    int n = y.size(-1);
    boolean ta = isTransposed(x.layout());
    boolean tb = isTransposed(y.layout());
    int[] sizes = java.util.Arrays.copyOf(batch.toArray(), batch.rank() + 2);
    sizes[batch.rank()] = m;
    sizes[batch.rank() + 1] = n;
    Tensor out = x.empty(Shape.of(sizes));
    var spec = new MatmulSpec(batch.numel(), m, n, k, ta, tb, false, false);
    Tensor stored = ta ? x.detach().transpose(-1, -2) : x;
    Tensor storedB = tb ? y.detach().transpose(-1, -2) : y;
    x.backend().matmul(spec, stored.data(), storedB.data(), out.data());
    return out.from(
        "matmul",
        grad(x, dy -> product(dy, y.transpose(-1, -2)), y), // dA = dC Bᵀ
        grad(y, dy -> product(x.transpose(-1, -2), dy), x)); // dB = Aᵀ dC
  }

  private static Shape leading(Shape shape) {
    return shape.without(-1).without(-1);
  }

  private static Tensor spread(Tensor x, Shape batch) {
    if (leading(x.shape()).equals(batch)) {
      return x;
    }
    int[] sizes = java.util.Arrays.copyOf(batch.toArray(), batch.rank() + 2);
    sizes[batch.rank()] = x.size(-2);
    sizes[batch.rank() + 1] = x.size(-1);
    return x.expand(sizes);
  }

  /**
   * Whether the last two dimensions are stored the other way round, so that a flag does for a copy.
   */
  private static boolean isTransposed(View view) {
    if (view.isDense()) {
      return false;
    }
    int rank = view.shape().rank();
    int[] order = new int[rank];
    java.util.Arrays.setAll(order, d -> d);
    order[rank - 1] = rank - 2;
    order[rank - 2] = rank - 1;
    return view.permute(order).isDense();
  }

  /**
   * {@code x Wᵀ + b}, {@code torch.nn.functional.linear}.
   *
   * @param weight {@code [out, in]}, for this tensor {@code [*, in]}
   * @param bias {@code [out]} or null
   * @throws ShapeException if the sizes do not fit
   */
  default Tensor linear(Tensor weight, @Nullable Tensor bias) {
    Tensor x = self();
    if (weight.rank() != 2 || x.rank() == 0 || x.size(-1) != weight.size(1)) {
      throw new ShapeException(
          "linear: input %s does not fit weight %s; expected [*, %s]"
              .formatted(x.shape(), weight.shape(), weight.rank() == 2 ? weight.size(1) : "in"));
    }
    Tensor y = x.matmul(weight.t());
    return bias == null ? y : y.add(bias);
  }
}
