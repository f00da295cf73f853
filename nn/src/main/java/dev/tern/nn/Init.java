package dev.tern.nn;

import dev.tern.Autograd;
import dev.tern.Tensor;
import dev.tern.device.Generator;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import java.util.Arrays;
import java.util.function.Consumer;
import org.apache.commons.math3.special.Erf;

/**
 * Initialisers, {@code torch.nn.init}: each fills its tensor in place, unrecorded, with the numbers
 * that PyTorch draws from this thread's generator, and returns it.
 */
public final class Init {
  private Init() {}

  private static <T extends Tensor> T fill(T tensor, Consumer<Tensor> how) {
    try (var off = Autograd.noGrad()) {
      how.accept(tensor);
    }
    return tensor;
  }

  /** Zeros. */
  public static <T extends Tensor> T zeros_(T tensor) {
    return constant_(tensor, 0);
  }

  /** Ones. */
  public static <T extends Tensor> T ones_(T tensor) {
    return constant_(tensor, 1);
  }

  /** One number everywhere. */
  public static <T extends Tensor> T constant_(T tensor, double value) {
    return fill(tensor, t -> t.fill_(value));
  }

  /** Uniform from 0 to 1. */
  public static <T extends Tensor> T uniform_(T tensor) {
    return uniform_(tensor, 0, 1);
  }

  /** Uniform from {@code low} to {@code high}. */
  public static <T extends Tensor> T uniform_(T tensor, double low, double high) {
    return fill(tensor, t -> t.uniform_(low, high));
  }

  /** Normal with mean 0 and standard deviation 1. */
  public static <T extends Tensor> T normal_(T tensor) {
    return normal_(tensor, 0, 1);
  }

  /** Normal. */
  public static <T extends Tensor> T normal_(T tensor, double mean, double std) {
    return fill(tensor, t -> t.normal_(mean, std));
  }

  /** Ones on the diagonal of a matrix, zeros elsewhere. */
  public static <T extends Tensor> T eye_(T tensor) {
    if (tensor.rank() != 2) {
      throw new ShapeException("eye_: wants a matrix, got " + tensor.shape());
    }
    return fill(
        tensor,
        t -> {
          t.zero_();
          for (int i = 0; i < Math.min(t.size(0), t.size(1)); i++) {
            t.select(0, i).select(0, i).fill_(1);
          }
        });
  }

  /** As {@link #dirac_(Tensor, int)}, with one group. */
  public static <T extends Tensor> T dirac_(T tensor) {
    return dirac_(tensor, 1);
  }

  /**
   * A convolution that passes as many channels on as it can: ones at the kernels' centres, zeros
   * elsewhere.
   *
   * @param tensor {@code [out, in, *kernel]} with one to three spatial dimensions
   * @param groups a divisor of {@code out}
   */
  public static <T extends Tensor> T dirac_(T tensor, int groups) {
    if (tensor.rank() < 3 || tensor.rank() > 5 || groups < 1 || tensor.size(0) % groups != 0) {
      throw new ShapeException(
          "dirac_: wants [out, in, *kernel] with 1 to 3 spatial dimensions and out divisible by %d groups, got %s"
              .formatted(groups, tensor.shape()));
    }
    return fill(
        tensor,
        t -> {
          t.zero_();
          int each = t.size(0) / groups;
          for (int out = 0; out < t.size(0); out++) {
            if (out % each < t.size(1)) {
              Tensor centre = t.select(0, out).select(0, out % each);
              while (centre.rank() > 0) {
                centre = centre.select(0, centre.size(0) / 2);
              }
              centre.fill_(1);
            }
          }
        });
  }

  /**
   * A normal matrix with zeros in some rows of each column, drawn for each column, Martens (2010).
   *
   * @param tensor {@code [rows, columns]}
   * @param sparsity the share of zeros, rounded up
   * @param std the standard deviation of the others, 0.01 in PyTorch unless stated
   */
  public static <T extends Tensor> T sparse_(T tensor, double sparsity, double std) {
    if (tensor.rank() != 2) {
      throw new ShapeException("sparse_: wants a matrix, got " + tensor.shape());
    }
    if (!(sparsity >= 0 && sparsity <= 1)) {
      throw new IllegalArgumentException("sparse_: wants a share from 0 to 1, got " + sparsity);
    }
    return fill(
        tensor,
        t -> {
          t.normal_(0, std);
          int zeros = (int) Math.ceil(sparsity * t.size(0));
          for (int column = 0; column < t.size(1); column++) {
            int[] rows = Generator.current().permutation(t.size(0));
            for (int i = 0; i < zeros; i++) {
              t.select(0, rows[i]).select(0, column).fill_(0);
            }
          }
        });
  }

  /** He's uniform initialiser for what follows, keeping the activations' variance. */
  public static <T extends Tensor> T kaimingUniform_(T tensor, Nonlinearity nonlinearity) {
    return kaimingUniform_(tensor, 0, Fan.IN, nonlinearity);
  }

  /**
   * He's uniform initialiser, He et al., <em>Delving deep into rectifiers</em> (2015): bound gain
   * √(3 / fan).
   *
   * @param a the negative slope of a leaky ReLU; with {@code a = √5} it is what PyTorch's layers
   *     start from
   * @throws ShapeException if the tensor has fewer than two dimensions
   */
  public static <T extends Tensor> T kaimingUniform_(
      T tensor, double a, Fan mode, Nonlinearity nonlinearity) {
    double std = nonlinearity.gain(a) / Math.sqrt(mode.of(tensor));
    double bound = Math.sqrt(3) * std;
    return uniform_(tensor, -bound, bound);
  }

  /** He's normal initialiser for what follows, keeping the activations' variance. */
  public static <T extends Tensor> T kaimingNormal_(T tensor, Nonlinearity nonlinearity) {
    return kaimingNormal_(tensor, 0, Fan.IN, nonlinearity);
  }

  /**
   * He's normal initialiser: standard deviation gain / √fan.
   *
   * @param a the negative slope of a leaky ReLU
   * @throws ShapeException if the tensor has fewer than two dimensions
   */
  public static <T extends Tensor> T kaimingNormal_(
      T tensor, double a, Fan mode, Nonlinearity nonlinearity) {
    return normal_(tensor, 0, nonlinearity.gain(a) / Math.sqrt(mode.of(tensor)));
  }

  /** Glorot's uniform initialiser with gain 1. */
  public static <T extends Tensor> T xavierUniform_(T tensor) {
    return xavierUniform_(tensor, 1);
  }

  /**
   * Glorot's uniform initialiser, Glorot and Bengio (2010): bound gain √(6 / (fan in + fan out)).
   */
  public static <T extends Tensor> T xavierUniform_(T tensor, double gain) {
    double bound = Math.sqrt(3) * xavierStd(tensor, gain);
    return uniform_(tensor, -bound, bound);
  }

  /** Glorot's normal initialiser with gain 1. */
  public static <T extends Tensor> T xavierNormal_(T tensor) {
    return xavierNormal_(tensor, 1);
  }

  /** Glorot's normal initialiser: standard deviation gain √(2 / (fan in + fan out)). */
  public static <T extends Tensor> T xavierNormal_(T tensor, double gain) {
    return normal_(tensor, 0, xavierStd(tensor, gain));
  }

  private static double xavierStd(Tensor tensor, double gain) {
    return gain * Math.sqrt(2.0 / (Fan.IN.of(tensor) + Fan.OUT.of(tensor)));
  }

  /** The standard normal distribution between -2 and 2. */
  public static <T extends Tensor> T truncNormal_(T tensor) {
    return truncNormal_(tensor, 0, 1, -2, 2);
  }

  /**
   * A normal distribution cut off below {@code a} and above {@code b}, drawn through its inverse
   * cumulative function.
   */
  public static <T extends Tensor> T truncNormal_(
      T tensor, double mean, double std, double a, double b) {
    if (!(std > 0 && a < b)) {
      throw new IllegalArgumentException(
          "truncNormal_: wants std > 0 and a < b, got std %s, a %s, b %s".formatted(std, a, b));
    }
    double low = normalCdf((a - mean) / std);
    double high = normalCdf((b - mean) / std);
    return fill(
        tensor,
        t -> {
          t.uniform_(2 * low - 1, 2 * high - 1);
          double[] z = Arrays.stream(t.toDoubleArray()).map(Erf::erfInv).toArray();
          Tensor normal = Tensor.from(z, t.shape().toArray()).to(t.dtype()).to(t.device());
          t.copy_(normal.mul(std * Math.sqrt(2)).add(mean).clamp(a, b));
        });
  }

  private static double normalCdf(double x) {
    return (1 + Erf.erf(x / Math.sqrt(2))) / 2;
  }

  /** A (semi-)orthogonal matrix with gain 1. */
  public static <T extends Tensor> T orthogonal_(T tensor) {
    return orthogonal_(tensor, 1);
  }

  /**
   * A (semi-)orthogonal matrix times a gain, Saxe et al. (2014): Q of the QR decomposition of a
   * normal matrix [rows, the rest], with the signs that make R's diagonal positive.
   *
   * @throws ShapeException if the tensor has fewer than two dimensions
   */
  public static <T extends Tensor> T orthogonal_(T tensor, double gain) {
    if (tensor.rank() < 2) {
      throw new ShapeException("orthogonal_: wants at least two dimensions, got " + tensor.shape());
    }
    int rows = tensor.size(0);
    int columns = tensor.numel() / Math.max(rows, 1);
    return fill(
        tensor,
        t -> {
          double[] normal =
              Tensor.zeros(t.dtype(), Shape.of(rows, columns)).normal_(0, 1).toDoubleArray();
          double[][] vectors = new double[Math.min(rows, columns)][Math.max(rows, columns)];
          for (int i = 0; i < vectors.length; i++) {
            for (int j = 0; j < vectors[i].length; j++) {
              vectors[i][j] = rows < columns ? normal[i * columns + j] : normal[j * columns + i];
            }
          }
          orthonormalize(vectors);
          double[] flat = new double[rows * columns];
          for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
              flat[i * columns + j] = gain * (rows < columns ? vectors[i][j] : vectors[j][i]);
            }
          }
          Tensor q = Tensor.from(flat, t.shape().toArray());
          t.copy_(q.to(t.dtype()).to(t.device()));
        });
  }

  /** Gram and Schmidt, each projection taken twice, which is as exact as Householder's QR. */
  private static void orthonormalize(double[][] vectors) {
    for (int i = 0; i < vectors.length; i++) {
      for (int pass = 0; pass < 2; pass++) {
        for (int j = 0; j < i; j++) {
          double along = dot(vectors[i], vectors[j]);
          for (int k = 0; k < vectors[i].length; k++) {
            vectors[i][k] -= along * vectors[j][k];
          }
        }
      }
      double length = Math.sqrt(dot(vectors[i], vectors[i]));
      for (int k = 0; k < vectors[i].length; k++) {
        vectors[i][k] /= length;
      }
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += a[k] * b[k];
    }
    return sum;
  }
}
