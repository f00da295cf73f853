package dev.tern.tests;

import dev.tern.Tensor;
import dev.tern.ValuesIndices;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/**
 * The operations of the suite {@code tensor_ops}: one line each, the method of {@link Tensor} that
 * computes it.
 */
final class Operations {
  static final OperationTable TABLE = new OperationTable();

  private static final double INFINITE = Double.POSITIVE_INFINITY;

  private Operations() {}

  static {
    pointwise();
    pairs();
    reductions();
    movement();
    indexing();
    graphs();
  }

  private static void pointwise() {
    unary("neg", Tensor::neg);
    unary("abs", Tensor::abs);
    unary("square", Tensor::square);
    unary("sqrt", Tensor::sqrt);
    unary("rsqrt", Tensor::rsqrt);
    unary("reciprocal", Tensor::reciprocal);
    unary("exp", Tensor::exp);
    unary("expm1", Tensor::expm1);
    unary("log", Tensor::log);
    unary("log1p", Tensor::log1p);
    unary("log2", Tensor::log2);
    unary("sin", Tensor::sin);
    unary("cos", Tensor::cos);
    unary("atan", Tensor::atan);
    unary("tanh", Tensor::tanh);
    unary("sigmoid", Tensor::sigmoid);
    unary("erf", Tensor::erf);
    unary("relu", Tensor::relu);
    unary("silu", Tensor::silu);
    unary("mish", Tensor::mish);
    unary("softsign", Tensor::softsign);
    unary("logsigmoid", Tensor::logSigmoid);
    TABLE.op("pow_scalar", (c, in) -> in.x().pow(c.number("exponent")));
    TABLE.op(
        "clamp", (c, in) -> in.x().clamp(c.number("min", -INFINITE), c.number("max", INFINITE)));
    TABLE.op("leaky_relu", (c, in) -> in.x().leakyRelu(c.number("negative_slope", 0.01)));
    TABLE.op("elu", (c, in) -> in.x().elu(c.number("alpha", 1)));
    TABLE.op("gelu", c -> c.text("approximate", "none").equals("none"), (c, in) -> in.x().gelu());
    TABLE.op(
        "gelu", c -> c.text("approximate", "none").equals("tanh"), (c, in) -> in.x().geluTanh());
    TABLE.op(
        "softplus", (c, in) -> in.x().softplus(c.number("beta", 1), c.number("threshold", 20)));
    TABLE.op(
        "hardtanh", (c, in) -> in.x().hardtanh(c.number("min_val", -1), c.number("max_val", 1)));
    TABLE.op("relu6", (c, in) -> in.x().mul(c.number("scale_input_by", 1)).relu6());
  }

  private static void pairs() {
    binary("add", Tensor::add);
    binary("sub", Tensor::sub);
    binary("mul", Tensor::mul);
    binary("div", Tensor::div);
    binary("pow", Tensor::pow);
    binary("maximum", Tensor::maximum);
    binary("minimum", Tensor::minimum);
    binary("eq", Tensor::eq);
    binary("ne", Tensor::ne);
    binary("lt", Tensor::lt);
    binary("le", Tensor::le);
    binary("gt", Tensor::gt);
    binary("ge", Tensor::ge);
    binary("matmul", Tensor::matmul);
    TABLE.op("where", (c, in) -> Tensor.where(in.get("c"), in.x(), in.y()));
  }

  private static void reductions() {
    TABLE.op("sum", c -> !c.has("dim"), (c, in) -> in.x().sum(c.flag("keepdim")));
    TABLE.op("sum", (c, in) -> in.x().sum(c.flag("keepdim"), dims(c)));
    TABLE.op("mean", c -> !c.has("dim"), (c, in) -> in.x().mean(c.flag("keepdim")));
    TABLE.op("mean", (c, in) -> in.x().mean(c.flag("keepdim"), dims(c)));
    TABLE.op("amax", Operations::oneDim, (c, in) -> in.x().amax(dim(c), c.flag("keepdim")));
    TABLE.op("amax", (c, in) -> in.x().amax(c.flag("keepdim"), dims(c)));
    TABLE.op("amin", Operations::oneDim, (c, in) -> in.x().amin(dim(c), c.flag("keepdim")));
    TABLE.op("amin", (c, in) -> in.x().amin(c.flag("keepdim"), dims(c)));
    TABLE.op(
        "logsumexp", Operations::oneDim, (c, in) -> in.x().logsumexp(dim(c), c.flag("keepdim")));
    TABLE.op("logsumexp", (c, in) -> in.x().logsumexp(c.flag("keepdim"), dims(c)));
    TABLE.op("prod", c -> !c.has("dim"), (c, in) -> in.x().prod());
    TABLE.op("prod", Operations::oneDim, (c, in) -> in.x().prod(dim(c), c.flag("keepdim")));
    TABLE.op("argmax", c -> !c.has("dim"), (c, in) -> in.x().argmax());
    TABLE.op("argmax", Operations::oneDim, (c, in) -> in.x().argmax(dim(c), c.flag("keepdim")));
    TABLE.op("argmin", c -> !c.has("dim"), (c, in) -> in.x().argmin());
    TABLE.op("argmin", Operations::oneDim, (c, in) -> in.x().argmin(dim(c), c.flag("keepdim")));
    TABLE.op("var", (c, in) -> in.x().var(unbiased(c), c.flag("keepdim"), dims(c)));
    TABLE.op("std", (c, in) -> in.x().std(unbiased(c), c.flag("keepdim"), dims(c)));
    TABLE.outputs("max_dim", (c, in) -> both(in.x().max(dim(c), c.flag("keepdim"))));
    TABLE.outputs("min_dim", (c, in) -> both(in.x().min(dim(c), c.flag("keepdim"))));
    TABLE.op("cumsum", (c, in) -> in.x().cumsum(dim(c)));
    TABLE.outputs("sort", (c, in) -> both(in.x().sort(c.integer("dim", -1), c.flag("descending"))));
    TABLE.outputs(
        "topk",
        (c, in) ->
            both(
                in.x()
                    .topk(
                        c.integer("k"),
                        c.integer("dim", -1),
                        !c.has("largest") || c.flag("largest"))));
    TABLE.op("softmax", (c, in) -> in.x().softmax(dim(c)));
    TABLE.op("log_softmax", (c, in) -> in.x().logSoftmax(dim(c)));
    TABLE.op("norm", c -> !c.has("dim"), (c, in) -> in.x().norm(c.number("p", 2)));
    TABLE.op(
        "norm",
        Operations::oneDim,
        (c, in) -> in.x().norm(c.number("p", 2), dim(c), c.flag("keepdim")));
    TABLE.op("norm", (c, in) -> in.x().norm(c.number("p", 2), c.flag("keepdim"), dims(c)));
  }

  private static void movement() {
    TABLE.op("transpose", (c, in) -> in.x().transpose(c.integer("dim0"), c.integer("dim1")));
    TABLE.op("permute", (c, in) -> in.x().permute(c.ints("dims")));
    TABLE.op(
        "reshape",
        (c, in) -> {
          Tensor x = in.x();
          if (c.has("after_transpose")) {
            int[] dims = c.ints("after_transpose");
            x = x.transpose(dims[0], dims[1]);
          }
          return x.reshape(c.ints("shape"));
        });
    // a view needs memory in order, so a strided input is a case for its error and not for its
    // result
    TABLE.op("view", (c, in) -> in.x().contiguous().view(c.ints("shape")));
    TABLE.op(
        "flatten", (c, in) -> in.x().flatten(c.integer("start_dim", 0), c.integer("end_dim", -1)));
    TABLE.op("unsqueeze", (c, in) -> in.x().unsqueeze(dim(c)));
    TABLE.op("squeeze", c -> c.has("dim"), (c, in) -> in.x().squeeze(dim(c)));
    TABLE.op("squeeze", (c, in) -> in.x().squeeze());
    TABLE.op("expand", (c, in) -> in.x().expand(c.ints("shape")));
    TABLE.op("narrow", (c, in) -> in.x().narrow(dim(c), c.integer("start"), c.integer("length")));
    TABLE.op("select", (c, in) -> in.x().select(dim(c), c.integer("index")));
    TABLE.op(
        "slice_step",
        (c, in) ->
            in.x()
                .slice(
                    dim(c),
                    c.integer("start", 0),
                    c.integer("end", Integer.MAX_VALUE),
                    c.integer("step", 1)));
    TABLE.op("cat", (c, in) -> Tensor.cat(listed(c, in), dim(c)));
    TABLE.op("stack", (c, in) -> Tensor.stack(listed(c, in), dim(c)));
    TABLE.outputs(
        "split", c -> !c.isList("sizes"), (c, in) -> in.x().split(c.integer("sizes"), dim(c)));
    TABLE.outputs("split", (c, in) -> in.x().split(c.ints("sizes"), dim(c)));
    TABLE.outputs("chunk", (c, in) -> in.x().chunk(c.integer("chunks"), dim(c)));
    TABLE.op("repeat", (c, in) -> in.x().repeat(c.ints("repeats")));
    TABLE.op("flip", (c, in) -> in.x().flip(c.ints("dims")));
  }

  private static void indexing() {
    TABLE.op("index_select", (c, in) -> in.x().indexSelect(dim(c), in.get("index")));
    TABLE.op("gather", (c, in) -> in.x().gather(dim(c), in.get("index")));
    TABLE.op("scatter_add", (c, in) -> in.x().scatterAdd(dim(c), in.get("index"), in.get("src")));
    TABLE.op("masked_fill", (c, in) -> in.x().maskedFill(in.get("mask"), c.number("value")));
    TABLE.op("masked_select", (c, in) -> in.x().maskedSelect(in.get("mask")));
    TABLE.op("one_hot", c -> c.integer("num_classes", -1) < 0, (c, in) -> in.x().oneHot());
    TABLE.op("one_hot", (c, in) -> in.x().oneHot(c.integer("num_classes")));
    TABLE.op("tril", (c, in) -> in.x().tril(c.integer("diagonal", 0)));
    TABLE.op("triu", (c, in) -> in.x().triu(c.integer("diagonal", 0)));
  }

  /** Small graphs instead of single operations; the id says which. */
  private static void graphs() {
    // x is read three times: u = x^2 + x, tanh(u) x
    TABLE.op(
        "graph_reuse",
        c -> c.id().endsWith("/diamond"),
        (c, in) -> {
          Tensor x = in.x();
          return x.mul(x).add(x).tanh().mul(x);
        });
    // the detached factor is a constant: d(x sg(x))/dx = x
    TABLE.op(
        "graph_reuse", c -> c.id().endsWith("/detach"), (c, in) -> in.x().mul(in.x().detach()));
    // (2x + 1) x, made in place on a tensor that is no leaf
    TABLE.op(
        "inplace",
        c -> c.id().endsWith("/add_then_mul"),
        (c, in) -> {
          Tensor y = in.x().mul(2);
          y.add_(1);
          y.mul_(in.x());
          return y;
        });
  }

  private static void unary(String name, UnaryOperator<Tensor> forward) {
    TABLE.op(name, (c, in) -> forward.apply(in.x()));
  }

  private static void binary(String name, BiFunction<Tensor, Tensor, Tensor> forward) {
    TABLE.op(name, (c, in) -> forward.apply(in.x(), in.y()));
  }

  /** The dimensions to reduce, none for all. */
  private static int[] dims(GoldenCase c) {
    return c.has("dim") ? c.ints("dim") : new int[0];
  }

  private static boolean oneDim(GoldenCase c) {
    return c.has("dim") && c.ints("dim").length == 1;
  }

  private static int dim(GoldenCase c) {
    return c.has("dim") ? c.ints("dim")[0] : 0;
  }

  private static boolean unbiased(GoldenCase c) {
    return !c.has("unbiased") || c.flag("unbiased");
  }

  private static List<Tensor> both(ValuesIndices found) {
    return List.of(found.values(), found.indices());
  }

  private static List<Tensor> listed(GoldenCase c, GoldenInputs in) {
    return c.inputs().stream().map(in::get).toList();
  }
}
