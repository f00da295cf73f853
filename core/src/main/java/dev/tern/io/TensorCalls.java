package dev.tern.io;

import dev.tern.Tuple;
import dev.tern.io.Pickled.Call;
import dev.tern.io.Pickled.Dict;
import dev.tern.io.Pickled.None;
import dev.tern.io.Pickled.StorageRef;
import dev.tern.io.Pickled.TensorRef;
import dev.tern.shape.Shape;
import dev.tern.shape.View;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * What the functions of {@link Globals} do. None copies its arguments, so calls cannot multiply
 * them.
 */
final class TensorCalls {
  private static final int MOST_DIMENSIONS = 64; // PyTorch's own bound

  private final ByteSource source;

  TensorCalls(ByteSource source) {
    this.source = source;
  }

  Object call(Call function, Tuple arguments) throws FormatException {
    Object given = arguments.isEmpty() ? null : arguments.get(0);
    Object first = given == null ? None.NONE : given;
    return switch (function) {
      case ORDERED_DICT -> {
        require(arguments.isEmpty(), function);
        yield new Dict(true);
      }
      case COUNTER -> {
        require(arguments.size() == 1 && first instanceof Dict, function);
        yield first;
      }
      case SIZE -> {
        require(arguments.size() == 1 && first instanceof Tuple, function);
        yield first;
      }
      case TYPED_LIST -> {
        require(arguments.size() == 1 && first instanceof ArrayList<?>, function);
        yield first;
      }
      case TYPE_TAG -> {
        require(arguments.size() == 2 && arguments.get(1) instanceof String, function);
        yield first;
      }
      case REBUILD_TENSOR -> tensor(arguments);
      case REBUILD_PARAMETER -> parameter(arguments);
    };
  }

  /** {@code _rebuild_parameter(data, requires_grad, backward_hooks)}. */
  private TensorRef parameter(Tuple arguments) throws FormatException {
    if (arguments.size() != 3
        || !(arguments.get(0) instanceof TensorRef data)
        || !(arguments.get(1) instanceof Boolean requiresGrad)
        || !isEmptyDict(arguments.get(2))) {
      throw unexpected(Call.REBUILD_PARAMETER);
    }
    return new TensorRef(data.storage(), data.view(), checkGrad(data, requiresGrad), true);
  }

  /**
   * {@code _rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks[,
   * metadata])}.
   */
  private TensorRef tensor(Tuple arguments) throws FormatException {
    if (arguments.size() < 6
        || arguments.size() > 7
        || !(arguments.get(0) instanceof StorageRef storage)
        || !(arguments.get(1) instanceof Long offset)
        || !(arguments.get(2) instanceof Tuple sizes)
        || !(arguments.get(3) instanceof Tuple strides)
        || !(arguments.get(4) instanceof Boolean requiresGrad)
        || !isEmptyDict(arguments.get(5))
        || arguments.size() == 7 && !isEmptyDict(arguments.get(6))) {
      throw unexpected(Call.REBUILD_TENSOR);
    }
    TensorRef tensor = new TensorRef(storage, view(storage, offset, sizes, strides), false, false);
    return requiresGrad
        ? new TensorRef(storage, tensor.view(), checkGrad(tensor, true), false)
        : tensor;
  }

  private boolean checkGrad(TensorRef tensor, boolean requiresGrad) throws FormatException {
    if (requiresGrad && !tensor.storage().dtype().isFloatingPoint()) {
      throw source.refuse(
          "a tensor of %s that requires a gradient".formatted(tensor.storage().dtype()));
    }
    return requiresGrad;
  }

  /** Checks offset, sizes and strides against the storage, with bounds that keep 64 bits exact. */
  private View view(StorageRef storage, long offset, Tuple sizes, Tuple strides)
      throws FormatException {
    int rank = sizes.size();
    if (rank > MOST_DIMENSIONS
        || strides.size() != rank
        || offset < 0
        || offset > storage.numel()) {
      throw outside(storage, offset, sizes, strides);
    }
    int[] size = new int[rank];
    int[] stride = new int[rank];
    boolean empty = false;
    for (int d = 0; d < rank; d++) {
      size[d] = bounded(sizes.get(d));
      stride[d] = bounded(strides.get(d));
      if (size[d] < 0 || stride[d] < 0) {
        throw outside(storage, offset, sizes, strides);
      }
      empty |= size[d] == 0;
    }
    long numel = 1;
    long last = offset; // below 2^31 at each step, so that a step more cannot overflow
    for (int d = 0; d < rank; d++) {
      numel *= Math.max(size[d], 1);
      last += empty ? 0 : (long) stride[d] * (size[d] - 1);
      if (numel > Integer.MAX_VALUE || last > storage.numel()) {
        throw outside(storage, offset, sizes, strides);
      }
    }
    if (!empty && last >= storage.numel()) {
      throw outside(storage, offset, sizes, strides);
    }
    return View.strided(Shape.of(size), stride, (int) offset);
  }

  /** A whole number from 0 to 2^31 - 1, or -1. */
  private static int bounded(@Nullable Object value) {
    return value instanceof Long number && number >= 0 && number <= Integer.MAX_VALUE
        ? number.intValue()
        : -1;
  }

  private FormatException outside(StorageRef storage, long offset, Tuple sizes, Tuple strides) {
    String text =
        sizes.size() > MOST_DIMENSIONS || strides.size() > MOST_DIMENSIONS
            ? "more than %d sizes or strides".formatted(MOST_DIMENSIONS)
            : "sizes %s and strides %s".formatted(numbers(sizes), numbers(strides));
    return source.refuse(
        "a tensor of %s from element %d on does not lie in its storage '%s' of %d elements"
            .formatted(text, offset, storage.key(), storage.numel()));
  }

  private static String numbers(Tuple tuple) {
    StringBuilder text = new StringBuilder("(");
    for (Object element : tuple) {
      text.append(text.length() == 1 ? "" : ", ").append(element instanceof Long ? element : "?");
    }
    return text.append(")").toString();
  }

  private static boolean isEmptyDict(@Nullable Object value) {
    return value == None.NONE || value instanceof Dict dict && dict.entries.isEmpty();
  }

  private void require(boolean fits, Call function) throws FormatException {
    if (!fits) {
      throw unexpected(function);
    }
  }

  private FormatException unexpected(Call function) {
    return source.refuse(
        "%s is called with other arguments than PyTorch gives it".formatted(function));
  }
}
