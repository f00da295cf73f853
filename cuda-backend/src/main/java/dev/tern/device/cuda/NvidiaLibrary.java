package dev.tern.device.cuda;

import dev.tern.device.Data;
import dev.tern.shape.DeviceException;
import java.nio.ByteBuffer;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/**
 * A library of NVIDIA's that computes on one device, in its stream. The settings of a handle last
 * from call to call, so each operation holds the lock of this object throughout.
 */
abstract class NvidiaLibrary {
  private static final int FLOAT_ONE = 8;
  private static final int DOUBLE_ONE = 16;
  private static final int ZERO = 24;
  private static final int ARRAYS = 32;
  private static final int LONGEST_ARRAY = 32;
  private static final int SIZE = 1024;

  final CudaDevice device;
  final long handle;
  private final ForeignLibrary library;
  private final String version;
  private final ForeignLibrary.Function setStream;
  private final ByteBuffer host; // read and written by the library: a result, factors, arrays
  private final long hostAddress;

  /**
   * Opens it.
   *
   * @param create the names of the functions that make a handle, set its stream, tell the version
   * @throws DeviceException if the library lacks a function or does not start
   */
  NvidiaLibrary(
      CudaDevice device, ForeignLibrary library, String create, String setStream, String property) {
    this.device = device;
    this.library = library;
    this.setStream = library.function(setStream, "ll");
    device.enter();
    PinnedMemory memory = PinnedMemory.allocate(device, SIZE);
    hostAddress = memory.address();
    host = memory.bytes(SIZE).putFloat(FLOAT_ONE, 1).putDouble(DOUBLE_ONE, 1).putDouble(ZERO, 0);
    ForeignLibrary.Function get = library.function(property, "il");
    int[] parts = new int[3];
    for (int i = 0; i < 3; i++) {
      call(get, i, result());
      parts[i] = (int) resulted();
    }
    version = "%d.%d.%d".formatted(parts[0], parts[1], parts[2]);
    handle = make(library.function(create, "l"));
  }

  /** Calls a function that makes something, whose only argument says where to put it. */
  final long make(ForeignLibrary.Function create) {
    call(create, result());
    return resulted();
  }

  /** Where a function may put a result of up to 8 bytes. */
  final long result() {
    host.putLong(0, 0);
    return hostAddress;
  }

  /** What is there. */
  final long resulted() {
    return host.getLong(0);
  }

  /** The address of a factor of 1. */
  final long one(boolean single) {
    return hostAddress + (single ? FLOAT_ONE : DOUBLE_ONE);
  }

  /** The address of a factor of 0. */
  final long zero() {
    return hostAddress + ZERO;
  }

  /** The address of a few ints that a function reads; another slot keeps what is there. */
  final long array(int slot, int... values) {
    int at = ARRAYS + slot * LONGEST_ARRAY;
    host.slice(at, LONGEST_ARRAY).order(host.order()).asIntBuffer().put(values);
    return hostAddress + at;
  }

  /** Lets what follows run in the stream of this thread. */
  final void enter(Data... operands) {
    for (Data operand : operands) {
      device.expectHere(operand);
    }
    device.enter();
    call(setStream, handle, device.stream().handle());
  }

  /** Calls a function that computes with operands. */
  final void compute(ForeignLibrary.Function function, long[] arguments, Data... operands) {
    device.launched(function.toString());
    call(function, arguments);
    for (Data operand : operands) {
      device.keep(operand.storage());
    }
    device.syncIfAsked(function.toString());
  }

  /** Calls a function that must succeed. */
  final void call(ForeignLibrary.Function function, long... arguments) {
    check(function, function.call(arguments));
  }

  /**
   * Checks what a function answered.
   *
   * @throws DeviceException if it is an error, or an earlier kernel's fault that shows here
   */
  final void check(ForeignLibrary.Function function, int status) {
    if (status == 0) {
      return;
    }
    if (device.captured() == null) {
      int inStream = JCudaDriver.cuStreamQuery(device.stream());
      if (inStream != CUresult.CUDA_ERROR_NOT_READY) {
        device.check(inStream, "running " + function);
      }
    }
    throw new DeviceException(
        "%s: %s of %s failed with status %d".formatted(device, function, library, status));
  }

  /** Its version and its file. */
  @Override
  public final String toString() {
    return version + " (" + library + ")";
  }
}
