package dev.tern.nn;

import dev.tern.Autograd;
import dev.tern.StateDict;
import dev.tern.Tensor;
import dev.tern.nn.Members.Member;
import dev.tern.nn.Members.Place;
import dev.tern.shape.DType;
import dev.tern.shape.StateDictException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Loading a state dict: first all checks, then all copies. */
final class StateLoading {
  private record Copy(Tensor from, Tensor into) {}

  private final Map<String, Tensor> state;
  private final Map<String, Object> metadata;
  private final List<Copy> copies = new ArrayList<>();
  private final List<String> missing = new ArrayList<>();
  private final List<String> mismatches = new ArrayList<>();
  private final Set<String> expected = new LinkedHashSet<>();

  private StateLoading(Map<String, Tensor> state) {
    this.state = state;
    this.metadata = state instanceof StateDict dict ? dict.metadata() : Map.of();
  }

  static IncompatibleKeys load(Module module, Map<String, Tensor> state, boolean strict) {
    StateLoading loading = new StateLoading(state);
    for (Place place : Members.places(module)) {
      loading.check(place);
    }
    List<String> unexpected =
        state.keySet().stream().filter(key -> !loading.expected.contains(key)).toList();
    loading.refuse(module, strict, unexpected);
    try (var off = Autograd.noGrad()) {
      for (Copy copy : loading.copies) {
        copy.into.copy_(copy.from.to(copy.into.device()).to(copy.into.dtype()));
      }
    }
    return new IncompatibleKeys(loading.missing, unexpected);
  }

  private void check(Place place) {
    Module module = place.module();
    for (Member member : place.tensors()) {
      if (!member.saved()) {
        continue;
      }
      String key = place.pathOf(member);
      Tensor into = (Tensor) member.value();
      Tensor from = state.get(key);
      if (from == null && module != null && !state.containsKey(key)) {
        from = module.absentInVersion(member.name(), versionOf(place.name()));
      }
      expected.add(key);
      if (from == null) {
        missing.add(key);
      } else {
        check(key, from, into);
      }
    }
  }

  private void check(String key, Tensor from, Tensor into) {
    // a single number was saved as [1] before PyTorch 0.4
    Tensor value =
        into.rank() == 0 && from.rank() == 1 && from.numel() == 1 ? from.squeeze(0) : from;
    if (!value.shape().equals(into.shape())) {
      mismatches.add(
          "size mismatch for %s: copying a param with shape %s from checkpoint, the shape in current model is %s."
              .formatted(key, torchSize(from), torchSize(into)));
    } else if (kind(value.dtype()) != kind(into.dtype())) {
      mismatches.add(
          "dtype mismatch for %s: copying a param of dtype torch.%s from checkpoint, the dtype in current model is torch.%s."
              .formatted(key, from.dtype().torchName(), into.dtype().torchName()));
    } else {
      copies.add(new Copy(value, into));
    }
  }

  private static int kind(DType dtype) {
    return dtype.isFloatingPoint() ? 0 : dtype == DType.BOOL ? 1 : 2;
  }

  private static String torchSize(Tensor tensor) {
    StringBuilder sizes = new StringBuilder("torch.Size([");
    for (int d = 0; d < tensor.rank(); d++) {
      sizes.append(d == 0 ? "" : ", ").append(tensor.size(d));
    }
    return sizes.append("])").toString();
  }

  private int versionOf(String name) {
    Object local = metadata.get(name);
    @Nullable Object version = local instanceof Map<?, ?> map ? map.get("version") : null;
    return version instanceof Number number ? number.intValue() : 0;
  }

  private void refuse(Module module, boolean strict, List<String> unexpected) {
    List<String> errors = new ArrayList<>();
    if (strict && !missing.isEmpty()) {
      errors.add("Missing key(s) in state_dict: " + quoted(missing) + ". ");
    }
    if (strict && !unexpected.isEmpty()) {
      errors.add("Unexpected key(s) in state_dict: " + quoted(unexpected) + ". ");
    }
    errors.addAll(mismatches);
    if (!errors.isEmpty()) {
      throw new StateDictException(
          "Error(s) in loading state_dict for %s:\n\t%s"
              .formatted(module.name(), String.join("\n\t", errors)));
    }
  }

  private static String quoted(List<String> keys) {
    return keys.stream().map(key -> '"' + key + '"').collect(Collectors.joining(", "));
  }
}
