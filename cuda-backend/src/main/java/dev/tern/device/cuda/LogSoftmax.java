package dev.tern.device.cuda;

import static dev.tern.device.cuda.Elements.run;
import static dev.tern.device.cuda.Elements.suffix;

import dev.tern.device.Data;

/** Launches {@code softmax.cu}: long rows are a warp's, short and strided ones a thread's. */
final class LogSoftmax {
  private static final int WARP_ROW = 32;

  private final CudaDevice device;

  LogSoftmax(CudaDevice device) {
    this.device = device;
  }

  void forward(int outer, int n, int inner, Data x, Data y) {
    launch("log_softmax_", outer, n, inner, x, y);
  }

  void grad(int outer, int n, int inner, Data y, Data dy, Data dx) {
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
}
