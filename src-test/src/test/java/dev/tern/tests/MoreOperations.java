package dev.tern.tests;

import dev.tern.Tensor;
import dev.tern.Unique;
import dev.tern.ValuesIndices;
import dev.tern.shape.PaddingMode;
import java.util.List;
import java.util.Locale;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/** The operations of the table that {@code tensors.py} writes: one line each. */
final class MoreOperations {
  static final OperationTable TABLE = new OperationTable();

  private MoreOperations() {}

  static {
    elements();
    pairs();
    scans();
    orders();
    counting();
    reductions();
    indexing();
    movement();
    algebra();
  }

  private static void elements() {
    unary("tan", Tensor::tan);
    unary("asin", Tensor::asin);
    unary("acos", Tensor::acos);
    unary("sinh", Tensor::sinh);
    unary("cosh", Tensor::cosh);
    unary("asinh", Tensor::asinh);
    unary("acosh", Tensor::acosh);
    unary("atanh", Tensor::atanh);
    unary("deg2rad", Tensor::deg2rad);
    unary("rad2deg", Tensor::rad2deg);
    unary("sinc", Tensor::sinc);
    unary("exp2", Tensor::exp2);
    unary("log10", Tensor::log10);
    unary("logit", Tensor::logit);
    unary("frac", Tensor::frac);
    unary("trunc", Tensor::trunc);
    unary("floor", Tensor::floor);
    unary("ceil", Tensor::ceil);
    unary("round", Tensor::round);
    unary("sign", Tensor::sign);
    unary("isnan", Tensor::isNaN);
    unary("isinf", Tensor::isInf);
    unary("isfinite", Tensor::isFinite);
    unary("signbit", Tensor::signbit);
    unary("logical_not", Tensor::logicalNot);
    unary("bitwise_not", Tensor::bitwiseNot);
    unary("tanh", Tensor::tanh);
    TABLE.op(
        "nan_to_num",
        c -> c.has("nan"),
        (c, in) -> in.x().nanToNum(c.number("nan"), c.number("posinf"), c.number("neginf")));
    unary("nan_to_num", Tensor::nanToNum);
    TABLE.op("round_decimals", (c, in) -> in.x().round(c.integer("decimals")));
  }

  private static void pairs() {
    binary("add", Tensor::add);
    binary("atan2", Tensor::atan2);
    binary("hypot", Tensor::hypot);
    binary("logaddexp", Tensor::logaddexp);
    binary("fmod", Tensor::fmod);
    binary("remainder", Tensor::remainder);
    binary("floor_divide", Tensor::floorDivide);
    binary("copysign", Tensor::copysign);
    binary("xlogy", Tensor::xlogy);
    binary("heaviside", Tensor::heaviside);
    binary("logical_and", Tensor::logicalAnd);
    binary("logical_or", Tensor::logicalOr);
    binary("logical_xor", Tensor::logicalXor);
    binary("bitwise_and", Tensor::bitwiseAnd);
    binary("bitwise_or", Tensor::bitwiseOr);
    binary("bitwise_xor", Tensor::bitwiseXor);
    binary("bitwise_left_shift", Tensor::bitwiseLeftShift);
    binary("bitwise_right_shift", Tensor::bitwiseRightShift);
    binary("clamp_min", Tensor::clampMin);
    binary("clamp_max", Tensor::clampMax);
    binary("isclose", Tensor::isclose);
    TABLE.op("clamp_tensors", (c, in) -> in.x().clamp(in.get("min"), in.get("max")));
    TABLE.op("lerp", (c, in) -> in.x().lerp(in.y(), c.number("weight")));
    TABLE.op("lerp_tensor", (c, in) -> in.x().lerp(in.y(), in.get("w")));
    TABLE.op("addcmul", (c, in) -> in.x().addcmul(in.y(), in.get("w"), c.number("value")));
    TABLE.op("addcdiv", (c, in) -> in.x().addcdiv(in.y(), in.get("w"), c.number("value")));
    TABLE.op("add_alpha", (c, in) -> in.x().add(in.y(), c.number("alpha")));
    TABLE.op("where", (c, in) -> Tensor.where(in.get("c"), in.x(), in.y()));
  }

  private static void scans() {
    TABLE.op("cumsum", (c, in) -> in.x().cumsum(dim(c)));
    TABLE.op("cumprod", (c, in) -> in.x().cumprod(dim(c)));
    TABLE.outputs("cummax", (c, in) -> both(in.x().cummax(dim(c))));
    TABLE.outputs("cummin", (c, in) -> both(in.x().cummin(dim(c))));
    TABLE.op("logcumsumexp", (c, in) -> in.x().logcumsumexp(dim(c)));
    TABLE.op("trapezoid", (c, in) -> in.x().trapezoid(c.number("dx"), dim(c)));
    TABLE.op("diff", (c, in) -> in.x().diff(c.integer("n"), dim(c)));
  }

  private static void orders() {
    TABLE.outputs("sort", (c, in) -> both(in.x().sort(dim(c), c.flag("descending"))));
    TABLE.op("argsort", (c, in) -> in.x().argsort(dim(c), c.flag("descending")));
    TABLE.outputs("topk", (c, in) -> both(in.x().topk(c.integer("k"), dim(c), c.flag("largest"))));
    TABLE.outputs("kthvalue", (c, in) -> both(in.x().kthvalue(c.integer("k"), dim(c), kept(c))));
    TABLE.outputs("median", (c, in) -> both(in.x().median(dim(c), kept(c))));
    unary("median_all", Tensor::median);
    TABLE.outputs("mode", (c, in) -> both(in.x().mode(dim(c), kept(c))));
    TABLE.op("quantile", (c, in) -> in.x().quantile(c.number("q"), dim(c), kept(c)));
    TABLE.op("quantile_all", (c, in) -> in.x().quantile(c.number("q")));
  }

  private static void counting() {
    TABLE.outputs("unique", (c, in) -> all(in.x().unique()));
    TABLE.outputs("unique_consecutive", (c, in) -> all(in.x().uniqueConsecutive()));
    TABLE.op("bincount", (c, in) -> in.x().bincount(c.integer("minlength")));
    TABLE.op(
        "bincount_weights", (c, in) -> in.x().bincount(in.get("weights"), c.integer("minlength")));
    TABLE.op("histc", (c, in) -> in.x().histc(c.integer("bins"), c.number("min"), c.number("max")));
    TABLE.op("count_nonzero", (c, in) -> in.x().countNonzero(dim(c)));
    unary("nonzero", Tensor::nonzero);
    TABLE.op("searchsorted", (c, in) -> in.x().searchsorted(in.y(), c.flag("right")));
    TABLE.op("bucketize", (c, in) -> in.x().bucketize(in.y(), c.flag("right")));
  }

  private static void reductions() {
    TABLE.op("nansum", (c, in) -> in.x().nansum(kept(c), c.ints("dim")));
    TABLE.op("nanmean", (c, in) -> in.x().nanmean(kept(c), c.ints("dim")));
    TABLE.op(
        "vector_norm", (c, in) -> in.x().norm(order(c.text("p", "2")), kept(c), c.ints("dim")));
    TABLE.outputs(
        "var_mean",
        (c, in) -> {
          var found = in.x().varMean(c.flag("unbiased"), kept(c), c.ints("dim"));
          return List.of(found.var(), found.mean());
        });
    TABLE.outputs(
        "aminmax",
        (c, in) -> {
          var found = in.x().aminmax(kept(c), dim(c));
          return List.of(found.min(), found.max());
        });
    TABLE.op("dist", (c, in) -> in.x().dist(in.y(), c.number("p")));
    TABLE.op("cdist", (c, in) -> in.x().cdist(in.y(), c.number("p")));
    unary("cov", Tensor::cov);
    unary("corrcoef", Tensor::corrcoef);
    TABLE.op("any", (c, in) -> in.x().any(kept(c), c.ints("dim")));
    TABLE.op("all", (c, in) -> in.x().all(kept(c), c.ints("dim")));
    TABLE.op("sum", (c, in) -> in.x().sum(kept(c), c.ints("dim")));
    TABLE.op("mean", (c, in) -> in.x().mean(kept(c), c.ints("dim")));
    TABLE.op("logsumexp", (c, in) -> in.x().logsumexp(kept(c), c.ints("dim")));
    TABLE.op("prod", (c, in) -> in.x().prod(dim(c), kept(c)));
    unary("prod_all", Tensor::prod);
    TABLE.op("amax", (c, in) -> in.x().amax(dim(c), kept(c)));
    TABLE.op("amin", (c, in) -> in.x().amin(dim(c), kept(c)));
    TABLE.op("argmax", (c, in) -> in.x().argmax(dim(c), kept(c)));
    TABLE.op("argmin", (c, in) -> in.x().argmin(dim(c), kept(c)));
    TABLE.op("softmax", (c, in) -> in.x().softmax(dim(c)));
    TABLE.op("log_softmax", (c, in) -> in.x().logSoftmax(dim(c)));
    TABLE.op("std", (c, in) -> in.x().std(c.flag("unbiased"), kept(c), dim(c)));
  }

  private static void indexing() {
    TABLE.op(
        "index",
        c -> c.id().endsWith("/apart"),
        (c, in) -> {
          return in.x().index(in.get("i"), null, in.get("j"));
        });
    TABLE.op(
        "index",
        c -> c.id().endsWith("/end"),
        (c, in) -> {
          return in.x().index(null, in.get("i"), in.get("j"));
        });
    TABLE.op(
        "index",
        c -> c.id().endsWith("/inside"),
        (c, in) -> {
          return in.x().index(null, in.get("j"));
        });
    TABLE.op(
        "index",
        c -> c.id().endsWith("/mask"),
        (c, in) -> {
          return in.x().index(null, in.get("m"));
        });
    TABLE.op("index", (c, in) -> in.x().index(keys(c, in, 1)));
    TABLE.op(
        "index_put", (c, in) -> in.x().indexPut(keys(c, in, 2), in.get("v"), c.flag("accumulate")));
    TABLE.op("take", (c, in) -> in.x().take(in.get("i")));
    TABLE.op("take_along_dim", (c, in) -> in.x().takeAlongDim(in.get("i"), dim(c)));
    TABLE.op("scatter", (c, in) -> in.x().scatter(dim(c), in.get("i"), in.y()));
    TABLE.op("scatter_value", (c, in) -> in.x().scatter(dim(c), in.get("i"), c.number("value")));
    TABLE.op("scatter_add", (c, in) -> in.x().scatterAdd(dim(c), in.get("i"), in.y()));
    TABLE.op("index_fill", (c, in) -> in.x().indexFill(dim(c), in.get("i"), c.number("value")));
    TABLE.op("index_copy", (c, in) -> in.x().indexCopy(dim(c), in.get("i"), in.y()));
    TABLE.op("index_add", (c, in) -> in.x().indexAdd(dim(c), in.get("i"), in.y()));
    TABLE.op("index_select", (c, in) -> in.x().indexSelect(dim(c), in.get("i")));
    TABLE.op("gather", (c, in) -> in.x().gather(dim(c), in.get("i")));
    TABLE.op("masked_scatter", (c, in) -> in.x().maskedScatter(in.get("m"), in.y()));
    TABLE.op("masked_select", (c, in) -> in.x().maskedSelect(in.get("mask")));
  }

  private static void movement() {
    TABLE.op(
        "diagonal",
        (c, in) -> in.x().diagonal(c.integer("offset"), c.integer("dim1"), c.integer("dim2")));
    TABLE.op("diag", (c, in) -> in.x().diag(c.integer("diagonal")));
    TABLE.op("diag_embed", (c, in) -> in.x().diagEmbed(c.integer("offset")));
    unary("trace", Tensor::trace);
    TABLE.op("unfold", (c, in) -> in.x().unfold(dim(c), c.integer("size"), c.integer("step")));
    TABLE.op("movedim", (c, in) -> in.x().movedim(c.integer("source"), c.integer("destination")));
    TABLE.op("swapaxes", (c, in) -> in.x().swapaxes(c.integer("axis0"), c.integer("axis1")));
    TABLE.op("unflatten", (c, in) -> in.x().unflatten(dim(c), c.ints("sizes")));
    TABLE.outputs("unbind", (c, in) -> in.x().unbind(dim(c)));
    TABLE.outputs(
        "split_size", (c, in) -> in.x().split(c.integer("split_size_or_sections"), dim(c)));
    TABLE.outputs("tensor_split", (c, in) -> in.x().tensorSplit(c.integer("sections"), dim(c)));
    TABLE.op("roll", (c, in) -> in.x().roll(c.ints("shifts"), c.ints("dims")));
    TABLE.op("roll_flat", (c, in) -> in.x().roll(c.integer("shifts")));
    TABLE.op(
        "rot90", (c, in) -> in.x().rot90(c.integer("k"), c.ints("dims")[0], c.ints("dims")[1]));
    TABLE.op("tile", (c, in) -> in.x().tile(c.ints("dims")));
    TABLE.op("repeat_interleave", (c, in) -> in.x().repeatInterleave(c.integer("repeats"), dim(c)));
    TABLE.op("repeat_interleave_each", (c, in) -> in.x().repeatInterleave(in.get("n"), dim(c)));
    TABLE.op("pad_value", (c, in) -> in.x().pad(c.ints("pad"), c.number("value")));
    TABLE.op(
        "pad_mode",
        (c, in) ->
            in.x()
                .pad(
                    c.ints("pad"),
                    PaddingMode.valueOf(c.text("mode", "").toUpperCase(Locale.ROOT))));
    TABLE.op("flip", (c, in) -> in.x().flip(c.ints("dims")));
    TABLE.op("cat", (c, in) -> Tensor.cat(List.of(in.x(), in.y()), dim(c)));
    TABLE.op("hstack", (c, in) -> Tensor.hstack(List.of(in.x(), in.y())));
    TABLE.op("vstack", (c, in) -> Tensor.vstack(List.of(in.x(), in.y())));
    TABLE.outputs("meshgrid", (c, in) -> Tensor.meshgrid(in.x(), in.y()));
    TABLE.op("cartesian_prod", (c, in) -> Tensor.cartesianProd(in.x(), in.y()));
    TABLE.op("block_diag", (c, in) -> Tensor.blockDiag(in.x(), in.y()));
    unary("copy", Tensor::copy);
    unary("reshape_row", x -> x.reshape(-1));
    TABLE.op("unsqueeze", (c, in) -> in.x().unsqueeze(dim(c)));
  }

  private static void algebra() {
    binary("matmul", Tensor::matmul);
    binary("mm", Tensor::mm);
    binary("bmm", Tensor::bmm);
    binary("mv", Tensor::mv);
    binary("dot", Tensor::dot);
    binary("outer", Tensor::outer);
    binary("inner", Tensor::inner);
    binary("kron", Tensor::kron);
    TABLE.op(
        "addmm", (c, in) -> in.x().addmm(in.y(), in.get("w"), c.number("beta"), c.number("alpha")));
    TABLE.op(
        "addmv", (c, in) -> in.x().addmv(in.y(), in.get("w"), c.number("beta"), c.number("alpha")));
    TABLE.op(
        "baddbmm",
        (c, in) -> in.x().baddbmm(in.y(), in.get("w"), c.number("beta"), c.number("alpha")));
    TABLE.op("cross", (c, in) -> in.x().cross(in.y(), dim(c)));
    TABLE.op("tensordot", (c, in) -> in.x().tensordot(in.y(), c.integer("dims")));
    TABLE.op("matrix_power", (c, in) -> in.x().matrixPower(c.integer("n")));
    TABLE.op("einsum", (c, in) -> Tensor.einsum(c.text("equation", ""), keys(c, in, 0)));
    TABLE.op(
        "arange_whole",
        (c, in) -> {
          return Tensor.arange(c.integer("start"), c.integer("end"), c.integer("step"));
        });
    TABLE.op(
        "tril_indices",
        (c, in) -> {
          return Tensor.trilIndices(c.integer("row"), c.integer("col"), c.integer("offset"));
        });
    TABLE.op(
        "triu_indices",
        (c, in) -> {
          return Tensor.triuIndices(c.integer("row"), c.integer("col"), c.integer("offset"));
        });
  }

  private static void unary(String name, UnaryOperator<Tensor> forward) {
    TABLE.op(name, (c, in) -> forward.apply(in.x()));
  }

  private static void binary(String name, BinaryOperator<Tensor> forward) {
    TABLE.op(name, (c, in) -> forward.apply(in.x(), in.y()));
  }

  private static int dim(GoldenCase c) {
    return c.integer("dim");
  }

  private static boolean kept(GoldenCase c) {
    return c.flag("keepdim");
  }

  private static double order(String p) {
    return p.endsWith("inf")
        ? Double.parseDouble(p.replace("inf", "Infinity"))
        : Double.parseDouble(p);
  }

  /** The row's inputs from the given one on. */
  private static Tensor[] keys(GoldenCase c, GoldenInputs in, int from) {
    return c.inputs().stream().skip(from).map(in::get).toArray(Tensor[]::new);
  }

  private static List<Tensor> both(ValuesIndices found) {
    return List.of(found.values(), found.indices());
  }

  private static List<Tensor> all(Unique found) {
    return List.of(found.values(), found.inverse(), found.counts());
  }
}
