package dev.tern.examples;

import static dev.tern.nn.F.maxPool2d;
import static dev.tern.shape.ConvOptions.kernel;

import dev.tern.Tensor;
import dev.tern.nn.Conv2d;
import dev.tern.nn.Linear;
import dev.tern.nn.Module;
import dev.tern.nn.ResBlock;
import dev.tern.nn.Sequential;

/**
 * Residual blocks, ten or a hundred deep: one block used again and again, or blocks of their own.
 */
public class NetResDeep extends Module {
  private final int channels;
  final Conv2d conv1;
  final Sequential resblocks;
  final Linear fc1;
  final Linear fc2;

  /** ONE block of 32 channels, used ten times: 75,810 parameters. */
  public NetResDeep() {
    this(32, 10);
  }

  /** ONE block, used {@code blocks} times. */
  public NetResDeep(int channels, int blocks) {
    this(channels, blocks, true);
  }

  /** {@code blocks} blocks of their own. */
  public static NetResDeep ofOwnBlocks(int channels, int blocks) {
    return new NetResDeep(channels, blocks, false);
  }

  private NetResDeep(int channels, int blocks, boolean shared) {
    this.channels = channels;
    conv1 = new Conv2d(3, channels, kernel(3).padding(1));
    resblocks =
        shared
            ? Sequential.repeat(blocks, new ResBlock(channels))
            : Sequential.of(blocks, () -> new ResBlock(channels));
    fc1 = new Linear(8 * 8 * channels, 32);
    fc2 = new Linear(32, 2);
  }

  @Override
  protected Tensor forward(Tensor x) {
    Tensor out = maxPool2d(conv1.apply(x).relu(), 2);
    out = maxPool2d(resblocks.apply(out), 2);
    out = out.view(-1, 8 * 8 * channels);
    return out.pipe(fc1, Tensor::relu, fc2);
  }
}
