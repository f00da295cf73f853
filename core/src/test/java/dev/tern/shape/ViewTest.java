package dev.tern.shape;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ViewTest {
  @Test
  void movements() {
    View x = View.dense(Shape.of(2, 3, 4));
    assertArrayEquals(new int[] {12, 4, 1}, x.strides());
    View moved = x.permute(2, 0, 1);
    assertEquals(Shape.of(4, 2, 3), moved.shape());
    assertArrayEquals(new int[] {1, 12, 4}, moved.strides());
    assertFalse(moved.isDense());
    assertEquals(12 + 2 * 4, x.select(0, 1).slice(0, 2, 1, 1).offset());
    assertTrue(x.select(0, 1).isDense());
    assertArrayEquals(
        new int[] {0, 0, 4, 1},
        View.dense(Shape.of(1, 3, 4)).expand(Shape.of(5, 2, 3, 4)).strides());
  }

  @Test
  void reshapeWithoutCopyWhereStridesAllow() {
    View x = View.dense(Shape.of(4, 6));
    View left = x.slice(1, 0, 3, 1); // [4, 3], strides [6, 1]
    View split = left.reshape(Shape.of(2, 2, 3));
    assertNotNull(split);
    assertArrayEquals(new int[] {12, 6, 1}, split.strides());
    assertNull(left.reshape(Shape.of(12)));
    assertNull(x.permute(1, 0).reshape(Shape.of(24)));
    View ones = left.reshape(Shape.of(4, 1, 3, 1));
    assertNotNull(ones);
    assertEquals(6, ones.stride(0));
    assertEquals(1, ones.stride(2));
  }

  @Test
  void broadcastAndResolve() {
    assertEquals(Shape.of(2, 3, 4), Shape.broadcast("add", Shape.of(3, 1), Shape.of(2, 1, 4)));
    assertEquals(Shape.of(0, 4), Shape.broadcast("add", Shape.of(1, 4), Shape.of(0, 1)));
    ShapeException e =
        assertThrows(
            ShapeException.class, () -> Shape.broadcast("add", Shape.of(2, 3), Shape.of(2, 4)));
    assertTrue(e.getMessage().startsWith("add: [2, 3] and [2, 4]"), e.getMessage());
    assertEquals(Shape.of(3, 8), Shape.of(2, 3, 4).resolve("view", -1, 8));
    assertThrows(ShapeException.class, () -> Shape.of(2, 3, 4).resolve("view", 5, -1));
    assertThrows(ShapeException.class, () -> Shape.of(2, 3).resolve("view", -1, -1));
    assertThrows(ShapeException.class, () -> Shape.of(1 << 20, 1 << 20));
    assertEquals(0, Shape.of(1 << 20, 1 << 20, 0).numel());
    assertThrows(ShapeException.class, () -> Shape.of(2, -1));
  }
}
