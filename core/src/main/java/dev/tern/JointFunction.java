package dev.tern;

import dev.tern.shape.AutogradException;
import dev.tern.shape.Shape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * As {@link Function}, with several outputs of one element type and device. They come as views of
 * one memory, so that one backward call serves them all.
 */
public abstract class JointFunction {
  /** Computes the outputs. */
  protected abstract List<Tensor> forward(Function.Context context, Tensor... inputs);

  /**
   * Computes one gradient an input, null where none is wanted.
   *
   * @param dys one gradient an output, zeros where an output was not used
   */
  protected abstract @Nullable Tensor[] backward(Function.Context context, List<Tensor> dys);

  /**
   * Runs the forward and records the backward.
   *
   * @throws AutogradException at the backward pass, if it gives another number of gradients than
   *     there are inputs
   */
  public final List<Tensor> apply(Tensor... inputs) {
    var shapes = new ArrayList<Shape>();
    Function packed =
        new Function() {
          @Override
          protected Tensor forward(Context context, Tensor... given) {
            List<Tensor> outputs = JointFunction.this.forward(context, given);
            outputs.forEach(output -> shapes.add(output.shape()));
            return Tensor.cat(outputs.stream().map(output -> output.reshape(-1)).toList(), 0);
          }

          @Override
          protected @Nullable Tensor[] backward(Context context, Tensor dy) {
            return JointFunction.this.backward(context, parts(dy, shapes));
          }

          @Override
          String name() {
            return JointFunction.this.getClass().getSimpleName();
          }
        };
    return parts(packed.apply(inputs), shapes);
  }

  private static List<Tensor> parts(Tensor row, List<Shape> shapes) {
    int[] sizes = shapes.stream().mapToInt(Shape::numel).toArray();
    List<Tensor> rows = row.split(sizes, 0);
    List<Tensor> parts = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      parts.add(rows.get(i).reshape(shapes.get(i)));
    }
    return parts;
  }
}
