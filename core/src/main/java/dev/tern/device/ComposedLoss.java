package dev.tern.device;

import dev.tern.shape.DType;
import dev.tern.shape.Shape;
import org.jspecify.annotations.Nullable;

/** The negative log-likelihood composed of primitives; the labels are read on the host. */
final class ComposedLoss {
  private final Backend b;
  private final NllSpec spec;
  private final int positions;
  private final Data places; // where each position's class is
  private final Data kept; // BOOL, false where the label is the ignored one
  private final Data labels; // a class instead of each ignored one
  private boolean some; // whether a label is the ignored one

  private ComposedLoss(Backend b, NllSpec spec, Data target) {
    this.b = b;
    this.spec = spec;
    positions = target.numel();
    long[] label = new long[positions];
    b.download(target, label, 0);
    long[] place = new long[positions];
    byte[] counts = new byte[positions];
    for (int i = 0; i < positions; i++) {
      boolean ignored = label[i] == spec.ignored();
      if (!ignored && !spec.classes().contains(label[i])) {
        throw spec.classes().refusal(label[i], i);
      }
      some |= ignored;
      counts[i] = (byte) (ignored ? 0 : 1);
      label[i] = ignored ? 0 : label[i];
      int image = i / spec.inner();
      place[i] = ((long) image * spec.classes().n() + label[i]) * spec.inner() + i % spec.inner();
    }
    places = uploaded(DType.INT64, place);
    labels = uploaded(DType.INT64, label);
    kept = uploaded(DType.BOOL, counts);
  }

  private Data uploaded(DType dtype, Object array) {
    Data data = empty(dtype, Shape.of(positions));
    b.upload(array, 0, data);
    return data;
  }

  private Data empty(DType dtype, Shape shape) {
    return new Data(b.allocate(dtype, shape.numel()), 0, shape);
  }

  private void recycle() {
    for (Data mine : new Data[] {places, labels, kept}) {
      b.recycle(mine.storage());
    }
  }

  static boolean nll(
      Backend b, NllSpec s, Data x, Data target, @Nullable Data weight, Data losses, Data counts) {
    if (target.numel() == 0) {
      return weight != null;
    }
    ComposedLoss loss = new ComposedLoss(b, s, target);
    loss.counts(weight, counts.reshape(loss.positions));
    loss.losses(x, weight, counts.reshape(loss.positions), losses.reshape(loss.positions));
    loss.recycle();
    return loss.some || weight != null;
  }

  private void counts(@Nullable Data weight, Data counts) {
    if (weight == null) {
      b.cast(kept, counts);
      return;
    }
    b.indexSelect(1, spec.classes().n(), 1, weight, labels, counts);
    without(counts);
  }

  private void losses(Data x, @Nullable Data weight, Data counts, Data losses) {
    b.indexSelect(1, x.numel(), 1, x, places, losses);
    b.unary(UnaryOp.NEG, 0, 0, losses, losses);
    if (weight != null) {
      b.binary(BinaryOp.MUL, losses, counts, losses);
    }
    without(losses); // not by multiplying: what is left out may be infinite
  }

  /** Sets what belongs to the ignored label to 0. */
  private void without(Data x) {
    if (some) {
      Data zero = empty(x.dtype(), Shape.of(1));
      b.fill(zero, 0);
      Data all = empty(x.dtype(), x.shape());
      b.select(kept, x, zero, all);
      b.cast(all, x);
      b.recycle(all.storage());
      b.recycle(zero.storage());
    }
  }

  static void nllGrad(Backend b, NllSpec s, Data target, Data counts, Data dy, Data dx) {
    b.fill(dx, 0);
    if (target.numel() == 0) {
      return;
    }
    ComposedLoss loss = new ComposedLoss(b, s, target);
    Data each = loss.empty(dx.dtype(), Shape.of(loss.positions));
    b.binary(BinaryOp.MUL, dy.reshape(loss.positions), counts.reshape(loss.positions), each);
    b.unary(UnaryOp.NEG, 0, 0, each, each);
    loss.without(each);
    b.indexAdd(1, dx.numel(), 1, each, loss.places, dx);
    b.recycle(each.storage());
    loss.recycle();
  }
}
