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
 * one group, with bias.
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

  /** Zeros put around the input, on both sides of each dimension. */
  static Values padding(int... padding) {
    return Values.DEFAULTS.padding(padding);
  }

  /** The step between two taps of the kernel. */
  static Values dilation(int... dilation) {
    return Values.DEFAULTS.dilation(dilation);
  }

  /** Independent groups of channels. */
  static Values groups(int groups) {
    return Values.DEFAULTS.groups(groups);
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
    private static final Values DEFAULTS = new Values(new int[0], ONE, ZERO, ONE, 1, true, false);

    private final int[] kernel;
    private final int[] stride;
    private final int[] padding;
    private final int[] dilation;
    private final int groups;
    private final boolean bias;
    private final boolean same;

    private Values(
        int[] kernel,
        int[] stride,
        int[] padding,
        int[] dilation,
        int groups,
        boolean bias,
        boolean same) {
      this.kernel = kernel;
      this.stride = stride;
      this.padding = padding;
      this.dilation = dilation;
      this.groups = groups;
      this.bias = bias;
      this.same = same;
    }

    /** A kernel of this size. */
    public Values kernel(int... size) {
      return new Values(
          Sizes.atLeast(1, "kernel", size), stride, padding, dilation, groups, bias, same);
    }

    /** The step between two windows. */
    public Values stride(int... step) {
      return new Values(
          kernel, Sizes.atLeast(1, "stride", step), padding, dilation, groups, bias, same);
    }

    /** Zeros put around the input, on both sides of each dimension. */
    public Values padding(int... zeros) {
      return new Values(
          kernel, stride, Sizes.atLeast(0, "padding", zeros), dilation, groups, bias, false);
    }

    /** The step between two taps of the kernel. */
    public Values dilation(int... step) {
      return new Values(
          kernel, stride, padding, Sizes.atLeast(1, "dilation", step), groups, bias, same);
    }

    /** Independent groups of channels. */
    public Values groups(int count) {
      Sizes.atLeast(1, "groups", count);
      return new Values(kernel, stride, padding, dilation, count, bias, same);
    }

    /** Whether a module has a bias. */
    public Values bias(boolean with) {
      return new Values(kernel, stride, padding, dilation, groups, with, same);
    }

    /** Padding that keeps the size, PyTorch's {@code padding='same'}; wants stride 1. */
    public Values same() {
      return new Values(kernel, stride, ZERO, dilation, groups, bias, true);
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
