package dev.tern.nn;

import dev.tern.Autograd;
import dev.tern.Tensor;

/**
 * What the batch norms have in common: the batch's own mean and variance in training, the running
 * estimates in evaluation. Ioffe and Szegedy (2015).
 */
public abstract class BatchNorm extends ChannelNorm {
  BatchNorm(int features, NormOptions options) {
    super(features, options);
  }

  @Override
  protected final Tensor forward(Tensor x) {
    expectFitting(x, 1);
    Double share = options().momentum();
    Tensor count = isTraining() ? numBatchesTracked : null;
    double plainMean = share == null && count != null ? 1.0 / (count.itemLong() + 1) : 0;
    boolean ofBatch = isTraining() || runningMean == null;
    Tensor y =
        x.batchNorm(
            runningMean,
            runningVar,
            weight,
            bias,
            ofBatch,
            share == null ? plainMean : share,
            options().eps());
    if (count != null) { // not before: an input that does not fit changes nothing
      try (var off = Autograd.noGrad()) {
        count.add_(1);
      }
    }
    return y;
  }
}
