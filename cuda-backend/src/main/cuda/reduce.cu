// Reductions of the middle of [outer, n, inner]. A long n is cut into chunks, each brought to one value by the first
// launch, and those to the result by a second of the same kernel: always in the same order.
#include "common.cuh"

// In the order of ReduceOp.
enum ReduceOp { SUM, PROD, LARGEST, SMALLEST, ARGMAX, ARGMIN };

// Elements of a row lie `inner` apart; it is cut into `count` chunks of `length`.
struct Chunks {
  int n, inner, count, length;
};

INLINE float lowest(float) { return -INFINITY; }
INLINE double lowest(double) { return -INFINITY; }
INLINE i64 lowest(i64) { return -0x7fffffffffffffffLL - 1; }
INLINE float highest(float) { return INFINITY; }
INLINE double highest(double) { return INFINITY; }
INLINE i64 highest(i64) { return 0x7fffffffffffffffLL; }

// Brings elements to their sum, product, largest or smallest.
template <class T>
struct ToValue {
  typedef T State;
  int op;
  const T* x;
  T* out;

  INLINE T neutral(int op) { return op == SUM ? T(0) : op == PROD ? T(1) : op == LARGEST ? lowest(T()) : highest(T()); }
  __device__ __forceinline__ State start() const { return neutral(op); }
  __device__ __forceinline__ State load(i64 row, int i, int inner) const { return x[row + (i64)i * inner]; }
  __device__ __forceinline__ State join(State a, State b) const {
    switch (op) {
      case SUM: return a + b;
      case PROD: return a * b;
      case LARGEST: return largest(a, b);
    }
    return smallest(a, b);
  }
  __device__ __forceinline__ State shuffled(State s, int lanes) const { return __shfl_xor_sync(0xffffffffu, s, lanes); }
  __device__ __forceinline__ void store(i64 i, State s) const { out[i] = s; }
};

// Brings elements to the place of the largest or smallest: of equal ones, and of several NaN, the first. The second
// launch looks at the places that the first has found, `found`.
template <class T>
struct ToPlace {
  struct State {
    T value;
    i64 at;  // -1 of nothing
  };
  int op;
  const T* x;
  const i64* found;
  int found_count;
  int row_length;
  i64* out;

  __device__ __forceinline__ State start() const { return {T(0), -1}; }
  // row is an offset into x, or into the places found.
  __device__ __forceinline__ State load(i64 row, int i, int inner) const {
    if (found == nullptr) return {x[row + (i64)i * inner], i};
    i64 at = found[row + (i64)i * inner];
    i64 outer = row / ((i64)found_count * inner), column = row % inner;
    return {x[(outer * row_length + at) * inner + column], at};
  }
  __device__ __forceinline__ State join(State a, State b) const {
    if (a.at < 0 || b.at < 0) return a.at < 0 ? b : a;
    bool a_nan = a.value != a.value, b_nan = b.value != b.value;
    bool ahead = op == ARGMAX ? b.value > a.value : b.value < a.value;
    if (a_nan != b_nan) ahead = b_nan;
    bool same = (a_nan && b_nan) || a.value == b.value;
    return ahead || (same && b.at < a.at) ? b : a;
  }
  __device__ __forceinline__ State shuffled(State s, int lanes) const {
    return {__shfl_xor_sync(0xffffffffu, s.value, lanes), __shfl_xor_sync(0xffffffffu, s.at, lanes)};
  }
  __device__ __forceinline__ void store(i64 i, State s) const { out[i] = s.at; }
};

// A warp for each chunk of a row whose elements are neighbours; threads are [32, warps].
template <class To>
INLINE void reduce_rows(To to, int rows, Chunks c) {
  for (int row = blockIdx.x * blockDim.y + threadIdx.y; row < rows * c.count; row += gridDim.x * blockDim.y) {
    int from = row % c.count * c.length, end = min(c.n, from + c.length);
    i64 at = (i64)(row / c.count) * c.n;
    auto state = to.start();
    for (int i = from + threadIdx.x; i < end; i += 32) state = to.join(state, to.load(at, i, 1));
    for (int lanes = 16; lanes > 0; lanes /= 2) state = to.join(state, to.shuffled(state, lanes));
    if (threadIdx.x == 0) to.store(row, state);
  }
}

// A thread for each chunk of a row; neighbouring threads read neighbouring rows.
template <class To>
INLINE void reduce_columns(To to, int outer, Chunks c) {
  for (unsigned i = first_index(); i < (unsigned)outer * c.count * c.inner; i += grid_step()) {
    unsigned slice = i / c.inner, column = i % c.inner;
    int from = slice % c.count * c.length, end = min(c.n, from + c.length);
    i64 row = (i64)(slice / c.count) * c.n * c.inner + column;
    auto state = to.start();
    for (int k = from; k < end; k++) state = to.join(state, to.load(row, k, c.inner));
    to.store(i, state);
  }
}

#define REDUCE_KERNELS(suffix, T)                                                                                     \
  KERNEL reduce_rows_##suffix(int op, const T* x, T* out, int rows, Chunks c) {                                       \
    reduce_rows(ToValue<T>{op, x, out}, rows, c);                                                                     \
  }                                                                                                                   \
  KERNEL reduce_columns_##suffix(int op, const T* x, T* out, int outer, Chunks c) {                                   \
    reduce_columns(ToValue<T>{op, x, out}, outer, c);                                                                 \
  }                                                                                                                   \
  KERNEL place_rows_##suffix(int op, const T* x, const i64* found, int length, i64* out, int rows, Chunks c) {        \
    reduce_rows(ToPlace<T>{op, x, found, c.n, length, out}, rows, c);                                                 \
  }                                                                                                                   \
  KERNEL place_columns_##suffix(int op, const T* x, const i64* found, int length, i64* out, int outer, Chunks c) {    \
    reduce_columns(ToPlace<T>{op, x, found, c.n, length, out}, outer, c);                                             \
  }
REDUCE_KERNELS(f32, float)
REDUCE_KERNELS(f64, double)
REDUCE_KERNELS(i64, i64)
