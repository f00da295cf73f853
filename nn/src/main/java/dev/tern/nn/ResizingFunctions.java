package dev.tern.nn;

import dev.tern.Tensor;
import dev.tern.shape.PaddingMode;
import dev.tern.shape.ShapeException;

/** Padding, resizing and rearranging images, for {@link F}. */
abstract class ResizingFunctions extends NormalizationFunctions {
  ResizingFunctions() {}

  /**
   * A value put around the elements, {@code F.pad}.
   *
   * @param amounts how many before and after, for the last dimension first: {@code [left, right,
   *     top, bottom]} for {@code [N, C, H, W]}
   */
  public static Tensor pad(Tensor x, int[] amounts, double value) {
    return x.pad(amounts, value);
  }

  /** The elements continued as the mode says, {@code F.pad}. */
  public static Tensor pad(Tensor x, int[] amounts, PaddingMode mode) {
    return x.pad(amounts, mode);
  }

  /** Dimension {@code dim} as several, one of which may be -1: {@code torch.Tensor.unflatten}. */
  public static Tensor unflatten(Tensor x, int dim, int... sizes) {
    return x.unflatten(dim, sizes);
  }

  /** The dimensions from {@code start} to {@code end}, inclusive, as one, {@code torch.flatten}. */
  public static Tensor flatten(Tensor x, int start, int end) {
    return x.flatten(start, end);
  }

  /**
   * {@code [*, C r², H, W]} as {@code [*, C, H r, W r]}, {@code F.pixel_shuffle} (Shi et al. 2016).
   */
  public static Tensor pixelShuffle(Tensor x, int factor) {
    if (x.rank() < 3 || factor < 1 || x.size(-3) % (factor * factor) != 0) {
      throw new ShapeException(
          "pixelShuffle: input %s, factor %d; expected [*, C r^2, H, W]"
              .formatted(x.shape(), factor));
    }
    int channels = x.size(-3) / (factor * factor);
    int high = x.size(-2);
    int wide = x.size(-1);
    return x.reshape(-1, channels, factor, factor, high, wide)
        .permute(0, 1, 4, 2, 5, 3)
        .reshape(x.shape().with(-3, channels).with(-2, high * factor).with(-1, wide * factor));
  }

  /** The inverse of {@link #pixelShuffle}, {@code F.pixel_unshuffle}. */
  public static Tensor pixelUnshuffle(Tensor x, int factor) {
    if (x.rank() < 3 || factor < 1 || x.size(-2) % factor != 0 || x.size(-1) % factor != 0) {
      throw new ShapeException(
          "pixelUnshuffle: input %s, factor %d; expected [*, C, H r, W r]"
              .formatted(x.shape(), factor));
    }
    int channels = x.size(-3);
    int high = x.size(-2) / factor;
    int wide = x.size(-1) / factor;
    return x.reshape(-1, channels, high, factor, wide, factor)
        .permute(0, 1, 3, 5, 2, 4)
        .reshape(x.shape().with(-3, channels * factor * factor).with(-2, high).with(-1, wide));
  }

  /** Channels of {@code [N, C, *]} dealt out in groups, {@code F.channel_shuffle}. */
  public static Tensor channelShuffle(Tensor x, int groups) {
    if (x.rank() < 3 || groups < 1 || x.size(1) % groups != 0) {
      throw new ShapeException(
          "channelShuffle: %d groups of %s; expected [N, C, *] with C divisible by them"
              .formatted(groups, x.shape()));
    }
    return x.reshape(x.size(0), groups, x.size(1) / groups, -1).transpose(1, 2).reshape(x.shape());
  }

  /**
   * An image resized, {@code F.interpolate}: {@code [N, C, L]}, {@code [N, C, H, W]} or {@code [N,
   * C, D, H, W]}.
   *
   * @throws ShapeException if the mode is for another number of dimensions, or nothing would be
   *     left
   */
  public static Tensor interpolate(Tensor x, InterpolateOptions options) {
    Interpolation mode = options.mode();
    int rank = x.rank() - 2;
    if (rank < 1 || rank > 3 || mode.rank() != 0 && mode.rank() != rank) {
      throw new ShapeException(
          "interpolate: mode %s does not fit input %s; expected [N, C, *size] with %s"
              .formatted(
                  mode, x.shape(), mode.rank() == 0 ? "1 to 3 sizes" : mode.rank() + " of them"));
    }
    Tensor y = x;
    int[] sizes = new int[rank];
    for (int d = 0; d < rank; d++) {
      int in = x.size(d + 2);
      int out = options.sizeOf(d, rank, in);
      sizes[d] = out;
      if (in < 1 || out < 1) {
        throw new ShapeException(
            "interpolate: input %s resized by %s leaves nothing".formatted(x.shape(), options));
      }
      if (mode != Interpolation.AREA) {
        y = resample(y, d + 2, out, options, options.stepOf(d, rank, in, out));
      }
    }
    if (mode != Interpolation.AREA) {
      return y;
    }
    return switch (rank) {
      case 1 -> adaptiveAvgPool1d(x, sizes[0]);
      case 2 -> adaptiveAvgPool2d(x, sizes);
      default -> adaptiveAvgPool3d(x, sizes);
    };
  }

  /** One dimension resized; all modes but area are products of such steps. */
  private static Tensor resample(
      Tensor x, int dim, int out, InterpolateOptions options, double step) {
    int in = x.size(dim);
    Interpolation mode = options.mode();
    int taps =
        switch (mode) {
          case NEAREST, NEAREST_EXACT -> 1;
          case BICUBIC -> 4;
          default -> 2;
        };
    double aligned = out > 1 ? (in - 1.0) / (out - 1) : 0;
    long[][] places = new long[taps][out];
    double[][] shares = new double[taps][out];
    for (int o = 0; o < out; o++) {
      double at =
          switch (mode) {
            case NEAREST -> o * step;
            case NEAREST_EXACT -> (o + 0.5) * step;
            default -> options.alignsCorners() ? o * aligned : (o + 0.5) * step - 0.5;
          };
      at = taps == 2 ? Math.max(at, 0) : at; // linear modes do not reach beyond the first element
      int first = (int) Math.floor(at);
      for (int tap = 0; tap < taps; tap++) {
        int place = first + (taps == 4 ? tap - 1 : tap);
        places[tap][o] = Math.max(0, Math.min(in - 1, place));
        shares[tap][o] = taps == 1 ? 1 : share(taps, Math.abs(at - place));
      }
    }
    int[] along = new int[x.rank()];
    java.util.Arrays.fill(along, 1);
    along[dim] = out;
    Tensor sum = null;
    for (int tap = 0; tap < taps; tap++) {
      Tensor part = x.indexSelect(dim, Tensor.of(places[tap]).to(x.device()));
      if (taps > 1) {
        part = part.mul(Tensor.from(shares[tap], along).to(x.dtype()).to(x.device()));
      }
      sum = sum == null ? part : sum.add(part);
    }
    return java.util.Objects.requireNonNull(sum);
  }

  /** How much an element at this distance counts: a triangle, or Keys' cubic with a = -3/4. */
  private static double share(int taps, double distance) {
    if (taps == 2) {
      return Math.max(0, 1 - distance);
    }
    double a = -0.75;
    return distance <= 1
        ? ((a + 2) * distance - (a + 3)) * distance * distance + 1
        : ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a;
  }
}
