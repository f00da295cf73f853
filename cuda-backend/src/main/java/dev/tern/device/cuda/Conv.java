package dev.tern.device.cuda;

import dev.tern.device.BinaryOp;
import dev.tern.device.ConvSpec;
import dev.tern.device.Data;
import dev.tern.device.ReduceOp;
import dev.tern.shape.DType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Launches {@code conv.cu} and {@code tensor_conv.cu}: each convolution is a product of matrices
 * that are never written out. Where there is cuDNN, it is asked first.
 */
final class Conv {
  /** So many blocks keep a GPU busy; a weight gradient's sum is cut to reach them. */
  private static final int ENOUGH_BLOCKS = 256;

  private static final int SHORTEST_PART = 256;

  private final CudaDevice device;
  private final CudaBackend backend;

  /** Narrower products would leave most of a tensor core's tile empty. */
  private static final int TENSOR_SIDE = 16;

  private final @Nullable CuDnn dnn;
  private volatile boolean tf32;

  Conv(CudaDevice device, CudaBackend backend, @Nullable CuDnn dnn) {
    this.device = device;
    this.backend = backend;
    this.dnn = dnn;
  }

  /** Whether FLOAT32 convolutions may be computed in TF32. */
  void allowTf32(boolean allow) {
    if (dnn != null) {
      dnn.allowTf32(allow);
    }
    tf32 = allow;
  }

  void forward(ConvSpec s, Data x, Data weight, @Nullable Data bias, Data y) {
    if (y.numel() == 0) {
      return;
    }
    if (dnn != null && dnn.forward(s, x, weight, y)) {
      if (bias != null) {
        int[] channels = new int[1 + s.rank()]; // [K, 1, ...]
        Arrays.fill(channels, 1);
        channels[0] = s.outChannels();
        backend.binary(BinaryOp.ADD, y, bias.reshape(channels), y);
      }
      return;
    }
    int rows = s.outChannels() / s.groups();
    int columns = s.batch() * s.outPositions();
    boolean tensor = isForTensorCores(x.dtype(), rows, columns);
    Tile tile = tile(s, x.dtype(), tensor, rows, columns, s.groups());
    Launch launch = kernel("conv_", s, x.dtype(), tensor, tile);
    launch.arg(x).arg(weight).arg(bias).arg(y);
    launch.run(tile.blocks(rows, columns), 1, s.groups(), tile.threads, 1, 1);
  }

  void inputGrad(ConvSpec s, Data weight, Data dy, Data dx) {
    if (dx.numel() == 0) {
      return;
    }
    if (dy.numel() == 0) {
      backend.fill(dx, 0);
      return;
    }
    if (dnn != null && dnn.inputGrad(s, weight, dy, dx)) {
      return;
    }
    int rows = s.inChannels() / s.groups();
    int columns = dx.numel() / s.inChannels();
    boolean tensor = isForTensorCores(dy.dtype(), rows, columns);
    Tile tile = tile(s, dy.dtype(), tensor, rows, columns, s.groups());
    Launch launch = kernel("conv_input_grad_", s, dy.dtype(), tensor, tile);
    launch.arg(weight).arg(dy).arg(dx);
    launch.run(tile.blocks(rows, columns), 1, s.groups(), tile.threads, 1, 1);
  }

  void weightGrad(ConvSpec s, Data x, Data dy, Data dweight) {
    if (dweight.numel() == 0) {
      return;
    }
    if (dy.numel() == 0) {
      backend.fill(dweight, 0);
      return;
    }
    if (dnn != null && dnn.weightGrad(s, x, dy, dweight)) {
      return;
    }
    int rows = s.outChannels() / s.groups();
    int columns = s.inChannels() / s.groups() * s.taps();
    int depth = s.batch() * s.outPositions();
    boolean tensor = isForTensorCores(x.dtype(), rows, columns);
    int most = s.groups() * parts(depth, SHORTEST_PART);
    Tile tile = tile(s, x.dtype(), tensor, rows, columns, most);
    int blocks = tile.blocks(rows, columns) * s.groups();
    int wanted = Math.min(Math.max(1, ENOUGH_BLOCKS / blocks), parts(depth, SHORTEST_PART));
    int length = parts(depth, wanted);
    int parts = parts(depth, length);
    Data sums =
        parts == 1 ? dweight : Elements.temporary(device, dweight.dtype(), parts * dweight.numel());
    Launch launch = kernel("conv_weight_grad_", s, x.dtype(), tensor, tile);
    launch.arg(x).arg(dy).arg(sums).arg(length);
    launch.run(tile.blocks(rows, columns), 1, s.groups() * parts, tile.threads, 1, 1);
    if (parts > 1) {
      backend.reduce(ReduceOp.SUM, 1, parts, dweight.numel(), sums, dweight);
      Elements.recycle(sums);
    }
  }

  private static int parts(int n, int length) {
    return (n + length - 1) / length;
  }

  private boolean isForTensorCores(DType dtype, int rows, int columns) {
    return tf32 && dtype == DType.FLOAT32 && Math.min(rows, columns) >= TENSOR_SIDE;
  }

  /**
   * Three dimensions and FLOAT64 have one size of tile each; the tensor cores have the larger two.
   */
  private static Tile tile(
      ConvSpec s, DType dtype, boolean tensor, int rows, int columns, int batch) {
    if (dtype == DType.FLOAT32 && s.rank() == 3) {
      return Tile.WIDE;
    }
    Tile tile = Tile.of(dtype, rows, columns, batch);
    return tensor && tile == Tile.SMALL ? Tile.WIDE : tile;
  }

  private Launch kernel(String name, ConvSpec s, DType dtype, boolean tensor, Tile tile) {
    boolean deep = s.rank() == 3 || dtype == DType.FLOAT64;
    String type = tensor ? "tf32" : Elements.suffix(dtype);
    String kernel = name + (deep ? "deep" : tile.label()) + "_" + type;
    return device.kernel(kernel).args().arg(shape(s));
  }

  /** The kernels' struct {@code ConvShape}. */
  private static int[] shape(ConvSpec s) {
    int[] shape = new int[4 + 3 * Dimensions.INTS];
    shape[0] = s.batch();
    shape[1] = s.groups();
    shape[2] = s.inChannels() / s.groups();
    shape[3] = s.outChannels() / s.groups();
    Dimensions.put(shape, 4, s.in(), s.kernel(), s.out(), s.stride(), s.padding(), s.dilation());
    return shape;
  }
}
