package dev.tern.device.cuda;

import dev.tern.device.Data;
import dev.tern.device.MatmulSpec;
import dev.tern.shape.DType;

/** Matrix products by cuBLAS 11 and up. */
final class CuBlas extends NvidiaLibrary {
  private static final String GEMM = "liiiiillillilllili";
  private static final int MOST_BATCHES = 65535;
  private static final int HOPPER = 90;

  private static final int DEFAULT_MATH = 0; // cublasMath_t
  private static final int TF32_MATH = 3;

  private final ForeignLibrary.Function setWorkspace;
  private final ForeignLibrary.Function setMath;
  private final ForeignLibrary.Function sgemm;
  private final ForeignLibrary.Function dgemm;
  private final Data workspace;

  CuBlas(CudaDevice device, ForeignLibrary library) {
    super(device, library, "cublasCreate_v2", "cublasSetStream_v2", "cublasGetProperty");
    setWorkspace = library.function("cublasSetWorkspace_v2", "lll");
    setMath = library.function("cublasSetMathMode", "li");
    sgemm = library.function("cublasSgemmStridedBatched", GEMM);
    dgemm = library.function("cublasDgemmStridedBatched", GEMM);
    // As large as NVIDIA recommends; with one of its own, a handle gives the same bits each time.
    int bytes = device.capability() >= HOPPER ? 32 << 20 : 4 << 20;
    workspace = Elements.temporary(device, DType.UINT8, bytes);
  }

  /** Whether FLOAT32 products may be computed in TF32. */
  synchronized void allowTf32(boolean allow) {
    device.enter();
    call(setMath, handle, allow ? TF32_MATH : DEFAULT_MATH);
  }

  /** Multiplies, unless this is a case that is left to Tern's kernels. */
  synchronized boolean matmul(MatmulSpec s, Data a, Data b, Data out) {
    boolean single = out.dtype() == DType.FLOAT32;
    if (!Elements.isFloat(out) || s.k() == 0 || s.batch() > MOST_BATCHES) {
      return false;
    }
    enter(a, b, out);
    call(setWorkspace, handle, CudaStorage.address(workspace), workspace.numel());
    // cuBLAS takes rows for columns: it sees each matrix transposed, and out' = op(b)' op(a)'.
    long[] arguments = {
      handle,
      s.transposeB() ? 1 : 0,
      s.transposeA() ? 1 : 0,
      s.n(),
      s.m(),
      s.k(),
      one(single),
      CudaStorage.address(b),
      s.transposeB() ? s.k() : s.n(),
      s.sharedB() ? 0 : (long) s.k() * s.n(),
      CudaStorage.address(a),
      s.transposeA() ? s.m() : s.k(),
      s.sharedA() ? 0 : (long) s.m() * s.k(),
      zero(),
      CudaStorage.address(out),
      s.n(),
      (long) s.m() * s.n(),
      s.batch()
    };
    compute(single ? sgemm : dgemm, arguments, a, b, out);
    return true;
  }
}
