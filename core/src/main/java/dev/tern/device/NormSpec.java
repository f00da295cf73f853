package dev.tern.device;

/**
 * One batch normalisation over {@code [N, C, positions]}: each channel by its mean and variance
 * over images and positions.
 *
 * @param batch images, N
 * @param channels C
 * @param positions elements of one channel of one image
 * @param eps added to the variance
 */
public record NormSpec(int batch, int channels, int positions, double eps) {
  /** What takes a variance over the elements of a channel to the unbiased one. */
  public double unbiased() {
    double count = (double) batch * positions;
    return count / (count - 1);
  }
}
