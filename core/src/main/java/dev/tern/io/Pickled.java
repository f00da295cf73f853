package dev.tern.io;

import dev.tern.shape.DType;
import dev.tern.shape.View;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a pickle may hold beside numbers, strings and Java's own lists and sets. Nothing here has
 * memory of a device yet: a tensor is a description that has been checked against its storage's
 * announced size.
 */
sealed interface Pickled {

  /** Python's None. */
  enum None implements Pickled {
    NONE
  }

  /** A dict, in its order. */
  final class Dict implements Pickled {
    final boolean ordered;
    final Map<Object, Object> entries = new LinkedHashMap<>();

    /** What a state dict keeps as {@code _metadata}. */
    @Nullable Dict metadata;

    Dict(boolean ordered) {
      this.ordered = ordered;
    }
  }

  /**
   * A storage that lies elsewhere in the file.
   *
   * @param dtype the type of its elements
   * @param key its name there
   * @param numel the number of its elements
   */
  record StorageRef(DType dtype, String key, int numel) implements Pickled {}

  /**
   * A tensor.
   *
   * @param storage where its elements are
   * @param view how they lie there
   * @param requiresGrad PyTorch's flag
   * @param parameter whether it is a {@code torch.nn.Parameter}
   */
  record TensorRef(StorageRef storage, View view, boolean requiresGrad, boolean parameter)
      implements Pickled {}

  /** The type of a storage, named in front of it. */
  record StorageType(DType dtype) implements Pickled {}

  /** A function that a pickle may call: these, and no others. */
  enum Call implements Pickled {
    ORDERED_DICT,
    COUNTER,
    SIZE,
    REBUILD_TENSOR,
    REBUILD_PARAMETER,
    TYPE_TAG,
    TYPED_LIST
  }
}
