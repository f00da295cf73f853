package dev.tern.device.cuda;

import static dev.tern.device.cuda.Elements.run;
import static dev.tern.device.cuda.Elements.suffix;

import dev.tern.device.Data;
import dev.tern.device.PoolSpec;
import dev.tern.shape.DType;
import org.jspecify.annotations.Nullable;

/** Launches {@code pool.cu}. */
final class Pool {
  private final CudaDevice device;

  Pool(CudaDevice device) {
    this.device = device;
  }

  void max(PoolSpec s, Data x, Data y, @Nullable Data indices) {
    Launch launch = device.kernel("max_pool_" + suffix(x.dtype())).args();
    run(launch.arg(shape(s)).arg(x).arg(y).arg(indices), y.numel());
  }

  void maxGrad(PoolSpec s, Data x, Data dy, Data dx) {
    if (isTiling(s)) {
      Launch launch = device.kernel("max_pool_tiles_grad_" + suffix(x.dtype())).args();
      run(launch.arg(shape(s)).arg(x).arg(dy).arg(dx), dy.numel());
      return;
    }
    Data places = Elements.temporary(device, DType.INT32, dy.numel());
    Launch first = device.kernel("max_pool_places_" + suffix(x.dtype())).args();
    run(first.arg(shape(s)).arg(x).arg(places), dy.numel());
    Launch second = device.kernel("max_pool_grad_" + suffix(x.dtype())).args();
    run(second.arg(shape(s)).arg(places).arg(dy).arg(dx), dx.numel());
    Elements.recycle(places);
  }

  void avg(PoolSpec s, Data x, Data y) {
    Launch launch = device.kernel("avg_pool_" + suffix(x.dtype())).args();
    run(launch.arg(shape(s)).arg(x).arg(y).arg(s.countsPadding() ? 1 : 0), y.numel());
  }

  void avgGrad(PoolSpec s, Data dy, Data dx) {
    Launch launch = device.kernel("avg_pool_grad_" + suffix(dy.dtype())).args();
    run(launch.arg(shape(s)).arg(dy).arg(dx).arg(s.countsPadding() ? 1 : 0), dx.numel());
  }

  /** Whether the windows lie side by side and cover the input. */
  private static boolean isTiling(PoolSpec s) {
    for (int d = 0; d < s.rank(); d++) {
      if (s.stride()[d] != s.window()[d]
          || s.padding()[d] != 0
          || s.dilation()[d] != 1
          || s.in()[d] != s.out()[d] * s.window()[d]) {
        return false;
      }
    }
    return true;
  }

  /** The kernels' struct {@code PoolShape}. */
  private static int[] shape(PoolSpec s) {
    int[] shape = new int[1 + 3 * Dimensions.INTS];
    shape[0] = s.batch() * s.channels();
    Dimensions.put(shape, 1, s.in(), s.window(), s.out(), s.stride(), s.padding(), s.dilation());
    return shape;
  }
}
