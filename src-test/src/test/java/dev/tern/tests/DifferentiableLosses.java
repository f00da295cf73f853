package dev.tern.tests;

import static dev.tern.tests.Differentiable.drawn;
import static dev.tern.tests.Differentiable.real;
import static dev.tern.tests.Differentiable.values;

import dev.tern.CrossEntropyOptions;
import dev.tern.Reductions;
import dev.tern.Tensor;
import dev.tern.nn.F;
import java.util.function.Supplier;

/** Rows of {@link Differentiable}: activations and losses. */
final class DifferentiableLosses {
  private DifferentiableLosses() {}

  static void addTo(Differentiable t) {
    activations(t);
    for (Reductions reduction : Reductions.values()) {
      ofClasses(t, reduction);
      ofNumbers(t, reduction);
    }
    margins(t, Reductions.MEAN);
    distances(t);
  }

  private static void activations(Differentiable t) {
    t.unary("threshold", x -> F.threshold(x, 0.2, 3));
    t.row("prelu", in -> F.prelu(in[0], in[1]), () -> new Tensor[] {real(1, 2, 3, 2), real(2, 3)});
    t.unary("rrelu", x -> drawn(() -> F.rrelu(x, 0.1, 0.4, true)));
    t.unary("selu", F::selu);
    t.unary("celu", x -> F.celu(x, 0.7));
    t.unary("glu", x -> F.glu(x, 1));
    t.unary("hardsigmoid", x -> F.hardsigmoid(x.mul(4)));
    t.unary("hardswish", x -> F.hardswish(x.mul(4)));
    t.unary("hardshrink", x -> F.hardshrink(x, 0.4));
    t.unary("softshrink", x -> F.softshrink(x, 0.4));
    t.unary("tanhshrink", F::tanhshrink);
    t.unary("softmin", x -> F.softmin(x, 1));
    t.unary("gumbelSoftmax", x -> drawn(() -> F.gumbelSoftmax(x, 0.8, false, 1)));
  }

  private static void ofClasses(Differentiable t, Reductions reduction) {
    var options = CrossEntropyOptions.DEFAULTS.reduction(reduction);
    Supplier<Tensor[]> classes =
        () ->
            new Tensor[] {
              real(1, 4, 3), Tensor.of(2L, 0L, 1L, -100L), values(2, 3).square().add(0.5)
            };
    t.row("crossEntropy " + reduction, in -> F.crossEntropy(in[0], in[1], reduction), classes);
    t.row(
        "crossEntropy weighted and smoothed " + reduction,
        in -> F.crossEntropy(in[0], in[1], options.weight(in[2]).labelSmoothing(0.2)),
        classes);
    t.row(
        "crossEntropy of probabilities " + reduction,
        in -> F.crossEntropy(in[0], in[1], options.labelSmoothing(0.2)),
        () -> new Tensor[] {real(1, 2, 3, 2), real(2, 2, 3, 2)});
    t.row("nllLoss " + reduction, in -> F.nllLoss(in[0], in[1], reduction), classes);
    t.row(
        "nllLoss weighted " + reduction,
        in -> F.nllLoss(in[0], in[1], options.weight(in[2])),
        classes);
    t.row(
        "ctcLoss " + reduction,
        in -> F.ctcLoss(in[0].logSoftmax(2), in[1], in[2], in[3], 0, reduction, false),
        () ->
            new Tensor[] {
              real(1, 4, 2, 3),
              Tensor.from(new long[] {1, 1, 2, 0}, 2, 2),
              Tensor.of(4L, 3L),
              Tensor.of(2L, 1L)
            });
  }

  @FunctionalInterface
  private interface OfTwo {
    Tensor of(Tensor x, Tensor target);
  }

  private static void two(Differentiable t, String name, OfTwo loss) {
    t.row(name, in -> loss.of(in[0], in[1]), () -> new Tensor[] {real(1, 2, 3), real(2, 2, 3)});
  }

  private static void ofNumbers(Differentiable t, Reductions reduction) {
    two(t, "mseLoss " + reduction, (x, y) -> F.mseLoss(x, y, reduction));
    two(t, "l1Loss " + reduction, (x, y) -> F.l1Loss(x, y, reduction));
    two(t, "smoothL1Loss " + reduction, (x, y) -> F.smoothL1Loss(x, y, reduction, 0.9));
    two(t, "huberLoss " + reduction, (x, y) -> F.huberLoss(x, y, reduction, 0.9));
    t.row(
        "binaryCrossEntropy " + reduction,
        in -> F.binaryCrossEntropy(in[0], in[1], in[2], reduction),
        () -> new Tensor[] {share(1, 2, 3), share(2, 2, 3), real(3, 3)});
    t.row(
        "binaryCrossEntropyWithLogits " + reduction,
        in -> F.binaryCrossEntropyWithLogits(in[0], in[1], in[2], in[3], reduction),
        () -> new Tensor[] {real(1, 2, 3), share(2, 2, 3), real(3, 2, 1), real(4, 3)});
    two(t, "klDiv of logarithms " + reduction, (x, y) -> F.klDiv(x, y, reduction, true));
    t.row(
        "klDiv " + reduction,
        in -> F.klDiv(in[0], in[1], reduction, false),
        () -> new Tensor[] {real(1, 2, 3), share(2, 2, 3)});
    t.row(
        "poissonNLLLoss " + reduction,
        in -> F.poissonNLLLoss(in[0], in[1].add(1.5), true, true, 1e-8, reduction),
        () -> new Tensor[] {real(1, 2, 3), share(2, 2, 3)});
    t.row(
        "gaussianNLLLoss " + reduction,
        in -> F.gaussianNLLLoss(in[0], in[1], in[2], true, 1e-6, reduction),
        () -> new Tensor[] {real(1, 2, 3), real(2, 2, 3), share(3, 2, 1)});
  }

  private static void margins(Differentiable t, Reductions reduction) {
    Supplier<Tensor[]> signed = () -> new Tensor[] {real(1, 2, 3), signs(2, 3)};
    t.row("softMarginLoss", in -> F.softMarginLoss(in[0], in[1], reduction), signed);
    t.row("hingeEmbeddingLoss", in -> F.hingeEmbeddingLoss(in[0], in[1], 0.8, reduction), signed);
    for (int p = 1; p <= 2; p++) {
      int power = p;
      t.row(
          "multiMarginLoss " + p,
          in -> F.multiMarginLoss(in[0], in[1], power, 0.8, in[2], reduction),
          () -> new Tensor[] {real(1, 3, 3), Tensor.of(2L, 0, 1), real(2, 3)});
    }
    t.row(
        "multilabelMarginLoss",
        in -> F.multilabelMarginLoss(in[0], in[1], reduction),
        () -> new Tensor[] {real(1, 2, 3), Tensor.from(new long[] {2, 0, -1, 1, -1, 0}, 2, 3)});
    t.row(
        "multilabelSoftMarginLoss",
        in -> F.multilabelSoftMarginLoss(in[0], in[1], in[2], reduction),
        () -> new Tensor[] {real(1, 2, 3), share(2, 2, 3), real(3, 3)});
    t.row(
        "marginRankingLoss",
        in -> F.marginRankingLoss(in[0], in[1], in[2], 0.3, reduction),
        () -> new Tensor[] {real(1, 6), real(2, 6), signs(6)});
    t.row(
        "cosineEmbeddingLoss",
        in -> F.cosineEmbeddingLoss(in[0], in[1], in[2], 0.1, reduction),
        () -> new Tensor[] {real(1, 4, 3), real(2, 4, 3), signs(4)});
    for (boolean swap : new boolean[] {false, true}) {
      t.row(
          "tripletMarginLoss " + swap,
          in -> F.tripletMarginLoss(in[0], in[1], in[2], 2, 2, 1e-6, swap, reduction),
          () -> new Tensor[] {real(1, 3, 4), real(4, 3, 4), real(2, 3, 4)});
    }
  }

  private static void distances(Differentiable t) {
    two(t, "cosineSimilarity", (x, y) -> F.cosineSimilarity(x, y, 1, 1e-8));
    two(t, "pairwiseDistance", F::pairwiseDistance);
    two(t, "pairwiseDistance 3", (x, y) -> F.pairwiseDistance(x, y, 3, 1e-6, true));
  }

  /** Numbers between 0.1 and 0.9. */
  private static Tensor share(int seed, int... shape) {
    return values(seed, shape).mul(0.3).add(0.5).requiresGrad_(true);
  }

  private static Tensor signs(int... shape) {
    return values(3, shape).sign();
  }
}
