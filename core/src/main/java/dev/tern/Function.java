package dev.tern;

import dev.tern.shape.AutogradException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An operation whose gradient the user writes, {@code torch.autograd.Function}.
 *
 * <pre>{@code
 * class Cube extends Function {
 *   @Override protected Tensor forward(Context context, Tensor... inputs) {
 *     context.save(inputs[0]);
 *     return inputs[0].pow(3);
 *   }
 *   @Override protected Tensor[] backward(Context context, Tensor dy) {
 *     return new Tensor[] {dy.mul(context.saved(0).square()).mul(3)};
 *   }
 * }
 * Tensor y = new Cube().apply(x);
 * }</pre>
 *
 * For several outputs there is {@link JointFunction}. What {@link #forward} computes is not
 * recorded; with {@code createGraph}, what {@link #backward} computes is.
 */
public abstract class Function {
  /** What one call keeps from its forward for its backward. */
  public static final class Context {
    private List<Tensor> saved = List.of();

    private Context() {}

    /** Keeps tensors for the backward; changing them in place before it is an error there. */
    public void save(Tensor... tensors) {
      saved = List.of(tensors);
    }

    /** One of the tensors kept. */
    public Tensor saved(int index) {
      return saved.get(index);
    }
  }

  /** Computes the output. */
  protected abstract Tensor forward(Context context, Tensor... inputs);

  /** Computes one gradient an input, null where none is wanted, from that of the output. */
  protected abstract @Nullable Tensor[] backward(Context context, Tensor dy);

  /**
   * Runs the forward and records the backward.
   *
   * @throws AutogradException at the backward pass, if it gives another number of gradients than
   *     there are inputs
   */
  public final Tensor apply(Tensor... inputs) {
    Context context = new Context();
    Tensor result;
    try (var off = Autograd.noGrad()) {
      result = forward(context, inputs);
    }
    Tensor y = result.alias(result.layout(), null);
    return y.fromJoint(
        name(),
        inputs.clone(),
        (dy, mine) -> gradients(context, dy, inputs.length),
        false,
        context.saved.toArray(new Tensor[0]));
  }

  /** Its name in messages. */
  String name() {
    return getClass().getSimpleName();
  }

  private @Nullable Tensor[] gradients(Context context, Tensor dy, int count) {
    @Nullable Tensor[] gradients = backward(context, dy);
    if (gradients.length != count) {
      throw new AutogradException(
          "%s: backward gave %d gradients for %d inputs"
              .formatted(name(), gradients.length, count));
    }
    return gradients;
  }
}
