package dev.tern;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tern.shape.DType;
import dev.tern.shape.Shape;
import org.junit.jupiter.api.Test;

/** What PyTorch prints for the same tensors. */
class PrinterTest {
  @Test
  void numbers() {
    assertEquals("tensor([1., 2., 3.])", Tensor.of(1f, 2f, 3f).toString());
    assertEquals("tensor([1.5000, 2.0000])", Tensor.of(1.5f, 2f).toString());
    assertEquals("tensor([-1.5000,  2.0000])", Tensor.of(-1.5f, 2f).toString());
    assertEquals("tensor(2.5000)", Tensor.scalar(2.5).toString());
    assertEquals("tensor([1.0000e-05, 1.0000e+00])", Tensor.of(1e-5f, 1f).toString());
    assertEquals("tensor([1.0000e+09])", Tensor.of(1e9f).toString());
    assertEquals(
        "tensor([nan, inf, -inf, 1.])",
        Tensor.of(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 1f)
            .toString()
            .replaceAll(" +", " "));
    assertEquals("tensor([0.0312])", Tensor.of(0.03125f).toString());
  }

  @Test
  void typesAndHistory() {
    assertEquals("tensor([  1, -20])", Tensor.of(1L, -20L).toString());
    assertEquals("tensor([ True, False])", Tensor.of(1f, 0f).eq(1).toString());
    assertEquals("tensor([0.5000], dtype=torch.float64)", Tensor.of(0.5).toString());
    assertEquals("tensor([1.], requires_grad=True)", Tensor.of(1f).requiresGrad_(true).toString());
    assertEquals(
        "tensor([2.], grad_fn=<MulBackward0>)",
        Tensor.of(1f).requiresGrad_(true).mul(Tensor.of(2f)).toString());
    assertEquals(
        "Parameter containing:\ntensor([1.], requires_grad=True)",
        new Parameter(Tensor.of(1f)).toString());
    assertEquals("tensor([], size=(0, 3))", Tensor.zeros(0, 3).toString());
    assertEquals(
        "tensor([], dtype=torch.int64)", Tensor.zeros(DType.INT64, Shape.of(0)).toString());
  }

  @Test
  void dimensionsAndLines() {
    assertEquals("tensor([[0, 1, 2],\n        [3, 4, 5]])", Tensor.arange(6).view(2, 3).toString());
    assertEquals(
        """
        tensor([[[0],
                 [1]],

                [[2],
                 [3]]])\
        """,
        Tensor.arange(4).view(2, 2, 1).toString());
    assertEquals(
        """
        tensor([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17,
                18, 19])\
        """,
        Tensor.arange(20).toString());
    assertEquals(
        "tensor([   0,    1,    2,  ..., 1997, 1998, 1999])", Tensor.arange(2000).toString());
    assertEquals(
        """
        tensor([[   0,    1,    2,  ...,   97,   98,   99],
                [ 100,  101,  102,  ...,  197,  198,  199],
                [ 200,  201,  202,  ...,  297,  298,  299],
                ...,
                [1700, 1701, 1702,  ..., 1797, 1798, 1799],
                [1800, 1801, 1802,  ..., 1897, 1898, 1899],
                [1900, 1901, 1902,  ..., 1997, 1998, 1999]])\
        """,
        Tensor.arange(2000).view(20, 100).toString());
  }
}
