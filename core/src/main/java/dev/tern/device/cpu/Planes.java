package dev.tern.device.cpu;

/**
 * FLOAT32 planes {@code [h, w]} in the plain order: neighbouring channels of some images.
 *
 * @param first where the first plane begins
 * @param step how far apart images are
 */
public record Planes(
    float[] elements, int first, int images, int channels, int h, int w, int step) {
  /** All channels, {@code [images, channels, h, w]}. */
  static Planes of(float[] elements, int first, int images, int channels, int h, int w) {
    return new Planes(elements, first, images, channels, h, w, channels * h * w);
  }

  /** The elements of a plane. */
  public int size() {
    return h * w;
  }

  /** Where a plane begins. */
  public int at(int image, int channel) {
    return first + image * step + channel * size();
  }

  /** Some of the images. */
  Planes images(int from, int count) {
    return new Planes(elements, at(from, 0), count, channels, h, w, step);
  }

  /** Some of the channels. */
  Planes channels(int from, int count) {
    return new Planes(elements, at(0, from), images, count, h, w, step);
  }
}
