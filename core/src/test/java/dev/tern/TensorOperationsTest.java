package dev.tern;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.device.Generator;
import dev.tern.shape.AutogradException;
import dev.tern.shape.DType;
import dev.tern.shape.DTypeException;
import dev.tern.shape.PaddingMode;
import dev.tern.shape.Shape;
import dev.tern.shape.ShapeException;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What the tables against PyTorch do not reach: creation, element types, refusals. */
class TensorOperationsTest {
  private static void refused(
      Class<? extends RuntimeException> type, String part, Executable call) {
    var e = assertThrows(type, call);
    assertTrue(String.valueOf(e.getMessage()).contains(part), e.getMessage());
  }

  @Test
  void rangesAndSpaces() {
    assertArrayEquals(new float[] {-1, 0, 1, 2, 3}, Tensor.linspace(-1, 3, 5).toFloatArray());
    assertArrayEquals(new float[] {-1}, Tensor.linspace(-1, 3, 1).toFloatArray());
    assertEquals(Shape.of(0), Tensor.linspace(-1, 3, 0).shape());
    assertEquals(0.3f, Tensor.linspace(0, 0.3, 7).toFloatArray()[6]);
    assertArrayEquals(new float[] {0.1f, 1, 10}, Tensor.logspace(-1, 1, 3, 10).toFloatArray());
    assertArrayEquals(new long[] {3, 5, 7}, Tensor.arange(3, 8, 2).toLongArray());
    assertArrayEquals(new long[] {3, 1, -1}, Tensor.arange(3, -2, -2).toLongArray());
    assertArrayEquals(new float[] {0, 0.5f, 1}, Tensor.arange(0.0, 1.4, 0.5).toFloatArray());
    refused(ShapeException.class, "-1", () -> Tensor.arange(0, 3, -1));
    refused(ShapeException.class, "0", () -> Tensor.arange(0, 3, 0));
    assertArrayEquals(new float[] {1, 0, 0, 0, 1, 0}, Tensor.eye(2, 3).toFloatArray());
  }

  @Test
  void matricesFromRows() {
    Tensor x = Tensor.of(new double[][] {{1, 2, 3}, {4, 5, 6}});
    assertEquals(Shape.of(2, 3), x.shape());
    assertArrayEquals(new double[] {1, 2, 3, 4, 5, 6}, x.toDoubleArray());
    assertEquals(DType.FLOAT32, Tensor.of(new float[][] {{1}}).dtype());
    assertEquals(Shape.of(0, 0), Tensor.of(new long[0][]).shape());
    refused(ShapeException.class, "row 1 has 1", () -> Tensor.of(new long[][] {{1, 2}, {3}}));
  }

  @Test
  void tensorsLikeOthers() {
    Tensor like = Tensor.zeros(DType.FLOAT64, Shape.of(3, 2)).t();
    for (UnaryOperator<Tensor> make :
        List.<UnaryOperator<Tensor>>of(
            Tensor::emptyLike,
            Tensor::zerosLike,
            Tensor::onesLike,
            Tensor::randLike,
            Tensor::randnLike,
            x -> Tensor.fullLike(x, 3))) {
      Tensor made = make.apply(like);
      assertEquals(Shape.of(2, 3), made.shape());
      assertEquals(DType.FLOAT64, made.dtype());
    }
    assertEquals(18, Tensor.fullLike(like, 3).sum().item());
    assertEquals(6, Tensor.onesLike(like).sum().item());
    Generator.manualSeed(4);
    Tensor drawn = Tensor.randn(DType.FLOAT64, Shape.of(2, 3));
    Generator.manualSeed(4);
    assertArrayEquals(drawn.toDoubleArray(), Tensor.randnLike(like).toDoubleArray());
  }

  @Test
  void wholeNumbersTakeNoFractionsInPlaceEither() {
    for (DType dtype : new DType[] {DType.INT64, DType.INT32, DType.UINT8, DType.BOOL}) {
      Tensor x = Tensor.ones(dtype, Shape.of(3));
      refused(DTypeException.class, "0.5", () -> x.mul_(0.5));
      refused(DTypeException.class, "0.5", () -> x.add_(0.5));
      refused(DTypeException.class, "-0.5", () -> x.sub_(0.5));
      refused(DTypeException.class, "0.5", () -> x.div_(0.5));
      refused(DTypeException.class, "0.5", () -> x.mul(0.5));
      refused(DTypeException.class, "0.5", () -> x.fmod(0.5));
      refused(DTypeException.class, "0.5", () -> x.indexPut_(new Tensor[] {x.ne(0)}, 0.5));
      assertArrayEquals(new long[] {1, 1, 1}, x.toLongArray()); // nothing was written
      assertEquals(0, x.storage().version());
    }
    Tensor x = Tensor.of(1L, 2L, 5L);
    assertArrayEquals(new long[] {1, 3, 9}, x.mul_(2).sub_(1).toLongArray());
    assertArrayEquals(new long[] {0, 1, 4}, x.div_(2).toLongArray());
    assertArrayEquals(new long[] {0, 1, 64}, x.pow(3).toLongArray());
    assertArrayEquals(new long[] {0, 1, 4}, x.floor().toLongArray());
    refused(DTypeException.class, "floating", () -> x.pow(0.5));
    refused(DTypeException.class, "floating", () -> x.tan());
  }

  @Test
  void everyElementTypeIsSortedSelectedAndReplaced() {
    for (DType dtype : DType.values()) {
      if (dtype == DType.FLOAT16 || dtype == DType.BFLOAT16) {
        continue;
      }
      Tensor x = Tensor.of(1L, 0L, 1L).to(dtype);
      assertEquals(dtype, x.sort(0).values().dtype());
      assertArrayEquals(new long[] {0, 1, 1}, x.sort(0).values().toLongArray());
      assertArrayEquals(new long[] {1, 1}, x.index(x.ne(0)).toLongArray());
      Tensor put = x.indexPut(new Tensor[] {Tensor.of(1L)}, Tensor.of(1L).to(dtype));
      assertArrayEquals(new long[] {1, 1, 1}, put.toLongArray());
      assertArrayEquals(new long[] {0, 1, 0, 1, 0}, x.pad(1, 1).toLongArray());
      assertArrayEquals(
          new long[] {1, 2, 3}, Tensor.of(1L, 1L, 1L).to(dtype).cumsum(0).toLongArray());
    }
  }

  @Test
  void writingThroughIndicesChangesTheTensorItself() {
    Tensor x = Tensor.zeros(2, 3);
    x.indexPut_(new Tensor[] {null, Tensor.of(0L, -1L)}, 7);
    assertArrayEquals(new float[] {7, 0, 7, 7, 0, 7}, x.toFloatArray());
    x.maskedFill_(x.eq(0), 1).select(0, 1).indexFill_(0, Tensor.of(2L), 9);
    assertArrayEquals(new float[] {7, 1, 7, 7, 1, 9}, x.toFloatArray());
    x.diagonal(1, 0, 1).fill_(5);
    assertArrayEquals(new float[] {7, 5, 7, 7, 1, 5}, x.toFloatArray());
    x.t().scatter_(0, Tensor.from(new long[] {0, 2}, 1, 2), 4);
    assertArrayEquals(new float[] {4, 5, 7, 7, 1, 4}, x.toFloatArray());
  }

  @Test
  void rootsAndCountsHaveAGradientOfZeroWhereTheyHaveNone() {
    Tensor x = Tensor.of(new double[] {3, 3, 3}).requiresGrad_(true);
    x.std(false, false, 0).backward();
    assertEquals(List.of(0.0, 0.0, 0.0), list(x.grad()));
    x.setGrad(null);
    x.norm(0).backward();
    assertEquals(List.of(0.0, 0.0, 0.0), list(x.grad()));
  }

  private static List<Double> list(Tensor x) {
    return java.util.Arrays.stream(x.toDoubleArray()).boxed().toList();
  }

  @Test
  void narrowCountsFromTheEndAndClassesAreCountedWhereNobodySaysHowMany() {
    Tensor x = Tensor.of(1L, 4, 0);
    assertTrue(x.narrow(0, -2, 2).equal(Tensor.of(4L, 0)));
    assertTrue(x.oneHot().equal(x.oneHot(5)));
    refused(ShapeException.class, "from -4 on", () -> x.narrow(0, -4, 1));
    refused(ShapeException.class, "got -2", () -> x.oneHot(-2));
    refused(ShapeException.class, "[0]", () -> Tensor.zeros(DType.INT64, Shape.of(0)).oneHot());
  }

  @Test
  void overlappingWindowsAreNotWrittenTo() {
    Tensor x = Tensor.zeros(5);
    refused(AutogradException.class, "share", () -> x.unfold(0, 3, 1).add_(1));
    x.unfold(0, 2, 2).add_(1);
    assertArrayEquals(new float[] {1, 1, 1, 1, 0}, x.toFloatArray());
  }

  @Test
  void indicesThatDoNotFitAreShown() {
    Tensor x = Tensor.zeros(2, 3);
    refused(
        ShapeException.class,
        "index 3 is out of range for dimension 1",
        () -> x.index(null, Tensor.of(3L)));
    refused(ShapeException.class, "index -3", () -> x.index(Tensor.of(-3L)));
    refused(ShapeException.class, "mask [3, 2]", () -> x.index(Tensor.zeros(3, 2).ne(0)));
    refused(
        ShapeException.class,
        "3 indices",
        () -> x.index(Tensor.of(0L), Tensor.of(0L), Tensor.of(0L)));
    refused(DTypeException.class, "FLOAT32", () -> x.index(Tensor.of(1f)));
    refused(ShapeException.class, "at least one", () -> x.index(null, null));
    refused(ShapeException.class, "index 6", () -> x.take(Tensor.of(6L)));
  }

  @Test
  void argumentsThatDoNotFitAreShown() {
    Tensor x = Tensor.zeros(2, 3);
    refused(ShapeException.class, "topk: 4 of dimension 1 of [2, 3]", () -> x.topk(4, 1));
    refused(ShapeException.class, "kthvalue", () -> x.kthvalue(0, 1, false));
    refused(ShapeException.class, "at most 2", () -> x.pad(new int[] {3, 0}, PaddingMode.REFLECT));
    refused(ShapeException.class, "einsum", () -> Tensor.einsum("ij,jk->ik", x, x));
    refused(ShapeException.class, "einsum", () -> Tensor.einsum("ij->ik", x));
    refused(ShapeException.class, "einsum", () -> Tensor.einsum("i->i", x));
    refused(ShapeException.class, "einsum", () -> Tensor.einsum("ij,jk->ik", x));
    refused(ShapeException.class, "unfold", () -> x.unfold(1, 4, 1));
    refused(ShapeException.class, "diagonal", () -> x.diagonal(0, 1, -1));
    refused(ShapeException.class, "bincount", () -> x.to(DType.INT64).bincount());
    refused(ShapeException.class, "index -1", () -> Tensor.of(-1L, 2L).bincount());
    refused(ShapeException.class, "maskedScatter", () -> x.maskedScatter(x.eq(0), Tensor.zeros(5)));
    refused(IllegalArgumentException.class, "1.5", () -> x.quantile(1.5));
    refused(ShapeException.class, "movedim", () -> x.movedim(new int[] {0, 0}, new int[] {0, 1}));
    Tensor row = Tensor.zeros(3);
    refused(ShapeException.class, "stays", () -> row.remainder_(Tensor.ones(2, 3)));
  }

  @Test
  void comparisonsOfWholeTensors() {
    Tensor x = Tensor.of(1.0, Double.NaN);
    assertFalse(x.equal(x.copy()));
    assertTrue(x.nanToNum().equal(Tensor.of(1.0, 0.0)));
    assertFalse(Tensor.of(1.0, 2.0).equal(Tensor.from(new double[] {1, 2}, 2, 1)));
    assertTrue(Tensor.of(1.0, 2.0).allclose(Tensor.of(1.0 + 1e-6, 2.0)));
    assertFalse(Tensor.of(1.0, 2.0).allclose(Tensor.of(1.0 + 1e-4, 2.0)));
    assertFalse(x.allclose(x));
    assertTrue(x.allclose(x, 1e-5, 1e-8, true));
    assertTrue(Tensor.of(5L).allclose(Tensor.of(5L)));
    double infinite = Double.POSITIVE_INFINITY;
    assertTrue(Tensor.of(infinite).allclose(Tensor.of(infinite)));
    assertFalse(Tensor.of(infinite).allclose(Tensor.of(-infinite)));
  }
}
