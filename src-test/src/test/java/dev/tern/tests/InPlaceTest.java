package dev.tern.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.Autograd;
import dev.tern.Tensor;
import dev.tern.shape.AutogradException;
import dev.tern.shape.DType;
import dev.tern.tests.Differentiable.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Changes each input and the output in place after every operation's forward: the gradient is still
 * right, or {@code backward()} refuses. Never is it silently wrong.
 */
class InPlaceTest {
  /**
   * One forward pass: leaves, the tensors computed from them that the operation reads, and its
   * output.
   */
  private record Pass(Tensor[] leaves, Tensor[] given, Tensor output) {
    static Pass of(Row row) {
      Tensor[] leaves = row.inputs().get();
      Tensor[] given = new Tensor[leaves.length];
      for (int i = 0; i < leaves.length; i++) {
        given[i] = leaves[i].requiresGrad() ? leaves[i].mul(1) : leaves[i];
      }
      return new Pass(leaves, given, row.function().apply(given));
    }

    /** Gradients of the sum of output times a cotangent; empty where the backward pass refuses. */
    Optional<List<double[]>> gradients() {
      double[] cotangent = new double[output.numel()];
      for (int i = 0; i < cotangent.length; i++) {
        cotangent[i] = 0.6 + Math.sin(1.7 * i);
      }
      try {
        output.backward(Tensor.from(cotangent, output.shape().toArray()));
      } catch (AutogradException e) {
        assertTrue(e.getMessage().contains("in place"), e.getMessage());
        return Optional.empty();
      }
      List<double[]> gradients = new ArrayList<>();
      for (Tensor leaf : leaves) {
        Tensor gradient = leaf.grad();
        gradients.add(gradient == null ? new double[0] : gradient.toDoubleArray());
      }
      return Optional.of(gradients);
    }
  }

  static List<Row> rows() {
    return Differentiable.rows();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void anInputChangesUnrecorded(Row row) {
    List<double[]> expected = Pass.of(row).gradients().orElseThrow();
    int inputs = row.inputs().get().length;
    for (int i = 0; i < inputs; i++) {
      Pass pass = Pass.of(row);
      try (var off = Autograd.noGrad()) {
        spoil(pass.given()[i]);
      }
      rightOrRefused(row + ", input " + i, expected, 1, pass);
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void anInputChangesRecorded(Row row) {
    List<double[]> expected = Pass.of(row).gradients().orElseThrow();
    int inputs = row.inputs().get().length;
    for (int i = 0; i < inputs; i++) {
      Pass pass = Pass.of(row);
      Tensor changed = pass.given()[i];
      if (changed.requiresGrad()) {
        changed.mul_(-3);
        // an output that shares the input's memory is a view, which has changed with it
        boolean view = pass.output().storage() == changed.storage();
        rightOrRefused(row + ", input " + i, expected, view ? -3 : 1, pass);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void theOutputChanges(Row row) {
    List<double[]> expected = Pass.of(row).gradients().orElseThrow();
    Pass unrecorded = Pass.of(row);
    if (!unrecorded.output().layout().overlaps()) {
      try (var off = Autograd.noGrad()) {
        spoil(unrecorded.output());
      }
      rightOrRefused(row + ", output", expected, 1, unrecorded);
      Pass recorded = Pass.of(row);
      recorded.output().mul_(-3);
      rightOrRefused(row + ", output", expected, -3, recorded);
    }
  }

  private static void spoil(Tensor tensor) {
    if (tensor.dtype() == DType.BOOL) {
      tensor.copy_(tensor.logicalNot());
    } else if (tensor.dtype() == DType.INT64) {
      tensor.fill_(1);
    } else {
      tensor.mul_(-1.7).add_(0.3);
    }
  }

  private static void rightOrRefused(
      String what, List<double[]> expected, double factor, Pass pass) {
    var came = pass.gradients();
    if (came.isEmpty()) {
      return;
    }
    for (int i = 0; i < expected.size(); i++) {
      double[] wanted = expected.get(i);
      double[] found = came.orElseThrow().get(i);
      assertEquals(wanted.length, found.length, what);
      for (int j = 0; j < wanted.length; j++) {
        double value = factor * wanted[j];
        assertEquals(
            value,
            found[j],
            1e-12 * (1 + Math.abs(value)),
            what + ": silently wrong gradient of leaf " + i + " at element " + j);
      }
    }
  }

  @Test
  void theErrorNamesBothOperations() {
    Tensor x = Tensor.of(1.0, 2.0).requiresGrad_(true);
    Tensor h = x.mul(2);
    Tensor y = h.sin();
    h.add_(1);
    var e = assertThrows(AutogradException.class, () -> y.sum().backward());
    assertTrue(e.getMessage().contains("sin") && e.getMessage().contains("add_"), e.getMessage());
  }

  @Test
  void aLeafIsNotChangedWhileRecording() {
    Tensor x = Tensor.of(1.0, 2.0).requiresGrad_(true);
    assertThrows(AutogradException.class, () -> x.add_(1));
    assertThrows(AutogradException.class, () -> x.select(0, 0).add_(1));
    assertEquals(1.0, x.select(0, 0).item());
    try (var off = Autograd.noGrad()) {
      x.add_(1);
    }
    assertEquals(2.0, x.select(0, 0).item());
  }

  @Test
  void aViewSeesWhatHappensToItsBase() {
    Tensor x = Tensor.of(1.0, 2.0, 3.0).requiresGrad_(true);
    Tensor y = x.mul(2);
    Tensor view = y.narrow(0, 1, 2);
    y.mul_(y.detach().copy()); // y = 2x · c with c = 2x at this moment
    view.sum().backward();
    assertEquals(List.of(0.0, 8.0, 12.0), boxed(x.grad())); // d(2x c)/dx = 2c = 4x
  }

  @Test
  void aBaseSeesWhatHappensToItsView() {
    Tensor x = Tensor.of(1.0, 2.0, 3.0).requiresGrad_(true);
    Tensor y = x.mul(2);
    Tensor before = y.narrow(0, 0, 1);
    y.select(0, 0).fill_(7);
    y.mul(y.detach()).sum().backward();
    assertEquals(7.0, before.item());
    assertEquals(List.of(0.0, 8.0, 12.0), boxed(x.grad()));
  }

  private static List<Double> boxed(Tensor tensor) {
    List<Double> values = new ArrayList<>();
    for (double value : tensor.toDoubleArray()) {
      values.add(value);
    }
    return values;
  }
}
