package dev.tern.tests;

import dev.tern.Tensor;
import java.util.List;

/** How a test lays out an input's elements in memory. */
enum Layout {
  /** One after the other. */
  DENSE {
    @Override
    Tensor of(Tensor values) {
      return values.copy();
    }
  },

  /**
   * Every second place of a storage, transposed where there are two dimensions, not at its
   * beginning.
   */
  STRIDED {
    @Override
    Tensor of(Tensor values) {
      boolean matrix = values.rank() > 1;
      Tensor turned = matrix ? values.transpose(0, -1) : values;
      Tensor spread = Tensor.stack(List.of(turned, turned), turned.rank()).select(-1, 1);
      return matrix ? spread.transpose(0, -1) : spread;
    }
  };

  /** A fresh tensor of the same values, without history. */
  abstract Tensor of(Tensor values);
}
