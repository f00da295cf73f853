package dev.tern.nn;

import dev.tern.Parameter;
import dev.tern.Tensor;
import dev.tern.shape.TernException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Sums, means or maxima of bags of rows of a table, {@code torch.nn.EmbeddingBag}: INT64 [bags, n]
 * becomes [bags, width].
 */
public class EmbeddingBag extends Module {
  /** What becomes of a bag's rows. */
  public enum Mode {
    /** Their sum. */
    SUM,
    /** Their mean. */
    MEAN,
    /** The largest of each column. */
    MAX
  }

  /** [rows, width]. */
  public final Parameter weight;

  private final Mode mode;
  private final EmbeddingOptions options;

  /** Means, PyTorch's default. */
  public EmbeddingBag(int rows, int width) {
    this(rows, width, Mode.MEAN, EmbeddingOptions.DEFAULTS);
  }

  /** Creates the table and draws its rows; the padding row belongs to no bag. */
  public EmbeddingBag(int rows, int width, Mode mode, EmbeddingOptions options) {
    weight = Embedding.start(name(), rows, width, options);
    this.mode = mode;
    this.options = options;
  }

  @Override
  protected Tensor forward(Tensor index) {
    return F.embeddingBag(index, weight, null, mode, null, options);
  }

  /** All bags one after the other in [n], each beginning where [bags] says. */
  public final Tensor apply(Tensor index, Tensor offsets) {
    return apply(index, offsets, null);
  }

  /** With a factor for each index, see {@link F#embeddingBag}. */
  public final Tensor apply(
      Tensor index, @Nullable Tensor offsets, @Nullable Tensor perSampleWeights) {
    try {
      return F.embeddingBag(index, weight, offsets, mode, perSampleWeights, options);
    } catch (TernException e) {
      throw leaving(e);
    }
  }

  @Override
  protected String extraRepr() {
    return Embedding.repr(weight, options, ", mode=" + mode.name().toLowerCase(Locale.ROOT));
  }
}
