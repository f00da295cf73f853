package dev.tern.device.cpu;

/**
 * The steps of a 3x3 convolution with stride 1 and padding 1 by Winograd's minimal filtering F(4x4,
 * 3x3), as Lavin and Gray write it ("Fast Algorithms for Convolutional Neural Networks", 2015):
 * {@code y = Aᵀ ((G g Gᵀ) ⊙ (Bᵀ d B)) A} for each tile of 4x4 outputs, with 36 products instead of
 * 144. Every method runs on the calling thread.
 *
 * <p>Transformed operands are 36 matrices behind each other, {@code [36][stride]}; the strides are
 * {@link #stride}. Channels are padded to whole {@link #lanes}, and what is in the padding of an
 * activation is not defined; in a weight, output channels are padded with zeros.
 */
public interface WinogradKernels {
  /** The products of a tile. */
  int PRODUCTS = 36;

  /** Channels are padded to a multiple of this. */
  int lanes();

  /** The distance between two of the 36 matrices of so many elements: never a power of two. */
  static int stride(int elements) {
    return elements + 16;
  }

  /** Channels, padded. */
  default int padded(int channels) {
    return (channels + lanes() - 1) / lanes() * lanes();
  }

  /** {@code U = G g Gᵀ}, as 36 matrices [in, out]. */
  void weight(int in, int out, Taps taps, float[] u);

  /** {@code V = Bᵀ d B} of 6x6 inputs around each tile, as 36 matrices [tiles, c]. */
  void input(Tiles tiles, Planes x, float[] v);

  /** As {@link #input} of an activation that is {@link Blocked}. */
  void inputBlocks(Tiles tiles, int c, float[] x, int xo, float[] v);

  /** {@code M = V U}, 36 times: [tiles, in] by [in, out], the number of tiles rounded up to 8. */
  void product(int tiles, int in, int out, float[] v, float[] u, float[] m);

  /** {@code y = Aᵀ M A + bias}; the bias is padded as channels are. */
  void output(Tiles tiles, float[] m, float[] bias, Planes y);

  /** As {@link #output} to an activation that is {@link Blocked}. */
  void outputBlocks(Tiles tiles, int k, float[] m, float[] bias, float[] y, int yo);

  /** {@code Z = A dy Aᵀ} of each tile, as 36 matrices [tiles, k]. */
  void outputGrad(Tiles tiles, Planes dy, float[] z);

  /** As {@link #outputGrad} of a gradient that is {@link Blocked}. */
  void outputGradBlocks(Tiles tiles, int k, float[] dy, int dyo, float[] z);

  /** {@code D += Zᵀ V}, 36 times: [tiles, k] and [tiles, c] to [k, c]. */
  void outer(int tiles, int k, int c, float[] z, float[] v, float[] d);

  /** {@code dw = Gᵀ D G}, [k, c, 3, 3]. */
  void weightGrad(int k, int c, float[] d, float[] dw, int dwo);
}
