// Random numbers by Philox 4x32-10 (Salmon et al. 2011): a function of a key and a counter, so each thread draws its own.
#include "common.cuh"

INLINE uint4 philox(u64 key, unsigned counter) {
  uint4 c = make_uint4(counter, 0, 0, 0);
  unsigned k0 = (unsigned)key, k1 = (unsigned)(key >> 32);
#pragma unroll
  for (int round = 0; round < 10; round++) {
    u64 p0 = (u64)0xD2511F53u * c.x, p1 = (u64)0xCD9E8D57u * c.z;
    c = make_uint4((unsigned)(p1 >> 32) ^ c.y ^ k0, (unsigned)p1, (unsigned)(p0 >> 32) ^ c.w ^ k1, (unsigned)p0);
    k0 += 0x9E3779B9u, k1 += 0xBB67AE85u;
  }
  return c;
}

// A graph's kernels find their key in memory, where each replay leaves another.
INLINE u64 key_of(u64 key, const u64* kept) { return kept == nullptr ? key : *kept; }

INLINE u64 join(unsigned high, unsigned low) { return (u64)high << 32 | low; }

// In the order of Draw.
enum Draw { UNIFORM, NORMAL, BERNOULLI, INTEGER };

// Multiples of 2^-24 and 2^-53 in [0, 1).
INLINE float unit(float, unsigned bits) { return (float)(bits >> 8) * 5.9604644775390625e-8f; }
INLINE double unit(double, u64 bits) { return (double)(bits >> 11) * 1.1102230246251565e-16; }

// Rounding must not reach the end.
template <class T>
INLINE T between(T u, T a, T b) {
  T x = fma(u, b - a, a);
  return x < b || a == b ? x : a;
}

// Two normal numbers from two uniform ones (Box and Muller 1958); 1 - u is never 0.
template <class T>
INLINE void normal(T u, T v, T mean, T deviation, T& x, T& y) {
  T radius = sqrt(T(-2) * log(T(1) - u)), angle = T(6.283185307179586) * v;
  x = fma(radius * cos(angle), deviation, mean);
  y = fma(radius * sin(angle), deviation, mean);
}

template <class T>
INLINE T draw(int what, T u, T a, T b) { return what == UNIFORM ? between(u, a, b) : T(u < a); }

template <int N, class T>
INLINE void put(const T (&values)[N], T* out, unsigned i, unsigned n) {
#pragma unroll
  for (int j = 0; j < N; j++)
    if (i + j < n) out[i + j] = values[j];
}

KERNEL random_f32(int what, u64 given, const u64* kept, double a, double b, float* out, int n) {
  u64 key = key_of(given, kept);
  for (unsigned i = first_index(); i < ((unsigned)n + 3) / 4; i += grid_step()) {
    uint4 bits = philox(key, i);
    float u[4] = {unit(0.0f, bits.x), unit(0.0f, bits.y), unit(0.0f, bits.z), unit(0.0f, bits.w)}, x[4];
    if (what == NORMAL) {
      normal(u[0], u[1], (float)a, (float)b, x[0], x[1]);
      normal(u[2], u[3], (float)a, (float)b, x[2], x[3]);
    } else {
      for (int j = 0; j < 4; j++) x[j] = draw(what, u[j], (float)a, (float)b);
    }
    put(x, out, 4 * i, n);
  }
}

KERNEL random_f64(int what, u64 given, const u64* kept, double a, double b, double* out, int n) {
  u64 key = key_of(given, kept);
  for (unsigned i = first_index(); i < ((unsigned)n + 1) / 2; i += grid_step()) {
    uint4 bits = philox(key, i);
    double u = unit(0.0, join(bits.x, bits.y)), v = unit(0.0, join(bits.z, bits.w)), x[2];
    if (what == NORMAL) normal(u, v, a, b, x[0], x[1]);
    else x[0] = draw(what, u, a, b), x[1] = draw(what, v, a, b);
    put(x, out, 2 * i, n);
  }
}

// Whole numbers from low on, below low + range: the remainder of 64 random bits, as PyTorch's for wide ranges.
KERNEL random_i64(u64 given, const u64* kept, i64 low, u64 range, i64* out, int n) {
  u64 key = key_of(given, kept);
  for (unsigned i = first_index(); i < ((unsigned)n + 1) / 2; i += grid_step()) {
    uint4 bits = philox(key, i);
    i64 x[2] = {(i64)((u64)low + join(bits.x, bits.y) % range), (i64)((u64)low + join(bits.z, bits.w) % range)};
    put(x, out, 2 * i, n);
  }
}
