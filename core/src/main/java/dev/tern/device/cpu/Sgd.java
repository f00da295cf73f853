package dev.tern.device.cpu;

import dev.tern.device.SgdSpec;
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
    float momentum = (float) spec.momentum();
    float fresh = spec.first() ? 1 : (float) (1 - spec.dampening());
    float old = spec.first() ? 0 : momentum;
    float ahead = spec.nesterov() ? momentum : 1;
    float direct = spec.nesterov() ? 1 : 0;
    for (int i = 0; i < n; i++) {
      float d = Math.fma(decay, p[po + i], sign * g[go + i]);
      float before = spec.first() ? 0 : v[vo + i]; // what is in a new one is not defined
      float velocity = Math.fma(old, before, fresh * d);
      v[vo + i] = velocity;
      p[po + i] = Math.fma(lr, Math.fma(ahead, velocity, direct * d), p[po + i]);
    }
  }
}
