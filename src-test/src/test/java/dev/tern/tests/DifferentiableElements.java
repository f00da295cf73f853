package dev.tern.tests;

import dev.tern.Tensor;
import java.util.List;

/** Rows of {@link Differentiable}: further functions of elements, statistics, linear algebra. */
final class DifferentiableElements {
  private DifferentiableElements() {}

  static void addTo(Differentiable t) {
    elementary(t);
    statistics(t);
    linearAlgebra(t);
    inPlace(t);
  }

  private static void elementary(Differentiable t) {
    t.unary("tan", Tensor::tan);
    t.unary("asin", x -> x.mul(0.7).asin());
    t.unary("acos", x -> x.mul(0.7).acos());
    t.unary("sinh", Tensor::sinh);
    t.unary("cosh", Tensor::cosh);
    t.unary("asinh", Tensor::asinh);
    t.positive("acosh", x -> x.add(1).acosh());
    t.unary("atanh", x -> x.mul(0.7).atanh());
    t.unary("deg2rad", Tensor::deg2rad);
    t.unary("rad2deg", Tensor::rad2deg);
    t.unary("sinc", Tensor::sinc);
    t.unary("exp2", Tensor::exp2);
    t.positive("log10", Tensor::log10);
    t.unary("logit", x -> x.sigmoid().logit());
    t.unary("logit held", x -> x.sigmoid().logit(0.3));
    t.unary("frac", Tensor::frac);
    t.unary("rpow", x -> x.rpow(1.7));
    t.positive("rdiv", x -> x.rdiv(1.7));
    t.unary("clampMin", x -> x.clampMin(0.1));
    t.unary("clampMax", x -> x.clampMax(0.1));
    t.unary("nanToNum", Tensor::nanToNum);
    t.unary("fmod number", x -> x.fmod(0.6));
    t.unary("remainder number", x -> x.remainder(0.6));
    t.pair("atan2", Tensor::atan2);
    t.row("atan2 all around", in -> in[0].atan2(in[1]), () -> circle());
    t.pair("hypot", Tensor::hypot);
    t.pair("logaddexp", Tensor::logaddexp);
    t.pair("xlogy", Tensor::xlogy);
    t.pair("fmod", Tensor::fmod);
    t.unary("copysign", x -> x.copysign(Differentiable.values(2, 4)));
    t.pair("clampMin tensor", Tensor::clampMin);
    t.pair("clampMax tensor", Tensor::clampMax);
    t.pair("lerp", (x, y) -> x.lerp(y, 0.3));
    t.pair("lerp beyond", (x, y) -> x.lerp(y, 1.3));
    t.pair("add scaled", (x, y) -> x.add(y, 0.3));
    t.pair("sub scaled", (x, y) -> x.sub(y, 0.3));
    t.row("lerp tensor", in -> in[0].lerp(in[1], in[2]), () -> three());
    t.row("addcmul", in -> in[0].addcmul(in[1], in[2], 0.7), () -> three());
    t.row("addcdiv", in -> in[0].addcdiv(in[1], in[2].add(3), 0.7), () -> three());
    t.row("clamp tensors", in -> in[0].clamp(in[1].sub(1), in[2].add(1)), () -> three());
  }

  private static Tensor[] three() {
    return new Tensor[] {
      Differentiable.real(1, 2, 3), Differentiable.real(2, 3), Differentiable.real(3, 2, 1)
    };
  }

  /** Points in all four quadrants, none on an axis. */
  private static Tensor[] circle() {
    double[] angles = {0.3, 1.2, 1.9, 2.8, -0.4, -1.3, -1.8, -2.9};
    Tensor angle = Tensor.from(angles, 8);
    return new Tensor[] {
      angle.sin().mul(1.5).requiresGrad_(true), angle.cos().mul(1.5).requiresGrad_(true)
    };
  }

  private static void statistics(Differentiable t) {
    t.cube("varMean", x -> x.varMean(true, true, 1).var().mul(x.varMean(true, true, 1).mean()));
    t.cube("var plain", x -> x.var(0));
    t.cube("std plain", x -> x.std());
    t.cube("aminmax", x -> x.aminmax(true, 1).max().sub(x.aminmax(true, 1).min()));
    t.cube("nansum", x -> x.nansum(false, 1));
    t.cube("nanmean", x -> x.nanmean(true, 0, 2));
    t.cube("norm plain", Tensor::norm);
    t.cube("norm of infinite order", x -> x.norm(Double.POSITIVE_INFINITY, 1, false));
    t.cube("norm dims", x -> x.norm(2, true, 0, 2));
    t.pair("dist", (x, y) -> x.dist(y, 2));
    t.row(
        "cdist",
        in -> in[0].cdist(in[1], 2),
        () -> new Tensor[] {Differentiable.real(1, 2, 3, 2), Differentiable.real(3, 4, 2)});
    t.cube("cov", x -> x.flatten(1).cov());
    t.cube("corrcoef", x -> x.select(0, 0).square().corrcoef().triu(1));
    t.cube("prod all", Tensor::prod);
  }

  private static void linearAlgebra(Differentiable t) {
    matrices(t, "mm", new int[] {2, 3}, new int[] {3, 4}, Tensor::mm);
    matrices(t, "bmm", new int[] {2, 2, 3}, new int[] {2, 3, 2}, Tensor::bmm);
    matrices(t, "mv", new int[] {2, 3}, new int[] {3}, Tensor::mv);
    matrices(t, "dot", new int[] {3}, new int[] {3}, Tensor::dot);
    matrices(t, "outer", new int[] {3}, new int[] {4}, Tensor::outer);
    matrices(t, "inner", new int[] {2, 3}, new int[] {4, 3}, Tensor::inner);
    matrices(t, "kron", new int[] {2, 3}, new int[] {2}, Tensor::kron);
    matrices(t, "cross", new int[] {2, 3}, new int[] {2, 3}, (a, b) -> a.cross(b, 1));
    matrices(t, "tensordot", new int[] {2, 3, 2}, new int[] {3, 2, 4}, (a, b) -> a.tensordot(b, 2));
    t.cube("matrixPower", x -> x.narrow(1, 0, 2).narrow(2, 1, 2).matrixPower(3));
    t.cube("trace", x -> x.select(0, 1).trace());
    t.row(
        "addmm",
        in -> in[0].addmm(in[1], in[2], 0.5, 2),
        () -> product(new int[] {4}, new int[] {2, 3}, new int[] {3, 4}));
    t.row(
        "addmv",
        in -> in[0].addmv(in[1], in[2], 0.5, 2),
        () -> product(new int[] {2}, new int[] {2, 3}, new int[] {3}));
    t.row(
        "baddbmm",
        in -> in[0].baddbmm(in[1], in[2], 1, 2),
        () -> product(new int[] {2, 1}, new int[] {3, 2, 2}, new int[] {3, 2, 2}));
    t.row(
        "einsum chain",
        in -> Tensor.einsum("ij,jk,kl->il", in),
        () -> product(new int[] {2, 3}, new int[] {3, 2}, new int[] {2, 3}));
    t.row(
        "einsum batch and diagonal",
        in -> Tensor.einsum("...ij,jj->...i", in[0], in[1]),
        () -> new Tensor[] {Differentiable.real(1, 2, 2, 3), Differentiable.real(2, 3, 3)});
  }

  private interface Product {
    Tensor of(Tensor a, Tensor b);
  }

  private static void matrices(Differentiable t, String name, int[] a, int[] b, Product product) {
    t.row(
        name,
        in -> product.of(in[0], in[1]),
        () -> new Tensor[] {Differentiable.real(1, a), Differentiable.real(2, b)});
  }

  private static Tensor[] product(int[] bias, int[] a, int[] b) {
    return new Tensor[] {
      Differentiable.real(1, bias), Differentiable.real(2, a), Differentiable.real(3, b)
    };
  }

  private static void inPlace(Differentiable t) {
    t.changed("abs_", (y, x) -> y.abs_());
    t.changed("sqrt_", (y, x) -> y.square_().add_(1).sqrt_());
    t.changed("rsqrt_", (y, x) -> y.square_().add_(1).rsqrt_());
    t.changed("reciprocal_", (y, x) -> y.reciprocal_());
    t.changed("square_", (y, x) -> y.square_());
    t.changed("log_", (y, x) -> y.square_().add_(1).log_());
    t.changed("sin_", (y, x) -> y.sin_());
    t.changed("cos_", (y, x) -> y.cos_());
    t.changed("floor_", (y, x) -> y.select(0, 0).floor_());
    t.changed("ceil_", (y, x) -> y.select(0, 0).ceil_());
    t.changed("round_", (y, x) -> y.select(1, 0).round_());
    t.changed("pow_ number", (y, x) -> y.pow_(3));
    t.changed("pow_", (y, x) -> y.abs_().pow_(x));
    t.changed("clampMin_", (y, x) -> y.clampMin_(0.1));
    t.changed("clampMax_", (y, x) -> y.clampMax_(0.1));
    t.changed("add_ scaled", (y, x) -> y.add_(x, 0.3));
    t.changed("sub_ scaled", (y, x) -> y.sub_(x, 0.3));
    t.changed("lerp_", (y, x) -> y.lerp_(x, 0.3));
    t.changed("addcmul_", (y, x) -> y.addcmul_(x, x, 0.3));
    t.changed("addcdiv_", (y, x) -> y.addcdiv_(x, x.square().add(1), 0.3));
    t.changed("remainder_", (y, x) -> y.remainder_(x.abs().add(0.4)));
    t.changed("nanToNum_", (y, x) -> y.nanToNum_());
    t.changed("tril_", (y, x) -> y.tril_(0));
    t.changed("triu_", (y, x) -> y.triu_(0));
    t.changed("fillDiagonal_", (y, x) -> y.fillDiagonal_(0.3));
    Tensor mask = Differentiable.mask(2, 3);
    Tensor index = Tensor.of(1L, 0L);
    t.changed("maskedFill_", (y, x) -> y.maskedFill_(mask, 0.5));
    t.changed("maskedScatter_", (y, x) -> y.maskedScatter_(mask, x));
    t.changed("indexPut_", (y, x) -> y.indexPut_(new Tensor[] {index, index}, x.select(1, 0)));
    t.changed("indexPut_ number", (y, x) -> y.indexPut_(new Tensor[] {mask}, 0.5));
    t.changed("indexAdd_", (y, x) -> y.indexAdd_(0, index, x));
    t.changed("indexCopy_", (y, x) -> y.indexCopy_(0, index, x));
    t.changed("indexFill_", (y, x) -> y.indexFill_(1, index, 0.5));
    t.changed("scatter_", (y, x) -> y.scatter_(1, index.view(2, 1), x));
    t.changed("scatterAdd_", (y, x) -> y.scatterAdd_(1, index.view(2, 1), x));
    t.changed("diagonal changed", (y, x) -> y.diagonal().mul_(x.select(1, 0)));
    t.row(
        "cat twice",
        in -> Tensor.cat(List.of(in[0], in[0]), 1),
        () -> new Tensor[] {Differentiable.real(1, 2, 2)});
  }
}
