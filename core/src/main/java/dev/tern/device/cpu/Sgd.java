package dev.tern.device.cpu;

import dev.tern.device.SgdSpec;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One FLOAT32 step of {@link SgdSpec}. */
final class Sgd {
  private Sgd() {}

  static void step(
      SgdSpec spec, float[] p, int po, float[] g, int go, float @Nullable [] v, int vo, int n) {
    float sign = spec.maximize() ? -1 : 1;
    float decay = (float) spec.weightDecay();
    float lr = (float) -spec.lr();
    if (v == null) {
      for (int i = 0; i < n; i++) {
        float d = Math.fma(decay, p[po + i], sign * g[go + i]);
        p[po + i] = Math.fma(lr, d, p[po + i]);
      }
      return;
    }
    if (spec.first()) {
      Arrays.fill(v, vo, vo + n, 0); // what is in a new one is not defined
    }
    float fresh = spec.first() ? 1 : (float) (1 - spec.dampening());
    float momentum = (float) spec.momentum();
    for (int i = 0; i < n; i++) {
      float d = Math.fma(decay, p[po + i], sign * g[go + i]);
      v[vo + i] = Math.fma(momentum, v[vo + i], fresh * d);
    }
    if (spec.nesterov()) {
      for (int i = 0; i < n; i++) {
        float d = Math.fma(decay, p[po + i], sign * g[go + i]);
        p[po + i] = Math.fma(lr, Math.fma(momentum, v[vo + i], d), p[po + i]);
      }
    } else {
      for (int i = 0; i < n; i++) {
        p[po + i] = Math.fma(lr, v[vo + i], p[po + i]);
      }
    }
  }
}
