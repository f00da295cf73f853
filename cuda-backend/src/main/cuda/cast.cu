// Between element types, by way of float, double or a whole number of 64 bits, whichever holds both.
#include "common.cuh"

// In the order of DType.
enum DType { FLOAT32, FLOAT64, FLOAT16, BFLOAT16, INT64, INT32, INT16, INT8, UINT8, BOOL };

// 1 sign, 5 exponent, 10 fraction bits.
INLINE float half_to_float(unsigned short half) {
  unsigned sign = (half & 0x8000u) << 16;
  unsigned exponent = half >> 10 & 0x1f, fraction = half & 0x3ff;
  if (exponent == 0) {
    float tiny = (float)fraction * 5.9604644775390625e-8f; // subnormal: units of 2^-24
    return sign == 0 ? tiny : -tiny;
  }
  return __uint_as_float(sign | (exponent == 31 ? 255 : exponent + 112) << 23 | fraction << 13);
}

// The nearest, ties to even.
INLINE unsigned short float_to_half(float value) {
  unsigned bits = __float_as_uint(value), sign = bits >> 16 & 0x8000;
  float size = fabs(value);
  if (size != size) return (unsigned short)(sign | 0x7e00);
  if (size >= 65520.0f) return (unsigned short)(sign | 0x7c00); // halfway between the largest, 65504, and 2^16
  if (size < 6.103515625e-5f) return (unsigned short)(sign | (unsigned)rint(size * 16777216.0f)); // subnormal
  unsigned kept = bits & 0x7fffffff;
  unsigned rounded = kept + 0xfff + (kept >> 13 & 1); // a carry moves on into the exponent, as it should
  return (unsigned short)(sign | ((rounded >> 13) - (112 << 10)));
}

INLINE unsigned short float_to_bfloat(float value) {
  if (value != value) return 0x7fc0;
  unsigned bits = __float_as_uint(value);
  return (unsigned short)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

// Towards zero; what is too large becomes the largest, NaN becomes 0.
template <class T>
INLINE i64 whole(T x) {
  if (x != x) return 0;
  if (x >= T(9223372036854775808.0)) return 0x7fffffffffffffffLL;
  if (x < T(-9223372036854775808.0)) return -0x7fffffffffffffffLL - 1;
  return (i64)x;
}
INLINE i64 whole(i64 x) { return x; }

template <class Wide>
INLINE Wide load(int type, const void* x, unsigned i) {
  switch (type) {
    case FLOAT32: return (Wide)((const float*)x)[i];
    case FLOAT64: return (Wide)((const double*)x)[i];
    case FLOAT16: return (Wide)half_to_float(((const unsigned short*)x)[i]);
    case BFLOAT16: return (Wide)__uint_as_float((unsigned)((const unsigned short*)x)[i] << 16);
    case INT64: return (Wide)((const i64*)x)[i];
    case INT32: return (Wide)((const int*)x)[i];
    case INT16: return (Wide)((const short*)x)[i];
    case INT8: return (Wide)((const signed char*)x)[i];
  }
  return (Wide)((const u8*)x)[i];
}

template <class Wide>
INLINE void store(int type, void* out, unsigned i, Wide value) {
  switch (type) {
    case FLOAT32: ((float*)out)[i] = (float)value; return;
    case FLOAT64: ((double*)out)[i] = (double)value; return;
    case FLOAT16: ((unsigned short*)out)[i] = float_to_half((float)value); return;
    case BFLOAT16: ((unsigned short*)out)[i] = float_to_bfloat((float)value); return;
    case BOOL: ((u8*)out)[i] = value != 0; return; // NaN is true
    case INT64: ((i64*)out)[i] = whole(value); return;
    case INT32: ((int*)out)[i] = (int)whole(value); return;
    case INT16: ((short*)out)[i] = (short)whole(value); return;
  }
  ((u8*)out)[i] = (u8)whole(value);
}

template <class Wide>
INLINE void convert(int from, int to, const void* x, void* out, int n) {
  for (unsigned i = first_index(); i < n; i += grid_step()) store(to, out, i, load<Wide>(from, x, i));
}

KERNEL cast(int from, int to, const void* x, void* out, int n) {
  if (from >= INT64) convert<i64>(from, to, x, out, n);
  else if (from == FLOAT64) convert<double>(from, to, x, out, n);
  else convert<float>(from, to, x, out, n);
}

KERNEL fill(int type, double value, void* out, int n) {
  for (unsigned i = first_index(); i < n; i += grid_step()) store(type, out, i, value);
}
