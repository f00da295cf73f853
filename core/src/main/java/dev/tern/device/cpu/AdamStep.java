package dev.tern.device.cpu;

import dev.tern.device.AdamSpec;
import org.jspecify.annotations.Nullable;

/** One FLOAT32 step of {@link AdamSpec}, in loops that C2 makes vectors of. */
final class AdamStep {
  private AdamStep() {}

  static void run(
      AdamSpec s,
      float[] p,
      int po,
      float[] g,
      int go,
      float[] m,
      int mo,
      float[] v,
      int vo,
      float @Nullable [] largest,
      int lo,
      int n) {
    float sign = s.maximize() ? -1 : 1;
    float decay = s.decoupled() ? 0 : (float) s.weightDecay();
    float keep = s.decoupled() ? (float) (1 - s.lr() * s.weightDecay()) : 1;
    float beta1 = (float) s.beta1();
    float beta2 = (float) s.beta2();
    float fresh1 = (float) (1 - s.beta1());
    float fresh2 = (float) (1 - s.beta2());
    for (int i = 0; i < n; i++) {
      float d = Math.fma(decay, p[po + i], sign * g[go + i]);
      m[mo + i] = Math.fma(beta1, m[mo + i], fresh1 * d);
      v[vo + i] = Math.fma(beta2, v[vo + i], fresh2 * d * d);
    }
    float[] divisor = v;
    int at = vo;
    if (largest != null) {
      for (int i = 0; i < n; i++) {
        largest[lo + i] = Math.max(largest[lo + i], v[vo + i]);
      }
      divisor = largest;
      at = lo;
    }
    float step = (float) (-s.lr() / s.correction1());
    float scale = (float) (1 / Math.sqrt(s.correction2()));
    float eps = (float) s.eps();
    for (int i = 0; i < n; i++) {
      float d = Math.fma((float) Math.sqrt(divisor[at + i]), scale, eps);
      p[po + i] = Math.fma(step, m[mo + i] / d, keep * p[po + i]);
    }
  }
}
