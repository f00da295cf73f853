package dev.tern;

import dev.tern.shape.Shape;

/**
 * A shape as kernels that work along one dimension see it: {@code [outer, n, inner]}. A single
 * number counts as a row of one.
 */
record Along(int outer, int n, int inner) {
  static Along of(Shape shape, int dim) {
    if (shape.rank() == 0) {
      Shape.of(1).axis(dim);
      return new Along(1, 1, 1);
    }
    int axis = shape.axis(dim);
    return new Along(
        shape.product(0, axis), shape.size(axis), shape.product(axis + 1, shape.rank()));
  }
}
