package dev.tern.device.cuda;

import static dev.tern.device.cuda.Elements.suffix;

import dev.tern.device.Data;
import dev.tern.device.NormSpec;
import org.jspecify.annotations.Nullable;

/** Launches {@code norm.cu}: the sums of each channel, then what is made of them. */
final class Norm {
  private static final int THREADS = 256;
  private static final int MOST_PARTS = 32;

  private final CudaDevice device;

  Norm(CudaDevice device) {
    this.device = device;
  }

  void forward(
      NormSpec s, Data x, @Nullable Data weight, @Nullable Data bias, Data y, Data mean, Data var) {
    Data sums = sums(s, x);
    Launch first = device.kernel("batch_norm_sums_" + suffix(x.dtype())).args();
    run(s, first.arg(shape(s)).arg(x).arg(sums));
    Launch second = device.kernel("batch_norm_" + suffix(x.dtype())).args();
    second.arg(shape(s)).arg(s.eps()).arg(x).arg(weight).arg(bias).arg(sums);
    run(s, second.arg(y).arg(mean).arg(var));
    Elements.recycle(sums);
  }

  void grad(
      NormSpec s,
      Data x,
      @Nullable Data weight,
      Data mean,
      Data var,
      Data dy,
      Data dx,
      Data dweight,
      Data dbias) {
    Data sums = sums(s, x);
    Launch first = device.kernel("batch_norm_grad_sums_" + suffix(x.dtype())).args();
    run(s, first.arg(shape(s)).arg(x).arg(mean).arg(dy).arg(sums));
    Launch second = device.kernel("batch_norm_grad_" + suffix(x.dtype())).args();
    second.arg(shape(s)).arg(s.eps()).arg(x).arg(weight).arg(mean).arg(var).arg(dy).arg(sums);
    run(s, second.arg(dx).arg(dweight).arg(dbias));
    Elements.recycle(sums);
  }

  void track(NormSpec s, double momentum, Data mean, Data var, Data runningMean, Data runningVar) {
    Launch launch = device.kernel("track_" + suffix(mean.dtype())).args().arg(s.channels());
    launch.arg(1 - momentum).arg(momentum).arg(momentum * s.unbiased());
    Elements.run(launch.arg(mean).arg(var).arg(runningMean).arg(runningVar), s.channels());
  }

  /** How many blocks share a channel. */
  private static int parts(NormSpec s) {
    long count = (long) s.batch() * s.positions();
    return (int) Math.max(1, Math.min(MOST_PARTS, count / (8 * THREADS)));
  }

  private Data sums(NormSpec s, Data x) {
    return Elements.temporary(device, x.dtype(), 2 * s.channels() * parts(s));
  }

  private static void run(NormSpec s, Launch launch) {
    launch.run(s.channels(), parts(s), 1, THREADS, 1, 1);
  }

  /** The kernels' struct {@code NormShape}. */
  private static int[] shape(NormSpec s) {
    int[] shape = new int[2 + Divisor.INTS + 1];
    shape[0] = s.batch();
    shape[1] = s.channels();
    Divisor.put(s.positions(), shape, 2);
    shape[2 + Divisor.INTS] = parts(s);
    return shape;
  }
}
