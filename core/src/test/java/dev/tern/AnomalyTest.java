package dev.tern;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tern.shape.AutogradException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The search for the first NaN names the operation it was born in. */
class AnomalyTest {
  private static Tensor theRootOf(Tensor x) {
    return x.sqrt();
  }

  private static void assertNames(AutogradException e, String operation, String method) {
    assertTrue(String.valueOf(e.getMessage()).contains(operation), e.getMessage());
    Throwable place = e.getCause();
    assertNotNull(place);
    assertTrue(
        Arrays.stream(place.getStackTrace())
            .anyMatch(frame -> frame.getMethodName().equals(method)),
        () -> Arrays.toString(place.getStackTrace()));
  }

  @Test
  void aNaNBornInAGradient() {
    try (var anomaly = Autograd.detectAnomaly()) {
      Tensor x = Tensor.of(0.0, 4.0).requiresGrad_(true);
      Tensor y = theRootOf(x).mul(Tensor.of(0.0, 1.0)).add(1).sum(); // 0 · ∞ at the first element
      var e = assertThrows(AutogradException.class, y::backward);
      assertNames(e, "in the gradient of sqrt for its input 0", "theRootOf");
    }
  }

  @Test
  void aNaNBornInTheForward() {
    try (var anomaly = Autograd.detectAnomaly()) {
      Tensor x = Tensor.of(-1.0, 4.0).requiresGrad_(true);
      Tensor y = theRootOf(x.mul(2)).exp().add(1).sum();
      var e = assertThrows(AutogradException.class, y::backward);
      assertNames(e, "in the output of sqrt", "theRootOf");
    }
  }

  @Test
  void withoutTheForwardItSaysHowToSeeMore() {
    Tensor x = Tensor.of(0.0).requiresGrad_(true);
    Tensor y = x.sqrt().mul(Tensor.of(0.0)).sum();
    try (var anomaly = Autograd.detectAnomaly()) {
      var e = assertThrows(AutogradException.class, y::backward);
      assertTrue(String.valueOf(e.getMessage()).contains("around the forward"), e.getMessage());
      assertNull(e.getCause());
    }
  }

  @Test
  void soundPassesAndOtherThreadsAreLeftAlone() throws InterruptedException {
    try (var anomaly = Autograd.detectAnomaly()) {
      Tensor x = Tensor.of(1.0, 2.0).requiresGrad_(true);
      x.log().sum().backward();
      assertArrayEquals(new double[] {1, 0.5}, x.grad().toDoubleArray());
      boolean[] found = {true};
      Thread other = new Thread(() -> found[0] = Autograd.isAnomalyDetected());
      other.start();
      other.join();
      assertFalse(found[0]);
      try (var off = Autograd.noGrad()) {
        assertTrue(Autograd.isAnomalyDetected());
      }
    }
    assertFalse(Autograd.isAnomalyDetected());
    Tensor x = Tensor.of(0.0).requiresGrad_(true);
    x.sqrt().mul(Tensor.of(0.0)).sum().backward();
    assertEquals(Double.NaN, x.grad().item());
  }
}
