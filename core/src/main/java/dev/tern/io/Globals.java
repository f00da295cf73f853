package dev.tern.io;

import static java.util.Map.entry;

import dev.tern.io.Pickled.Call;
import dev.tern.io.Pickled.StorageType;
import dev.tern.shape.DType;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The names a pickle may use. A pickle is a program, and a global is any function of Python's; so
 * only those that make up state dicts are on this list, each with a meaning of our own.
 */
final class Globals {
  private static final Map<String, Pickled> ALLOWED =
      Map.ofEntries(
          entry("collections.OrderedDict", Call.ORDERED_DICT),
          entry("collections.Counter", Call.COUNTER),
          entry("torch.Size", Call.SIZE),
          entry("torch._utils._rebuild_tensor_v2", Call.REBUILD_TENSOR),
          entry("torch._utils._rebuild_parameter", Call.REBUILD_PARAMETER),
          entry("torch.jit._pickle.restore_type_tag", Call.TYPE_TAG),
          entry("torch.jit._pickle.build_intlist", Call.TYPED_LIST),
          entry("torch.jit._pickle.build_doublelist", Call.TYPED_LIST),
          entry("torch.jit._pickle.build_boollist", Call.TYPED_LIST),
          entry("torch.jit._pickle.build_tensorlist", Call.TYPED_LIST),
          entry("torch.FloatStorage", new StorageType(DType.FLOAT32)),
          entry("torch.DoubleStorage", new StorageType(DType.FLOAT64)),
          entry("torch.HalfStorage", new StorageType(DType.FLOAT16)),
          entry("torch.BFloat16Storage", new StorageType(DType.BFLOAT16)),
          entry("torch.LongStorage", new StorageType(DType.INT64)),
          entry("torch.IntStorage", new StorageType(DType.INT32)),
          entry("torch.ShortStorage", new StorageType(DType.INT16)),
          entry("torch.CharStorage", new StorageType(DType.INT8)),
          entry("torch.ByteStorage", new StorageType(DType.UINT8)),
          entry("torch.BoolStorage", new StorageType(DType.BOOL)));

  private Globals() {}

  /** The meaning of a name, or null where it is not on the list. */
  static @Nullable Pickled find(String module, String name) {
    return ALLOWED.get(module + "." + name);
  }

  /** Python's name of a storage of this element type, in module {@code torch}. */
  static String storageName(DType dtype) {
    return switch (dtype) {
      case FLOAT32 -> "FloatStorage";
      case FLOAT64 -> "DoubleStorage";
      case FLOAT16 -> "HalfStorage";
      case BFLOAT16 -> "BFloat16Storage";
      case INT64 -> "LongStorage";
      case INT32 -> "IntStorage";
      case INT16 -> "ShortStorage";
      case INT8 -> "CharStorage";
      case UINT8 -> "ByteStorage";
      case BOOL -> "BoolStorage";
    };
  }

  /** Why a name is not on the list, and what to save instead. */
  static String refusal(String module, String name) {
    String global = module + "." + name;
    if (name.startsWith("_rebuild_sparse")) {
      return "it holds a sparse tensor (%s); save x.to_dense()".formatted(global);
    }
    if (name.startsWith("_rebuild_qtensor") || name.matches("Q(U?Int|UInt).*Storage")) {
      return "it holds a quantised tensor (%s); save x.dequantize()".formatted(global);
    }
    if (name.matches("Complex.*Storage")) {
      return "it holds a complex tensor (%s); save torch.view_as_real(x)".formatted(global);
    }
    if (name.equals("_rebuild_tensor_v3") || name.equals("UntypedStorage")) {
      return "it holds a tensor of an element type that Tern does not have, such as uint16 or float8 (%s); save it cast to another"
          .formatted(global);
    }
    if (module.startsWith("__torch__")) {
      return "it holds a TorchScript program (global %s); save model.state_dict()"
          .formatted(global);
    }
    return "global %s is not on the list of what a state dict may hold, and a file is never allowed to name code to run; save model.state_dict(), and plain numbers, strings, lists and dicts beside it"
        .formatted(global);
  }
}
