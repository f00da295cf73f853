// Convolutions and their gradients.
#include "conv.cuh"

CONV_KERNELS(large_f32, LargeTile<float>, float, false)
CONV_KERNELS(wide_f32, WideTile<float>, float, false)
CONV_KERNELS(small_f32, SmallTile<float>, float, false)
CONV_KERNELS(deep_f32, WideTile<float>, float, true)
CONV_KERNELS(deep_f64, SmallTile<double>, double, true)
