package dev.tern.nn;

import dev.tern.Parameter;
import dev.tern.Tensor;
import dev.tern.shape.ConvOptions;
import dev.tern.shape.PaddingMode;
import dev.tern.shape.ShapeException;
import dev.tern.shape.Sizes;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the convolutions in one, two and three dimensions have in common. Weight and bias start from
 * PyTorch's draws, in this order: uniform within 1/√fan_in.
 */
public abstract class ConvNd extends Module {
  /** [out, in / groups, *kernel]; of a transposed one [in, out / groups, *kernel]. */
  public final Parameter weight;

  /** [out], null without bias. */
  public final @Nullable Parameter bias;

  private final boolean transposed;
  private final int inChannels;
  private final int outChannels;
  private final ConvOptions.Values options;

  ConvNd(int rank, boolean transposed, int inChannels, int outChannels, ConvOptions options) {
    this.options = options.values();
    this.transposed = transposed;
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    int groups = this.options.groupCount();
    if (inChannels < 1
        || outChannels < 1
        || inChannels % groups != 0
        || outChannels % groups != 0) {
      throw new ShapeException(
          "%s: %d input and %d output channels do not divide into %d groups"
              .formatted(name(), inChannels, outChannels, groups));
    }
    if (transposed && (this.options.isSame() || this.options.mode() != PaddingMode.ZEROS)) {
      throw new IllegalArgumentException(
          name() + ": a transposed convolution pads with a number of zeros");
    }
    int[] kernel = this.options.kernelSize();
    if (kernel.length == 0) {
      throw new ShapeException(name() + ": wants a kernel size, as in kernel(3).padding(1)");
    }
    int[] shape = new int[rank + 2];
    shape[0] = transposed ? inChannels : outChannels;
    shape[1] = (transposed ? outChannels : inChannels) / groups;
    System.arraycopy(Sizes.spread("kernel", kernel, rank), 0, shape, 2, rank);
    weight = LinearStart.weight(shape);
    bias = this.options.hasBias() ? LinearStart.bias(weight, outChannels) : null;
  }

  /** The settings it was made with. */
  public final ConvOptions options() {
    return options;
  }

  @Override
  protected String extraRepr() {
    int rank = weight.rank() - 2;
    int[] kernel = Arrays.copyOfRange(weight.shape().toArray(), 2, rank + 2);
    StringBuilder text = new StringBuilder();
    text.append(inChannels).append(", ").append(outChannels);
    text.append(", kernel_size=").append(Sizes.tuple(kernel));
    text.append(", stride=").append(Sizes.tuple(options.strideOf(rank)));
    if (options.isSame()) {
      text.append(", padding=same");
    } else if (any(options.paddingOf(rank), 0)) {
      text.append(", padding=").append(Sizes.tuple(options.paddingOf(rank)));
    }
    if (any(options.dilationOf(rank), 1)) {
      text.append(", dilation=").append(Sizes.tuple(options.dilationOf(rank)));
    }
    if (transposed && any(options.outputPaddingOf(rank), 0)) {
      text.append(", output_padding=").append(Sizes.tuple(options.outputPaddingOf(rank)));
    }
    if (options.groupCount() != 1) {
      text.append(", groups=").append(options.groupCount());
    }
    text.append(bias == null ? ", bias=False" : "");
    if (options.mode() != PaddingMode.ZEROS) {
      text.append(", padding_mode=").append(options.mode().name().toLowerCase(Locale.ROOT));
    }
    return text.toString();
  }

  private static boolean any(int[] sizes, int other) {
    return Arrays.stream(sizes).anyMatch(size -> size != other);
  }

  /** The input [N, in, *size] or [in, *size]. */
  @Override
  protected abstract Tensor forward(Tensor x);
}
