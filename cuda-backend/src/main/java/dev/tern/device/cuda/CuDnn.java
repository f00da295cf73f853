package dev.tern.device.cuda;

import dev.tern.device.ConvSpec;
import dev.tern.device.Data;
import dev.tern.shape.DType;
import dev.tern.shape.Shape;

/**
 * FLOAT32 convolutions by cuDNN 8 and 9, by algorithms whose results repeat. What cuDNN says it
 * does not do is left to Tern's kernels.
 */
final class CuDnn extends NvidiaLibrary {
  private static final int ALIGNMENT = 16; // kernels may load four elements at once

  private static final int FLOAT = 0; // cudnnDataType_t
  private static final int NCHW = 0; // cudnnTensorFormat_t
  private static final int CROSS_CORRELATION = 1; // cudnnConvolutionMode_t
  private static final int DEFAULT_MATH = 0; // cudnnMathType_t; rounds to TF32
  private static final int FMA_MATH = 3;

  /** IMPLICIT_PRECOMP_GEMM, BWD_DATA_ALGO_1 and BWD_FILTER_ALGO_1. */
  private static final int ALGORITHM = 1;

  private final ForeignLibrary.Function setTensor;
  private final ForeignLibrary.Function setFilter;
  private final ForeignLibrary.Function setConvolution;
  private final ForeignLibrary.Function setGroups;
  private final ForeignLibrary.Function setMath;
  private final Pass forward;
  private final Pass inputGrad;
  private final Pass weightGrad;
  private final long input; // descriptors, described anew by each operation
  private final long weight;
  private final long output;
  private final long convolution;
  private boolean tf32;

  /** Two functions, of two operands and a result each. */
  private record Pass(ForeignLibrary.Function workspaceSize, ForeignLibrary.Function run) {
    static Pass of(ForeignLibrary library, String name) {
      return new Pass(
          library.function("cudnnGetConvolution" + name + "WorkspaceSize", "lllllil"),
          library.function("cudnnConvolution" + name, "lllllllilllll"));
    }
  }

  /** What an operand is, and where. */
  private record Operand(long descriptor, Data data) {
    long address() {
      return CudaStorage.address(data);
    }
  }

  CuDnn(CudaDevice device, ForeignLibrary library) {
    super(device, library, "cudnnCreate", "cudnnSetStream", "cudnnGetProperty");
    setTensor = library.function("cudnnSetTensorNdDescriptor", "liill");
    setFilter = library.function("cudnnSetFilterNdDescriptor", "liiil");
    setConvolution = library.function("cudnnSetConvolutionNdDescriptor", "lilllii");
    setGroups = library.function("cudnnSetConvolutionGroupCount", "li");
    setMath = library.function("cudnnSetConvolutionMathType", "li");
    forward = Pass.of(library, "Forward");
    inputGrad = Pass.of(library, "BackwardData");
    weightGrad = Pass.of(library, "BackwardFilter");
    input = make(library.function("cudnnCreateTensorDescriptor", "l"));
    output = make(library.function("cudnnCreateTensorDescriptor", "l"));
    weight = make(library.function("cudnnCreateFilterDescriptor", "l"));
    convolution = make(library.function("cudnnCreateConvolutionDescriptor", "l"));
  }

  /** Whether FLOAT32 convolutions may be computed in TF32. */
  synchronized void allowTf32(boolean allow) {
    tf32 = allow;
  }

  /** Convolves without a bias, unless this is a case that is left to Tern's kernels. */
  boolean forward(ConvSpec s, Data x, Data w, Data y) {
    return run(s, forward, new Operand(input, x), new Operand(weight, w), new Operand(output, y));
  }

  /** The input's gradient, unless this is a case that is left to Tern's kernels. */
  boolean inputGrad(ConvSpec s, Data w, Data dy, Data dx) {
    return run(
        s, inputGrad, new Operand(weight, w), new Operand(output, dy), new Operand(input, dx));
  }

  /** The weight's gradient, unless this is a case that is left to Tern's kernels. */
  boolean weightGrad(ConvSpec s, Data x, Data dy, Data dw) {
    return run(
        s, weightGrad, new Operand(input, x), new Operand(output, dy), new Operand(weight, dw));
  }

  private synchronized boolean run(ConvSpec s, Pass pass, Operand a, Operand b, Operand out) {
    boolean aligned = (a.address() | b.address() | out.address()) % ALIGNMENT == 0;
    if (out.data.dtype() != DType.FLOAT32 || !aligned || !isPaddedEvenly(s)) {
      return false;
    }
    enter(a.data, b.data, out.data);
    if (!describe(s)
        || !does(
            pass.workspaceSize,
            handle,
            a.descriptor,
            b.descriptor,
            convolution,
            out.descriptor,
            ALGORITHM,
            result())) {
      return false;
    }
    long bytes = resulted();
    long floats = (bytes + Float.BYTES - 1) / Float.BYTES;
    if (floats > Integer.MAX_VALUE) {
      return false;
    }
    Data workspace = Elements.temporary(device, DType.FLOAT32, (int) floats);
    long[] arguments = {
      handle,
      one(true),
      a.descriptor,
      a.address(),
      b.descriptor,
      b.address(),
      convolution,
      ALGORITHM,
      CudaStorage.address(workspace),
      bytes,
      zero(),
      out.descriptor,
      out.address()
    };
    try {
      compute(pass.run, arguments, a.data, b.data, out.data);
    } finally {
      Elements.recycle(workspace);
    }
    return true;
  }

  /** Whether the output's size follows from the same padding on both sides. */
  private static boolean isPaddedEvenly(ConvSpec s) {
    for (int d = 0; d < s.rank(); d++) {
      int reach = s.dilation()[d] * (s.kernel()[d] - 1);
      int room = s.in()[d] + 2 * s.padding()[d] - reach - 1;
      if (s.out()[d] != room / s.stride()[d] + 1) {
        return false;
      }
    }
    return true;
  }

  private boolean describe(ConvSpec s) {
    int[] sizes = sizes(s.weightShape());
    int[] padding = atLeastTwo(s.padding(), 0);
    return tensor(input, s.inputShape())
        && tensor(output, s.outputShape())
        && does(setFilter, weight, FLOAT, NCHW, sizes.length, array(0, sizes))
        && does(
            setConvolution,
            convolution,
            padding.length,
            array(0, padding),
            array(1, atLeastTwo(s.stride(), 1)),
            array(2, atLeastTwo(s.dilation(), 1)),
            CROSS_CORRELATION,
            FLOAT)
        && does(setGroups, convolution, s.groups())
        && does(setMath, convolution, tf32 ? DEFAULT_MATH : FMA_MATH);
  }

  private boolean tensor(long descriptor, Shape shape) {
    int[] sizes = sizes(shape);
    int[] strides = new int[sizes.length];
    int stride = 1;
    for (int d = sizes.length - 1; d >= 0; d--) {
      strides[d] = stride;
      stride *= sizes[d];
    }
    return does(setTensor, descriptor, FLOAT, sizes.length, array(0, sizes), array(1, strides));
  }

  /** A shape with two spatial dimensions at least: cuDNN has no convolution of one. */
  private static int[] sizes(Shape shape) {
    int[] sizes = shape.toArray();
    return sizes.length > 3 ? sizes : new int[] {sizes[0], sizes[1], 1, sizes[2]};
  }

  private static int[] atLeastTwo(int[] values, int missing) {
    return values.length > 1 ? values : new int[] {missing, values[0]};
  }

  /** Calls a function that may answer that something is not supported. */
  private boolean does(ForeignLibrary.Function function, long... arguments) {
    int status = function.call(arguments);
    if (status == 9 || status / 1000 == 3) { // CUDNN_STATUS_NOT_SUPPORTED of cuDNN 8, of 9
      return false;
    }
    check(function, status);
    return true;
  }
}
