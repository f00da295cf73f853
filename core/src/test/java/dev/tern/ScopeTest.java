package dev.tern;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.device.cpu.CpuStorage;
import dev.tern.shape.DType;
import dev.tern.shape.Shape;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScopeTest {
  private static void assertGone(Tensor tensor) {
    var e = assertThrows(IllegalStateException.class, tensor::toDoubleArray);
    assertTrue(e.getMessage().contains("scope opened at dev.tern.ScopeTest."), e.getMessage());
    assertTrue(e.getMessage().contains("ScopeTest.java:"), e.getMessage());
  }

  @Test
  void whatWasMadeInItIsGoneAfterItAndNamesTheScope() {
    Tensor before = Tensor.of(1.0, 2);
    Tensor made;
    try (var scope = Tern.scope()) {
      made = before.mul(2);
      assertArrayEquals(new double[] {2, 4}, made.toDoubleArray());
    }
    assertGone(made);
    assertThrows(IllegalStateException.class, () -> before.add(made));
    assertThrows(IllegalStateException.class, made::copy);
    assertArrayEquals(new double[] {1, 2}, before.toDoubleArray());
  }

  @Test
  void viewsOfWhatIsGoneAreGone() {
    Tensor row;
    Tensor column;
    Tensor detached;
    try (var scope = Tern.scope()) {
      Tensor x = Tensor.randn(3, 4);
      row = x.select(0, 1);
      column = x.narrow(1, 2, 1);
      detached = x.detach();
    }
    assertGone(row);
    assertGone(column);
    assertGone(detached);
    assertGone(row.view(2, 2));
  }

  @Test
  void keepingAViewKeepsWhatItIsAViewOf() {
    Tensor x;
    Tensor column;
    try (var scope = Tern.scope()) {
      x = Tensor.of(1.0, 2, 3, 4).view(2, 2);
      column = scope.keep(x.select(1, 0));
    }
    assertArrayEquals(new double[] {1, 3}, column.toDoubleArray());
    assertArrayEquals(new double[] {1, 2, 3, 4}, x.toDoubleArray());
  }

  @Test
  void whatTheInnerScopeKeepsBelongsToTheOuterOne() {
    Tensor inner;
    Tensor kept;
    Tensor twice;
    try (var outer = Tern.scope()) {
      try (var scope = Tern.scope()) {
        inner = Tensor.of(1.0);
        kept = scope.keep(Tensor.of(2.0));
        twice = outer.keep(Tensor.of(3.0));
      }
      assertGone(inner);
      assertEquals(2, kept.item());
    }
    assertGone(kept);
    assertEquals(3, twice.item());
  }

  @Test
  void anExceptionInsideGivesBackAsWell() {
    Tensor[] made = new Tensor[1];
    assertThrows(
        ArithmeticException.class,
        () -> {
          try (var scope = Tern.scope()) {
            made[0] = Tensor.ones(3);
            throw new ArithmeticException();
          }
        });
    assertGone(made[0]);
    assertDoesNotThrow(() -> Tensor.ones(3).toDoubleArray());
  }

  @Test
  void gradientsOfEarlierLeavesAreKeptThoseOfNewOnesAreNot() {
    Tensor old = Tensor.of(1.0, 2).requiresGrad_(true);
    Tensor fresh;
    Tensor freshGradient;
    for (int i = 0; i < 3; i++) {
      try (var scope = Tern.scope()) {
        fresh = Tensor.of(3.0, 4).requiresGrad_(true);
        old.mul(fresh).sum().backward();
        freshGradient = fresh.grad();
      }
      assertGone(freshGradient);
    }
    assertArrayEquals(new double[] {9, 12}, old.grad().toDoubleArray());
  }

  @Test
  void gradientOfALeafOfTheOuterScopeLivesAsLongAsTheLeaf() {
    Tensor gradient;
    try (var outer = Tern.scope()) {
      Tensor leaf = Tensor.of(1.0, 2).requiresGrad_(true);
      try (var scope = Tern.scope()) {
        leaf.square().sum().backward();
      }
      gradient = leaf.grad();
      assertArrayEquals(new double[] {2, 4}, gradient.toDoubleArray());
    }
    assertGone(gradient);
  }

  @Test
  void keepingALeafKeepsItsGradient() {
    Tensor leaf;
    try (var scope = Tern.scope()) {
      leaf = Tensor.of(1.0, 2).requiresGrad_(true);
      leaf.square().sum().backward();
      scope.keep(leaf);
    }
    assertArrayEquals(new double[] {2, 4}, leaf.grad().toDoubleArray());
  }

  @Test
  void parametersAndMemoryTakenOverByEarlierTensorsAreKept() {
    Tensor buffer = Tensor.zeros(2);
    Tensor leaf = Tensor.ones(2).requiresGrad_(true);
    Parameter parameter;
    try (var scope = Tern.scope()) {
      parameter = new Parameter(Tensor.ones(2));
      buffer.set_(buffer.to(DType.FLOAT64));
      leaf.setGrad(Tensor.ones(2).mul(3));
    }
    assertArrayEquals(new double[] {1, 1}, parameter.toDoubleArray());
    assertArrayEquals(new double[] {0, 0}, buffer.toDoubleArray());
    assertArrayEquals(new double[] {3, 3}, leaf.grad().toDoubleArray());
  }

  @Test
  void changesInPlaceOfEarlierTensorsStay() {
    Tensor sum = Tensor.of(1.0, 2);
    try (var scope = Tern.scope()) {
      sum.add_(Tensor.of(10.0, 20));
    }
    assertArrayEquals(new double[] {11, 22}, sum.toDoubleArray());
  }

  @Test
  void backwardThroughWhatIsGoneIsRefused() {
    Tensor x = Tensor.of(1.0, 2).requiresGrad_(true);
    Tensor y = Tensor.of(1.0, 1);
    try (var scope = Tern.scope()) {
      y = scope.keep(x.mul(Tensor.of(3.0, 4)).sum());
    }
    assertEquals(11, y.item());
    var e = assertThrows(IllegalStateException.class, y::backward);
    assertTrue(e.getMessage().contains("scope opened at"), e.getMessage());
  }

  @Test
  void tensorsOfOtherThreadsAreNotTouched() {
    try (var scope = Tern.scope()) {
      Tensor other = CompletableFuture.supplyAsync(() -> Tensor.of(5.0)).join();
      scope.close();
      assertEquals(5, other.item());
    }
  }

  @Test
  void anotherThreadCanNeitherCloseNorKeep() {
    try (var scope = Tern.scope()) {
      Tensor made = Tensor.of(1.0);
      CompletableFuture.runAsync(
              () -> {
                assertThrows(IllegalStateException.class, scope::close);
                assertThrows(IllegalStateException.class, () -> scope.keep(made));
              })
          .join();
      assertEquals(1, made.item());
    }
  }

  @Test
  void closingTwiceOrAnOuterOneFirstIsSafe() {
    Scope outer = Tern.scope();
    Scope inner = Tern.scope();
    Tensor made = Tensor.of(1.0);
    outer.close();
    assertGone(made);
    Tensor later = Tensor.of(2.0);
    inner.close();
    outer.close();
    assertEquals(2, later.item());
    assertThrows(IllegalStateException.class, () -> inner.keep(later));
    assertThrows(IllegalStateException.class, () -> Tern.scope().keep(made));
  }

  /** What the engine has given back during the scope is not given back a second time by it. */
  @ParameterizedTest
  @ValueSource(strings = {"FLOAT32", "FLOAT64"})
  void noTwoTensorsGetTheSameMemory(DType dtype) {
    UnaryOperator<Tensor> f = x -> x.tanh().mul(2).add(x).relu();
    for (int i = 0; i < 3; i++) {
      try (var scope = Tern.scope()) {
        Tensor x = Tensor.ones(dtype, Shape.of(8192)).requiresGrad_(true);
        f.apply(x).sum().backward();
        f.apply(x).sum().backward();
      }
    }
    Map<Object, Tensor> arrays = new IdentityHashMap<>();
    for (int i = 0; i < 100; i++) {
      Tensor x = Tensor.full(dtype, Shape.of(8192), i);
      assertNull(arrays.put(((CpuStorage) x.storage()).array(), x));
    }
    arrays.values().forEach(x -> assertEquals(8192 * x.select(0, 0).item(), x.sum().item()));
  }

  @Test
  void memoryOfOneScopeServesTheNext() {
    Object first;
    try (var scope = Tern.scope()) {
      first = ((CpuStorage) Tensor.zeros(5000).storage()).array();
      assertNotSame(first, ((CpuStorage) Tensor.zeros(5000).storage()).array());
    }
    boolean again = false;
    for (int i = 0; i < 1000 && !again; i++) {
      again = ((CpuStorage) Tensor.zeros(5000).storage()).array() == first;
    }
    assertTrue(again);
  }
}
