package dev.tern.device.cuda;

import dev.tern.device.Data;
import dev.tern.device.MatmulSpec;
import dev.tern.shape.DType;
import org.jspecify.annotations.Nullable;

/** Launches {@code matmul.cu}, or asks cuBLAS where there is one to ask. */
final class Matmul {
  private static final int MOST_BATCHES = 65535; // along z; a block goes on to further ones

  private static final int LARGE_TENSOR_TILE = 128;
  private static final int SMALL_TENSOR_TILE = 64;
  private static final int ENOUGH_BLOCKS = 64; // a GPU has about 100 processors

  /** Narrower products would leave most of a tensor core's tile empty. */
  private static final int TENSOR_SIDE = 16;

  private final CudaDevice device;
  private final CudaBackend backend;
  private final @Nullable CuBlas blas;
  private volatile boolean tf32;

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
      if (tf32 && x.dtype() == DType.FLOAT32 && Math.min(s.m(), s.n()) >= TENSOR_SIDE) {
        onTensorCores(s, x, y, to);
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

  /** Launches {@code tensor.cu}. */
  private void onTensorCores(MatmulSpec s, Data a, Data b, Data out) {
    int large = blocks(s, LARGE_TENSOR_TILE);
    boolean isLarge = (long) large * s.batch() >= ENOUGH_BLOCKS;
    String kernel =
        "matmul_tf32_%s_%s%s"
            .formatted(
                isLarge ? "large" : "small",
                s.transposeA() ? "t" : "n",
                s.transposeB() ? "t" : "n");
    Launch launch = device.kernel(kernel).args().arg(a).arg(b).arg(out);
    launch.arg(s.batch()).arg(s.m()).arg(s.n()).arg(s.k());
    launch.arg(s.sharedA() ? 0 : s.m() * s.k()).arg(s.sharedB() ? 0 : s.k() * s.n());
    launch.arg(isWhole(a, s.transposeA() ? s.m() : s.k()) ? 1 : 0);
    launch.arg(isWhole(b, s.transposeB() ? s.k() : s.n()) ? 1 : 0);
    int blocks = isLarge ? large : blocks(s, SMALL_TENSOR_TILE);
    int threads = isLarge ? 256 : 128;
    launch.run(blocks, 1, Math.min(MOST_BATCHES, s.batch()), threads, 1, 1);
  }

  /** Whether all runs of so many neighbours can be read 16 bytes at a time. */
  private static boolean isWhole(Data x, int run) {
    return run % 4 == 0 && CudaStorage.address(x) % 16 == 0;
  }

  private static int blocks(MatmulSpec s, int side) {
    return (s.m() + side - 1) / side * ((s.n() + side - 1) / side);
  }

  /** Whether FLOAT32 products may be computed in TF32. */
  void allowTf32(boolean allow) {
    if (blas != null) {
      blas.allowTf32(allow);
    }
    tf32 = allow;
  }
}
