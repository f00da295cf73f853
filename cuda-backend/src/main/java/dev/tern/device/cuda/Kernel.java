package dev.tern.device.cuda;

import java.util.List;
import jcuda.driver.CUfunction;

/**
 * A function of a module on one device. It is launched by {@code
 * kernel.args().arg(x).arg(n).run(grid, block)}.
 */
final class Kernel {
  final CudaDevice device;
  final String name;
  final CUfunction function;
  final List<String> parameters;

  Kernel(CudaDevice device, String name, CUfunction function, List<String> parameters) {
    this.device = device;
    this.name = name;
    this.function = function;
    this.parameters = parameters;
  }

  /** Begins a launch. */
  Launch args() {
    return device.launch(this);
  }
}
