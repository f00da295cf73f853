package dev.tern.data;

import dev.tern.Tensor;
import dev.tern.device.Generator;
import dev.tern.shape.DType;
import dev.tern.shape.StateDictException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An epoch's position: the generator's state before its order was drawn, so that it can be drawn
 * again, and how many batches it gave.
 */
final class EpochState {
  private static final String BEFORE = "generator";
  private static final String OWN = "own_generator";
  private static final String BATCHES = "num_batches";
  private static final String GIVEN = "num_yielded";

  private EpochState() {}

  static Map<String, Object> save(DataLoader loader, byte[] before, int batches, int given) {
    Map<String, Object> state = new LinkedHashMap<>();
    state.put(BEFORE, bytes(before));
    state.put(BATCHES, (long) batches);
    state.put(GIVEN, (long) given);
    if (loader.generator != null) {
      state.put(OWN, bytes(loader.generator.getState()));
    }
    return state;
  }

  private static Tensor bytes(byte[] bytes) {
    return Tensor.ofBytes(DType.UINT8, bytes, bytes.length);
  }

  static Epoch resume(DataLoader loader, Map<?, ?> state) {
    List<String> faults = new ArrayList<>();
    Generator draws = generator(state, BEFORE, faults);
    Generator own = loader.generator;
    Generator ownNow = own == null ? null : generator(state, OWN, faults);
    long given = number(state, GIVEN, faults);
    long batches = number(state, BATCHES, faults);
    if (faults.isEmpty() && (batches != loader.size() || given < 0 || given > batches)) {
      faults.add(
          "%d of %d batches given in the checkpoint; the loader has %d"
              .formatted(given, batches, loader.size()));
    }
    if (!faults.isEmpty() || draws == null) {
      throw new StateDictException(
          "Error(s) in loading state_dict for DataLoader:\n\t" + String.join("\n\t", faults));
    }
    Epoch epoch = new Epoch(loader, draws, (int) given);
    if (own != null && ownNow != null) {
      own.setState(ownNow.getState());
    }
    return epoch;
  }

  private static @Nullable Generator generator(Map<?, ?> state, String name, List<String> faults) {
    try {
      if (state.get(name) instanceof Tensor tensor && tensor.dtype() == DType.UINT8) {
        Generator generator = Generator.of(0);
        generator.setState(tensor.toByteArray());
        return generator;
      }
      faults.add("'%s' is no UINT8 tensor".formatted(name));
    } catch (IllegalArgumentException e) {
      faults.add("'%s': %s".formatted(name, e.getMessage()));
    }
    return null;
  }

  private static long number(Map<?, ?> state, String name, List<String> faults) {
    if (state.get(name) instanceof Number number) {
      return number.longValue();
    }
    faults.add("'%s' is no number: %s".formatted(name, state.get(name)));
    return 0;
  }
}
