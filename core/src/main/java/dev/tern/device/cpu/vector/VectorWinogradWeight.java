package dev.tern.device.cpu.vector;

import dev.tern.device.cpu.Scratch;
import dev.tern.device.cpu.Taps;
import dev.tern.device.cpu.WinogradKernels;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** How Winograd's convolution transforms a weight, and a weight's gradient back. */
final class VectorWinogradWeight {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();

  private static final float A = VectorWinograd.A;
  private static final float B = VectorWinograd.B;

  // a point's share: one over the product of its distances from the other finite points
  private static final float SCALE_0 = 1 / (A * A * B * B);
  private static final float SCALE_A = 1 / (2 * A * A * (A * A - B * B));
  private static final float SCALE_B = 1 / (2 * B * B * (B * B - A * A));

  private VectorWinogradWeight() {}

  /** {@code U = G g Gᵀ}, lanes are output channels. */
  static void transform(int in, int out, int paddedIn, int paddedOut, Taps taps, float[] u) {
    int stride = WinogradKernels.stride(paddedIn * paddedOut);
    float[] g = Scratch.floats(Scratch.TILE, (9 + 18) * L);
    for (int k = 0; k < paddedOut; k += L) {
      int lanes = Math.max(0, Math.min(L, out - k));
      Arrays.fill(g, 0, 9 * L, 0);
      for (int c = 0; c < in; c++) {
        for (int i = 0; i < lanes; i++) {
          taps.copy(c, k + i, g, i, L);
        }
        for (int j = 0; j < 3; j++) {
          spread(g, j * L, 3 * L, g, (9 + j) * L, 3 * L);
        }
        for (int i = 0; i < 6; i++) {
          spread(g, (9 + 3 * i) * L, L, u, 6 * i * stride + c * paddedOut + k, stride);
        }
      }
    }
  }

  /** G: 3 vectors to 6. */
  private static void spread(float[] g, int at, int row, float[] u, int to, int stride) {
    FloatVector g0 = FloatVector.fromArray(S, g, at);
    FloatVector g1 = FloatVector.fromArray(S, g, at + row);
    FloatVector g2 = FloatVector.fromArray(S, g, at + 2 * row);
    FloatVector evenA = g2.fma(FloatVector.broadcast(S, A * A), g0).mul(SCALE_A);
    FloatVector oddA = g1.mul(A * SCALE_A);
    FloatVector evenB = g2.fma(FloatVector.broadcast(S, B * B), g0).mul(SCALE_B);
    FloatVector oddB = g1.mul(B * SCALE_B);
    g0.mul(SCALE_0).intoArray(u, to);
    evenA.add(oddA).intoArray(u, to + stride);
    evenA.sub(oddA).intoArray(u, to + 2 * stride);
    evenB.add(oddB).intoArray(u, to + 3 * stride);
    evenB.sub(oddB).intoArray(u, to + 4 * stride);
    g2.intoArray(u, to + 5 * stride);
  }

  /** {@code dw = Gᵀ D G}, lanes are input channels. */
  static void gradient(int k, int c, int paddedK, int paddedC, float[] d, float[] dw, int dwo) {
    int stride = WinogradKernels.stride(paddedK * paddedC);
    float[] g = Scratch.floats(Scratch.TILE, (18 + 9) * L);
    for (int o = 0; o < k; o++) {
      for (int i = 0; i < c; i += L) {
        int at = o * paddedC + i;
        for (int j = 0; j < 6; j++) {
          gather(d, at + j * stride, 6 * stride, g, j * L, 6 * L);
        }
        for (int r = 0; r < 3; r++) {
          gather(g, 6 * r * L, L, g, (18 + 3 * r) * L, L);
        }
        int lanes = Math.min(L, c - i);
        for (int lane = 0; lane < lanes; lane++) {
          int to = dwo + (o * c + i + lane) * 9;
          for (int tap = 0; tap < 9; tap++) {
            dw[to + tap] = g[(18 + tap) * L + lane];
          }
        }
      }
    }
  }

  /** Gᵀ: 6 vectors to 3. */
  private static void gather(float[] d, int at, int row, float[] g, int to, int stride) {
    FloatVector d0 = FloatVector.fromArray(S, d, at);
    FloatVector d1 = FloatVector.fromArray(S, d, at + row);
    FloatVector d2 = FloatVector.fromArray(S, d, at + 2 * row);
    FloatVector d3 = FloatVector.fromArray(S, d, at + 3 * row);
    FloatVector d4 = FloatVector.fromArray(S, d, at + 4 * row);
    FloatVector d5 = FloatVector.fromArray(S, d, at + 5 * row);
    FloatVector evenA = d1.add(d2).mul(SCALE_A);
    FloatVector oddA = d1.sub(d2).mul(A * SCALE_A);
    FloatVector evenB = d3.add(d4).mul(SCALE_B);
    FloatVector oddB = d3.sub(d4).mul(B * SCALE_B);
    d0.mul(SCALE_0).add(evenA).add(evenB).intoArray(g, to);
    oddA.add(oddB).intoArray(g, to + stride);
    evenA.mul(A * A).add(evenB.mul(B * B)).add(d5).intoArray(g, to + 2 * stride);
  }
}
