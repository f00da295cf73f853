package dev.tern.device;

import dev.tern.shape.View;
import java.util.Arrays;

/** What is worked out of indices, on the host. */
final class ComposedIndexing {
  private ComposedIndexing() {}

  private static long[] read(Backend b, Data index) {
    long[] indices = new long[index.numel()];
    b.download(index, indices, 0);
    return indices;
  }

  static void places(Backend b, IndexRange range, View view, int step, Data index, Data out) {
    long[] places = read(b, index);
    int[] at = new int[view.shape().rank()];
    int place = view.offset();
    for (int i = 0; i < places.length; i++) {
      if (!range.contains(places[i])) {
        throw range.refusal(places[i], i);
      }
      places[i] = place + step * places[i];
      for (int d = at.length - 1; d >= 0; d--) { // on to the next element
        place += view.stride(d);
        if (++at[d] < view.shape().size(d)) {
          break;
        }
        place -= at[d] * view.stride(d);
        at[d] = 0;
      }
    }
    b.upload(places, 0, out);
  }

  static void latest(Backend b, Data places, Data origins) {
    long[] origin = new long[origins.numel()];
    Arrays.fill(origin, -1);
    long[] place = read(b, places);
    for (int i = 0; i < place.length; i++) {
      origin[(int) place[i]] = i;
    }
    b.upload(origin, 0, origins);
  }
}
