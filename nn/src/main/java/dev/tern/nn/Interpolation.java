package dev.tern.nn;

/** How values between elements are found: PyTorch's {@code mode} of {@code F.interpolate}. */
public enum Interpolation {
  /** The element at the coordinate rounded down. */
  NEAREST("nearest"),
  /** The element whose centre is nearest. */
  NEAREST_EXACT("nearest-exact"),
  /** Two neighbours of {@code [N, C, L]}. */
  LINEAR("linear"),
  /** Four neighbours of {@code [N, C, H, W]}. */
  BILINEAR("bilinear"),
  /** Eight neighbours of {@code [N, C, D, H, W]}. */
  TRILINEAR("trilinear"),
  /** Sixteen neighbours of {@code [N, C, H, W]}, by Keys' kernel with a = -3/4. */
  BICUBIC("bicubic"),
  /** The mean of the elements that fall on each, {@code adaptiveAvgPool}. */
  AREA("area");

  private final String label;

  Interpolation(String label) {
    this.label = label;
  }

  /** The number of spatial dimensions it is for, 0 for any. */
  int rank() {
    return switch (this) {
      case LINEAR -> 1;
      case BILINEAR, BICUBIC -> 2;
      case TRILINEAR -> 3;
      default -> 0;
    };
  }

  /** PyTorch's name. */
  @Override
  public String toString() {
    return label;
  }
}
