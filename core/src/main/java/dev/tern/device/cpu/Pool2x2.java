package dev.tern.device.cpu;

/** FLOAT32 pooling of 2x2 windows, split by groups of planes of a fixed size. */
final class Pool2x2 {
  private static final int ELEMENTS = 32_768;

  private Pool2x2() {}

  static void forward(int planes, int h, int w, float[] x, int xo, float[] y, int yo) {
    int each = Math.max(2, ELEMENTS / Math.max(1, h * w) / 2 * 2);
    Team.run(
        (planes + each - 1) / each,
        task -> {
          int first = task * each;
          int count = Math.min(each, planes - first);
          Simd.get()
              .maxPool2x2(
                  count * h / 2, w, x, xo + first * h * w, y, yo + first * (h / 2) * (w / 2));
        });
  }

  static void grad(
      int planes, int h, int w, float[] x, int xo, float[] dy, int dyo, float[] dx, int dxo) {
    int each = Math.max(2, ELEMENTS / Math.max(1, h * w) / 2 * 2);
    Team.run(
        (planes + each - 1) / each,
        task -> {
          int first = task * each;
          int count = Math.min(each, planes - first);
          Simd.get()
              .maxPool2x2Grad(
                  count * h / 2,
                  w,
                  x,
                  xo + first * h * w,
                  dy,
                  dyo + first * (h / 2) * (w / 2),
                  dx,
                  dxo + first * h * w);
        });
  }
}
