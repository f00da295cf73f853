package dev.tern.tests;

import dev.tern.Tensor;
import dev.tern.shape.PaddingMode;
import java.util.List;

/** Rows of {@link Differentiable}: scans, orders, indices, and elements in other places. */
final class DifferentiableChoices {
  private DifferentiableChoices() {}

  static void addTo(Differentiable t) {
    scans(t);
    orders(t);
    indices(t);
    scattering(t);
    movement(t);
    combinations(t);
  }

  private static void scans(Differentiable t) {
    t.cube("cumsum", x -> x.cumsum(1));
    t.cube("cumprod", x -> x.cumprod(2));
    t.row(
        "cumprod with zeros",
        in -> in[0].cumprod(0),
        () -> new Tensor[] {Differentiable.leaf(new double[] {2, 0, 0, 1.5, -1, 0.5, 0, 3}, 4, 2)});
    t.cube("cummax", x -> x.cummax(1).values());
    t.cube("cummin", x -> x.cummin(2).values());
    t.cube("logcumsumexp", x -> x.logcumsumexp(1));
    t.cube("trapezoid", x -> x.trapezoid(0.3, 1));
    t.cube("diff", x -> x.diff(1));
    t.cube("diff twice", x -> x.diff(2, 2));
  }

  private static void orders(Differentiable t) {
    t.cube("sort", x -> x.sort(1, true).values());
    t.cube("sort rising", x -> x.sort(0).values());
    t.cube("topk", x -> x.topk(2, 1).values());
    t.cube("topk smallest", x -> x.topk(2, 2, false).values());
    t.cube("kthvalue", x -> x.kthvalue(2, 1, false).values());
    t.cube("median", Tensor::median);
    t.cube("median dim", x -> x.median(2, true).values());
    t.cube("quantile", x -> x.quantile(0.3, 1, false));
    t.cube("quantile all", x -> x.quantile(0.65));
    t.cube("mode", x -> x.mode(1, false).values());
  }

  private static void indices(Differentiable t) {
    Tensor rows = Tensor.of(1L, 0L, -1L);
    Tensor columns = Tensor.from(new long[] {2, 0, 1, 1, 2, 2}, 2, 3);
    t.cube("index rows", x -> x.index(rows));
    t.cube("index pairs", x -> x.index(rows, columns));
    t.cube("index apart", x -> x.index(rows, null, columns));
    t.cube("index inside", x -> x.index(null, columns));
    t.cube("index mask", x -> x.index(null, Differentiable.mask(3, 4)));
    t.cube("take", x -> x.take(columns.mul(5).sub(3)));
    t.cube("takeAlongDim", x -> x.takeAlongDim(columns.view(1, 6, 1), 1));
  }

  private static void scattering(Differentiable t) {
    Tensor at = Tensor.of(2L, 0L);
    Tensor mask = Differentiable.mask(3, 4);
    twoOf(
        t,
        "indexPut",
        new int[] {3, 4},
        new int[] {2},
        (x, y) -> {
          return x.indexPut(new Tensor[] {at, Tensor.of(1L, 3L)}, y);
        });
    twoOf(
        t,
        "indexPut mask",
        new int[] {3, 4},
        new int[] {1},
        (x, y) -> {
          return x.indexPut(new Tensor[] {mask}, y);
        });
    twoOf(
        t,
        "indexPut accumulated",
        new int[] {3, 4},
        new int[] {3, 2},
        (x, y) -> {
          return x.indexPut(new Tensor[] {null, Tensor.of(1L, 1L)}, y, true);
        });
    twoOf(
        t,
        "indexPut to one place",
        new int[] {3, 4},
        new int[] {3, 2},
        (x, y) -> {
          return x.indexPut(new Tensor[] {null, Tensor.of(1L, 1L)}, y);
        });
    twoOf(t, "indexCopy", new int[] {3, 4}, new int[] {2, 4}, (x, y) -> x.indexCopy(0, at, y));
    t.cube("indexFill", x -> x.indexFill(1, at, 0.5));
    Tensor index = Tensor.from(new long[] {0, 2, 2, 1}, 2, 2);
    twoOf(t, "scatter", new int[] {3, 2}, new int[] {2, 2}, (x, y) -> x.scatter(0, index, y));
    t.cube("scatter number", x -> x.scatter(1, index.view(2, 2, 1), 0.5));
    twoOf(t, "maskedScatter", new int[] {4}, new int[] {12}, (x, y) -> x.maskedScatter(mask, y));
  }

  private interface Pair {
    Tensor of(Tensor x, Tensor y);
  }

  private static void twoOf(Differentiable t, String name, int[] x, int[] y, Pair pair) {
    t.row(
        name,
        in -> pair.of(in[0], in[1]),
        () -> new Tensor[] {Differentiable.real(1, x), Differentiable.real(2, y)});
  }

  private static void movement(Differentiable t) {
    t.cube("diagonal", Tensor::diagonal);
    t.cube("diagonal below", x -> x.diagonal(-1, 2, 1));
    t.cube("diag", x -> x.select(0, 0).diag(1));
    t.cube("diag of a row", x -> x.flatten(0).diag(-1));
    t.cube("diagEmbed", x -> x.diagEmbed(1));
    t.cube("tril plain", Tensor::tril);
    t.cube("triu plain", Tensor::triu);
    t.cube("unfold", x -> x.unfold(2, 2, 1));
    t.cube("unfold apart", x -> x.unfold(1, 2, 2));
    t.cube("movedim", x -> x.movedim(0, -1));
    t.cube("swapaxes", x -> x.swapaxes(0, 2));
    t.cube("mT", Tensor::mT);
    t.cube("unflatten", x -> x.unflatten(2, 2, -1));
    t.cube("expandAs", x -> x.narrow(1, 0, 1).expandAs(x));
    t.cube("viewAs", x -> x.viewAs(Tensor.zeros(6, 4)));
    t.cube("reshapeAs", x -> x.reshapeAs(Tensor.zeros(4, 6)));
    t.cube("ravel", Tensor::ravel);
    t.cube("split size", x -> x.split(2, 1).get(1));
    t.cube("tensorSplit", x -> x.tensorSplit(3, 2).get(0));
    t.cube("unbind", x -> x.unbind(1).get(2));
    t.cube("roll", x -> x.roll(new int[] {1, -2}, new int[] {1, 2}));
    t.cube("roll flat", x -> x.roll(3));
    t.cube("rot90", x -> x.rot90(1, 1, 2));
    t.cube("rot90 three", x -> x.rot90(3, 0, 1));
    t.cube("tile", x -> x.tile(2, 1));
    t.cube("repeatInterleave", x -> x.repeatInterleave(2, 1));
    t.cube("repeatInterleave each", x -> x.repeatInterleave(Tensor.of(2L, 0L, 3L), 1));
    t.cube("pad", x -> x.pad(new int[] {1, 2, -1, 1}, 0.5));
    for (PaddingMode mode : PaddingMode.values()) {
      t.cube("pad " + mode, x -> x.pad(new int[] {2, 1, 1, -1}, mode));
    }
  }

  private static void combinations(Differentiable t) {
    twoOf(t, "hstack", new int[] {2, 3}, new int[] {2, 1}, (x, y) -> Tensor.hstack(List.of(x, y)));
    twoOf(t, "vstack", new int[] {2, 3}, new int[] {3}, (x, y) -> Tensor.vstack(List.of(x, y)));
    twoOf(
        t,
        "meshgrid",
        new int[] {2},
        new int[] {3},
        (x, y) -> {
          List<Tensor> grid = Tensor.meshgrid(x, y);
          return grid.get(0).mul(grid.get(1).exp());
        });
    twoOf(t, "cartesianProd", new int[] {2}, new int[] {3}, Tensor::cartesianProd);
    twoOf(t, "blockDiag", new int[] {2, 3}, new int[] {1, 2}, Tensor::blockDiag);
    twoOf(
        t,
        "broadcastTensors",
        new int[] {2, 1},
        new int[] {3},
        (x, y) -> {
          List<Tensor> spread = Tensor.broadcastTensors(x, y);
          return spread.get(0).mul(spread.get(1).exp());
        });
  }
}
