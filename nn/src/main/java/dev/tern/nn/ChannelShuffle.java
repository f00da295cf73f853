package dev.tern.nn;

import dev.tern.Tensor;

/** Deals the channels of [N, C, *] out in groups: {@code torch.nn.ChannelShuffle}. */
public class ChannelShuffle extends Module {
  private final int groups;

  /** In so many groups. */
  public ChannelShuffle(int groups) {
    this.groups = groups;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return F.channelShuffle(x, groups);
  }

  @Override
  protected String extraRepr() {
    return "groups=" + groups;
  }
}
