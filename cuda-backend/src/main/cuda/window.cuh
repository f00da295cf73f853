// The windows that convolution and pooling slide over their planes.
#pragma once
#include "common.cuh"

// A spatial dimension; those that are missing have size 1.
struct Dimension {
  Divisor in, kernel, out, stride;
  int padding, dilation;
};

// i as (rest, d, h, w) of the given sizes; rest comes back.
template <bool DEEP>
INLINE int split(unsigned i, Divisor d, Divisor h, Divisor w, int& z, int& y, int& x) {
  unsigned rest = divide(i, w);
  x = i - rest * w.size;
  i = rest, rest = divide(i, h);
  y = i - rest * h.size;
  z = 0;
  if (DEEP) {
    i = rest, rest = divide(i, d);
    z = i - rest * d.size;
  }
  return rest;
}
