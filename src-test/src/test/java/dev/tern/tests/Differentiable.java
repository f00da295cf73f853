package dev.tern.tests;

import dev.tern.GradCheck.TensorsFunction;
import dev.tern.Tensor;
import dev.tern.device.Generator;
import dev.tern.shape.DType;
import dev.tern.shape.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Every differentiable operation with inputs at which it is smooth, FLOAT64: one row serves the
 * gradient checks of first and second order and the test that changes tensors in place.
 */
final class Differentiable {
  /**
   * One operation.
   *
   * @param name the method's name, with what tells the row from others of the same method
   * @param function the operation
   * @param inputs fresh inputs; those that require a gradient are checked
   */
  record Row(String name, TensorsFunction function, Supplier<Tensor[]> inputs) {
    @Override
    public String toString() {
      return name;
    }
  }

  private final List<Row> rows = new ArrayList<>();

  private Differentiable() {}

  static List<Row> rows() {
    var table = new Differentiable();
    table.pointwise();
    table.pairs();
    table.reductions();
    table.movement();
    table.indexing();
    table.inPlace();
    DifferentiableElements.addTo(table);
    DifferentiableChoices.addTo(table);
    DifferentiableLayers.addTo(table);
    DifferentiableLosses.addTo(table);
    return table.rows;
  }

  private void pointwise() {
    unary("neg", Tensor::neg);
    unary("abs", Tensor::abs);
    unary("square", Tensor::square);
    unary("exp", Tensor::exp);
    unary("expm1", Tensor::expm1);
    unary("sin", Tensor::sin);
    unary("cos", Tensor::cos);
    unary("atan", Tensor::atan);
    unary("tanh", Tensor::tanh);
    unary("sigmoid", Tensor::sigmoid);
    unary("erf", Tensor::erf);
    unary("relu", Tensor::relu);
    unary("relu6", x -> x.mul(5).relu6());
    unary("hardtanh", x -> x.hardtanh(-0.5, 0.7));
    unary("clamp", x -> x.clamp(-0.5, 0.7));
    unary("leakyRelu", x -> x.leakyRelu(0.1));
    unary("elu", x -> x.elu(1.3));
    unary("gelu", Tensor::gelu);
    unary("geluTanh", Tensor::geluTanh);
    unary("silu", Tensor::silu);
    unary("softplus", x -> x.softplus(1.5, 20));
    unary("logSigmoid", Tensor::logSigmoid);
    unary("mish", Tensor::mish);
    unary("softsign", Tensor::softsign);
    unary("pow 3", x -> x.pow(3));
    unary("add number", x -> x.add(2));
    unary("sub number", x -> x.sub(2));
    unary("rsub", x -> x.rsub(2));
    unary("mul number", x -> x.mul(-3));
    unary("div number", x -> x.div(4));
    positive("sqrt", Tensor::sqrt);
    positive("rsqrt", Tensor::rsqrt);
    positive("reciprocal", Tensor::reciprocal);
    positive("log", Tensor::log);
    positive("log1p", Tensor::log1p);
    positive("log2", Tensor::log2);
    positive("pow -0.5", x -> x.pow(-0.5));
  }

  private void pairs() {
    // every pair is broadcast: [2, 3] with [3]
    pair("add", Tensor::add);
    pair("sub", Tensor::sub);
    pair("mul", Tensor::mul);
    pair("div", Tensor::div);
    pair("pow", Tensor::pow);
    pair("maximum", Tensor::maximum);
    pair("minimum", Tensor::minimum);
    pair("remainder", Tensor::remainder);
    row(
        "where",
        in -> Tensor.where(in[0], in[1], in[2]),
        () -> new Tensor[] {mask(2, 3), real(1, 2, 3), real(2, 3)});
    row(
        "maskedFill",
        in -> in[0].maskedFill(in[1], 1.5),
        () -> new Tensor[] {real(1, 2, 3), mask(2, 3)});
    product("matmul matrices", new int[] {3, 4}, new int[] {4, 2});
    product("matmul vectors", new int[] {4}, new int[] {4});
    product("matmul matrix vector", new int[] {3, 4}, new int[] {4});
    product("matmul vector matrix", new int[] {4}, new int[] {4, 2});
    product("matmul batch matrix", new int[] {2, 3, 4}, new int[] {4, 2});
    product("matmul broadcast batches", new int[] {2, 1, 2, 3}, new int[] {2, 3, 2});
    row(
        "matmul transposed",
        in -> in[0].t().matmul(in[1].t()),
        () -> new Tensor[] {real(1, 3, 2), real(2, 4, 3)});
    row(
        "linear",
        in -> in[0].linear(in[1], in[2]),
        () -> new Tensor[] {real(1, 2, 3), real(2, 4, 3), real(3, 4)});
  }

  private void reductions() {
    cube("sum", Tensor::sum);
    cube("sum dims", x -> x.sum(0, 2));
    cube("sum kept", x -> x.sum(true, 1));
    cube("mean", x -> x.mean(1));
    cube("var", x -> x.var(true, false, 0, 2));
    cube("var biased", x -> x.var(false, true, 1));
    cube("std", x -> x.std(true, false, 2));
    cube("amax", x -> x.amax(1, false));
    cube("amin", x -> x.amin(2, true));
    cube("max", Tensor::max);
    cube("min", Tensor::min);
    cube("max dim", x -> x.max(1).values());
    cube("min dim", x -> x.min(-1, true).values());
    cube("prod", x -> x.prod(1, false));
    row(
        "prod with a zero",
        in -> in[0].prod(0, false),
        () -> new Tensor[] {leaf(new double[] {0, 2, 3, 1.5, -1, 0.5}, 3, 2)});
    cube("logsumexp", x -> x.logsumexp(1, false));
    cube("norm 1", x -> x.norm(1));
    cube("norm 2", x -> x.norm(2, 1, false));
    cube("norm 3", x -> x.norm(3, 0, true));
    cube("softmax", x -> x.softmax(1));
    cube("logSoftmax", x -> x.logSoftmax(-1));
  }

  private void movement() {
    cube("view", x -> x.view(3, 8));
    cube("reshape of a strided one", x -> x.transpose(0, 2).reshape(-1));
    cube("flatten", x -> x.flatten(1));
    cube("transpose", x -> x.transpose(0, 2));
    cube("permute", x -> x.permute(2, 0, 1));
    cube("unsqueeze", x -> x.unsqueeze(1));
    cube("squeeze", x -> x.narrow(1, 1, 1).squeeze(1));
    cube("expand", x -> x.unsqueeze(1).expand(2, 2, 3, 4));
    cube("narrow", x -> x.narrow(1, 1, 2));
    cube("select", x -> x.select(2, 1));
    cube("slice", x -> x.slice(2, 0, 4, 2));
    cube("split", x -> x.split(new int[] {1, 2}, 1).get(1));
    cube("chunk", x -> x.chunk(2, 2).get(0));
    cube("copy", Tensor::copy);
    cube("contiguous", x -> x.transpose(0, 1).contiguous());
    cube("repeat", x -> x.repeat(2, 1, 2));
    cube("flip", x -> x.flip(0, 2));
    cube("to", x -> x.to(DType.FLOAT64).mul(2));
    row(
        "cat",
        in -> Tensor.cat(List.of(in[0], in[1]), 1),
        () -> new Tensor[] {real(1, 2, 3), real(2, 2, 1)});
    row(
        "stack",
        in -> Tensor.stack(List.of(in[0], in[1]), 1),
        () -> new Tensor[] {real(1, 2, 3), real(2, 2, 3)});
  }

  private void indexing() {
    row(
        "indexSelect",
        in -> in[0].indexSelect(1, in[1]),
        () -> new Tensor[] {real(1, 2, 3, 4), Tensor.of(2L, 0L, 2L)});
    row(
        "indexAdd",
        in -> in[0].indexAdd(0, in[1], in[2]),
        () -> new Tensor[] {real(1, 3, 2), Tensor.of(2L, 0L, 2L), real(2, 3, 2)});
    row(
        "gather",
        in -> in[0].gather(1, in[1]),
        () -> new Tensor[] {real(1, 2, 3), Tensor.from(new long[] {0, 2, 2, 1, 1, 0, 0, 2}, 2, 4)});
    row(
        "scatterAdd",
        in -> in[0].scatterAdd(1, in[1], in[2]),
        () ->
            new Tensor[] {
              real(1, 2, 3), Tensor.from(new long[] {0, 2, 2, 1}, 2, 2), real(2, 2, 2)
            });
    row(
        "maskedSelect",
        in -> in[0].maskedSelect(in[1]),
        () -> new Tensor[] {real(1, 2, 3), mask(2, 3)});
    cube("tril", x -> x.tril(0));
    cube("triu", x -> x.triu(1));
  }

  /** In-place operations on a tensor that is no leaf, and on views of one. */
  private void inPlace() {
    changed("add_ number", (y, x) -> y.add_(2));
    changed("add_", Tensor::add_);
    changed("sub_", Tensor::sub_);
    changed("mul_", Tensor::mul_);
    changed("mul_ number", (y, x) -> y.mul_(3));
    changed("div_", Tensor::div_);
    changed("div_ number", (y, x) -> y.div_(3));
    changed("neg_", (y, x) -> y.neg_());
    changed("exp_", (y, x) -> y.exp_());
    changed("relu_", (y, x) -> y.relu_());
    changed("tanh_", (y, x) -> y.tanh_());
    changed("sigmoid_", (y, x) -> y.sigmoid_());
    changed("clamp_", (y, x) -> y.clamp_(-0.9, 1.1));
    changed("fill_", (y, x) -> y.select(0, 0).fill_(2));
    changed("zero_", (y, x) -> y.narrow(1, 1, 2).zero_());
    changed("copy_", (y, x) -> y.select(0, 1).copy_(x.select(0, 0)));
    changed("mul_ of a column", (y, x) -> y.select(1, 2).mul_(x.select(1, 0)));
    changed("exp_ of a transposed view", (y, x) -> y.t().narrow(0, 0, 2).exp_());
  }

  @FunctionalInterface
  interface Change {
    Object apply(Tensor y, Tensor x);
  }

  /** y = 2 x, changed in place, then read together with x. */
  void changed(String name, Change change) {
    row(
        name,
        in -> {
          Tensor y = in[0].mul(2);
          change.apply(y, in[0]);
          return y.mul(in[0]);
        },
        () -> new Tensor[] {real(1, 2, 3)});
  }

  static Tensor drawn(Supplier<Tensor> function) {
    Generator.manualSeed(3);
    return function.get();
  }

  void row(String name, TensorsFunction function, Supplier<Tensor[]> inputs) {
    rows.add(new Row(name, function, inputs));
  }

  void unary(String name, UnaryOperator<Tensor> function) {
    row(name, in -> function.apply(in[0]), () -> new Tensor[] {real(1, 2, 4)});
  }

  void positive(String name, UnaryOperator<Tensor> function) {
    row(
        name,
        in -> function.apply(in[0]),
        () -> new Tensor[] {values(1, 2, 3).square().add(0.3).requiresGrad_(true)});
  }

  void cube(String name, UnaryOperator<Tensor> function) {
    row(name, in -> function.apply(in[0]), () -> new Tensor[] {real(1, 2, 3, 4)});
  }

  void pair(String name, BinaryOperator<Tensor> function) {
    row(
        name,
        in -> function.apply(in[0], in[1]),
        () ->
            new Tensor[] {
              values(1, 2, 3).square().add(0.3).requiresGrad_(true),
              values(2, 3).add(1.7).requiresGrad_(true)
            });
  }

  void product(String name, int[] left, int[] right) {
    row(name, in -> in[0].matmul(in[1]), () -> new Tensor[] {real(1, left), real(2, right)});
  }

  /** Numbers between -1.3 and 1.3, all different, none close to 0 or to one another. */
  static Tensor values(int seed, int... shape) {
    int n = Shape.of(shape).numel();
    double[] numbers = new double[n];
    for (int i = 0; i < n; i++) {
      // 7 i mod n visits every place once where 7 does not divide n
      double place = n == 1 ? 0.8 : ((7L * i + seed) % n + 0.5) / n;
      numbers[i] = 2.6 * place - 1.3 + 0.011 * seed;
    }
    return Tensor.from(numbers, shape);
  }

  static Tensor real(int seed, int... shape) {
    return values(seed, shape).requiresGrad_(true);
  }

  static Tensor leaf(double[] numbers, int... shape) {
    return Tensor.from(numbers, shape).requiresGrad_(true);
  }

  static Tensor mask(int... shape) {
    return values(5, shape).gt(0.1);
  }
}
