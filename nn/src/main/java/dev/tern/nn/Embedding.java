package dev.tern.nn;

import dev.tern.Parameter;
import dev.tern.Tensor;
import dev.tern.shape.ShapeException;

/**
 * A table of rows looked up by INT64 indices of any shape [*], giving [*, width]: {@code
 * torch.nn.Embedding}. Rows start normal, the padding row zero.
 */
public class Embedding extends Module {
  /** [rows, width]. */
  public final Parameter weight;

  private final EmbeddingOptions options;

  /** A table without padding. */
  public Embedding(int rows, int width) {
    this(rows, width, EmbeddingOptions.DEFAULTS);
  }

  /** Creates the table and draws its rows. */
  public Embedding(int rows, int width, EmbeddingOptions options) {
    weight = start(name(), rows, width, options);
    this.options = options;
  }

  static Parameter start(String name, int rows, int width, EmbeddingOptions options) {
    if (rows < 1 || width < 1) {
      throw new ShapeException(
          "%s: wants at least one row and one column, got %d and %d".formatted(name, rows, width));
    }
    Integer padding = options.paddingRow(rows);
    Parameter weight = new Parameter(Init.normal_(Tensor.empty(rows, width), 0, 1));
    if (padding != null) {
      Init.zeros_(weight.detach().select(0, padding));
    }
    return weight;
  }

  @Override
  protected Tensor forward(Tensor index) {
    return F.embedding(index, weight, options);
  }

  @Override
  protected String extraRepr() {
    return repr(weight, options, "");
  }

  static String repr(Tensor weight, EmbeddingOptions options, String mode) {
    StringBuilder text = new StringBuilder();
    text.append(weight.size(0)).append(", ").append(weight.size(1));
    if (mode.isEmpty() && options.paddingIdx() != null) {
      text.append(", padding_idx=").append(options.paddingRow(weight.size(0)));
    }
    if (options.maxNorm() != null) {
      text.append(", max_norm=").append(PythonText.number(options.maxNorm()));
    }
    if (options.normType() != 2) {
      text.append(", norm_type=").append(PythonText.number(options.normType()));
    }
    text.append(mode);
    if (!mode.isEmpty() && options.paddingIdx() != null) {
      text.append(", padding_idx=").append(options.paddingRow(weight.size(0)));
    }
    return text.toString();
  }
}
