package dev.tern.shape;

/**
 * How a convolution is laid out: an immutable value with names, the same for the module, for {@code
 * F} and for the kernel.
 *
 * <pre>{@code
 * kernel(3, 5).stride(2).padding(1, 2).dilation(2).groups(4).bias(false)   // for a module
 * ConvOptions.stride(2).padding(1)                                         // for F: the weight has the size
 * }</pre>
 *
 * One number stands for every dimension. Defaults are PyTorch's: stride 1, padding 0, dilation 1,
 * one group, with bias, padding with zeros.
 */
public sealed interface ConvOptions permits ConvOptions.Values {
  /** A kernel of this size. */
  static Values kernel(int... size) {
    return Values.DEFAULTS.kernel(size);
  }

  /** The step between two windows. */
  static Values stride(int... stride) {
    return Values.DEFAULTS.stride(stride);
  }

  /**
   * Elements put around the input, on both sides of each dimension: zeros unless the mode says
   * otherwise.
   */
  static Values padding(int... padding) {
    return Values.DEFAULTS.padding(padding);
  }

  /** What the padding consists of, zeros unless stated. */
  static Values paddingMode(PaddingMode mode) {
    return Values.DEFAULTS.paddingMode(mode);
  }

  /** The step between two taps of the kernel. */
  static Values dilation(int... dilation) {
    return Values.DEFAULTS.dilation(dilation);
  }

  /** Independent groups of channels. */
  static Values groups(int groups) {
    return Values.DEFAULTS.groups(groups);
  }

  /** What a transposed convolution's output gets at its end, see {@link Values#outputPadding}. */
  static Values outputPadding(int... size) {
    return Values.DEFAULTS.outputPadding(size);
  }

  /** PyTorch's defaults: stride 1, padding 0, dilation 1, one group. */
  static Values defaults() {
    return Values.DEFAULTS;
  }

  /** The settings themselves. */
  Values values();

  /** The settings of a convolution; each method gives a copy that differs in one of them. */
  final class Values implements ConvOptions {
    private static final int[] ZERO = {0};
    private static final int[] ONE = {1};
    private static final Values DEFAULTS =
        new Values(new int[0], ONE, ZERO, ONE, 1, true, false, PaddingMode.ZEROS, ZERO);

    private final int[] kernel;
    private final int[] stride;
    private final int[] padding;
    private final int[] dilation;
    private final int groups;
    private final boolean bias;
    private final boolean same;
    private final PaddingMode mode;
    private final int[] outputPadding;

    private Values(
        int[] kernel,
        int[] stride,
        int[] padding,
        int[] dilation,
        int groups,
        boolean bias,
        boolean same,
        PaddingMode mode,
        int[] outputPadding) {
      this.kernel = kernel;
      this.stride = stride;
      this.padding = padding;
      this.dilation = dilation;
      this.groups = groups;
      this.bias = bias;
      this.same = same;
      this.mode = mode;
      this.outputPadding = outputPadding;
    }

    /** A kernel of this size. */
    public Values kernel(int... size) {
      return new Values(
          Sizes.atLeast(1, "kernel", size),
          stride,
          padding,
          dilation,
          groups,
          bias,
          same,
          mode,
          outputPadding);
    }

    /** The step between two windows. */
    public Values stride(int... step) {
      return new Values(
          kernel,
          Sizes.atLeast(1, "stride", step),
          padding,
          dilation,
          groups,
          bias,
          same,
          mode,
          outputPadding);
    }

    /**
     * Elements put around the input, on both sides of each dimension: zeros unless the mode says
     * otherwise.
     */
    public Values padding(int... zeros) {
      return new Values(
          kernel,
          stride,
          Sizes.atLeast(0, "padding", zeros),
          dilation,
          groups,
          bias,
          false,
          mode,
          outputPadding);
    }

    /** The step between two taps of the kernel. */
    public Values dilation(int... step) {
      return new Values(
          kernel,
          stride,
          padding,
          Sizes.atLeast(1, "dilation", step),
          groups,
          bias,
          same,
          mode,
          outputPadding);
    }

    /** Independent groups of channels. */
    public Values groups(int count) {
      Sizes.atLeast(1, "groups", count);
      return new Values(kernel, stride, padding, dilation, count, bias, same, mode, outputPadding);
    }

    /** Whether a module has a bias. */
    public Values bias(boolean with) {
      return new Values(kernel, stride, padding, dilation, groups, with, same, mode, outputPadding);
    }

    /** Padding that keeps the size, PyTorch's {@code padding='same'}; wants stride 1. */
    public Values same() {
      return new Values(kernel, stride, ZERO, dilation, groups, bias, true, mode, outputPadding);
    }

    /**
     * What the padding consists of; anything but zeros is put around the input as a step of its
     * own.
     */
    public Values paddingMode(PaddingMode with) {
      return new Values(kernel, stride, padding, dilation, groups, bias, same, with, outputPadding);
    }

    /**
     * For a transposed convolution, rows and columns added at the end of the output, less than the
     * stride or the dilation: which of the sizes that a strided convolution takes to this input is
     * meant.
     */
    public Values outputPadding(int... size) {
      int[] added = Sizes.atLeast(0, "output padding", size);
      return new Values(kernel, stride, padding, dilation, groups, bias, same, mode, added);
    }

    /** The kernel's size, empty where none was given. */
    public int[] kernelSize() {
      return kernel.clone();
    }

    /** The stride of each of {@code rank} dimensions. */
    public int[] strideOf(int rank) {
      return Sizes.spread("stride", stride, rank);
    }

    /** The padding of each of {@code rank} dimensions. */
    public int[] paddingOf(int rank) {
      return Sizes.spread("padding", padding, rank);
    }

    /** The dilation of each of {@code rank} dimensions. */
    public int[] dilationOf(int rank) {
      return Sizes.spread("dilation", dilation, rank);
    }

    /** What the padding consists of. */
    public PaddingMode mode() {
      return mode;
    }

    /** The output padding of each of {@code rank} dimensions. */
    public int[] outputPaddingOf(int rank) {
      return Sizes.spread("output padding", outputPadding, rank);
    }

    /** The number of groups. */
    public int groupCount() {
      return groups;
    }

    /** Whether a module has a bias. */
    public boolean hasBias() {
      return bias;
    }

    /** Whether the padding keeps the size. */
    public boolean isSame() {
      return same;
    }

    @Override
    public Values values() {
      return this;
    }
  }
}
