package dev.tern.device.cuda;

import static dev.tern.device.cuda.Elements.run;
import static dev.tern.device.cuda.Elements.suffix;

import dev.tern.device.Data;
import dev.tern.device.NllSpec;
import org.jspecify.annotations.Nullable;

/** Launches {@code softmax.cu}: long rows are a warp's, short and strided ones a thread's. */
final class Likelihood {
  private static final int WARP_ROW = 32;

  private final CudaDevice device;
  private final Faults faults;

  Likelihood(CudaDevice device, Faults faults) {
    this.device = device;
    this.faults = faults;
  }

  void logSoftmax(int outer, int n, int inner, Data x, Data y) {
    launch("log_softmax_", outer, n, inner, x, y);
  }

  void logSoftmaxGrad(int outer, int n, int inner, Data y, Data dy, Data dx) {
    launch("log_softmax_grad_", outer, n, inner, y, dy, dx);
  }

  private void launch(String name, int outer, int n, int inner, Data... operands) {
    if (operands[0].numel() == 0) {
      return;
    }
    boolean warps = inner == 1 && n >= WARP_ROW;
    String kernel = name + (warps ? "rows_" : "columns_") + suffix(operands[0].dtype());
    Launch launch = device.kernel(kernel).args();
    for (Data operand : operands) {
      launch.arg(operand);
    }
    int rows = outer * inner;
    launch.arg(rows).arg(n);
    if (warps) {
      run(launch, rows * 32L);
    } else {
      run(launch.arg(inner), rows);
    }
  }

  void nll(NllSpec s, Data x, Data target, @Nullable Data weight, Data losses, Data counts) {
    Launch launch = device.kernel("nll_" + suffix(x.dtype())).args();
    launch.arg(x).arg(target).arg(weight).arg(losses).arg(counts);
    launch.arg(s.outer()).arg(s.classes().n()).arg(s.inner()).arg(s.ignored());
    launch.arg(faults.message(s.classes().message())).arg(faults.note());
    run(launch, target.numel());
  }

  void nllGrad(NllSpec s, Data target, Data counts, Data dy, Data dx) {
    Launch launch = device.kernel("nll_grad_" + suffix(dx.dtype())).args();
    launch.arg(target).arg(counts).arg(dy).arg(dx);
    launch.arg(s.outer()).arg(s.classes().n()).arg(s.inner()).arg(s.ignored());
    run(launch, dx.numel());
  }
}
