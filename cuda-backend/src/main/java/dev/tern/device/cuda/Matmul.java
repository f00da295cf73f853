package dev.tern.device.cuda;

import dev.tern.device.Data;
import dev.tern.device.MatmulSpec;
import org.jspecify.annotations.Nullable;

/** Launches {@code matmul.cu}, or asks cuBLAS where there is one to ask. */
final class Matmul {
  private static final int MOST_BATCHES = 65535; // along z; a block goes on to further ones

  private final CudaDevice device;
  private final CudaBackend backend;
  private final @Nullable CuBlas blas;

  Matmul(CudaDevice device, CudaBackend backend, @Nullable CuBlas blas) {
    this.device = device;
    this.backend = backend;
    this.blas = blas;
  }

  void apply(MatmulSpec s, Data a, Data b, Data out) {
    if (out.numel() == 0) {
      return;
    }
    try (var widened = new Widened(backend)) {
      Data x = widened.in("matmul", a);
      Data y = widened.in("matmul", b);
      Data to = widened.out(out, x.dtype());
      if (blas != null && blas.matmul(s, x, y, to)) {
        return;
      }
      Tile tile = Tile.of(x.dtype(), s.m(), s.n(), s.batch());
      Launch launch =
          device.kernel("matmul_" + tile.label() + "_" + Elements.suffix(x.dtype())).args();
      launch.arg(x).arg(y).arg(to).arg(s.batch()).arg(s.m()).arg(s.n()).arg(s.k());
      launch.arg(s.transposeA() ? 1 : 0).arg(s.transposeB() ? 1 : 0);
      launch.arg(s.sharedA() ? 0 : s.m() * s.k()).arg(s.sharedB() ? 0 : s.k() * s.n());
      int batches = Math.min(MOST_BATCHES, s.batch());
      launch.run(tile.blocks(s.m(), s.n()), 1, batches, tile.threads, 1, 1);
    }
  }
}
