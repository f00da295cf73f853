// Sums, products and extremes so far, along the middle of [outer, n, inner]. FLOAT32 is added up in double, as on the CPU:
// memory is what a scan waits for.
#include "common.cuh"

// In the order of ScanOp.
enum ScanOp { SUM, PROD, LARGEST, SMALLEST };

enum { THREADS = 256, WARPS = THREADS / 32, PER_THREAD = 4, AT_ONCE = THREADS * PER_THREAD };

// What a scan is carried on in.
template <class T>
struct Wide {
  typedef T Type;
};
template <>
struct Wide<float> {
  typedef double Type;
};

// What changes nothing: -0 keeps the sign of a zero.
INLINE double neutral(int op, double) {
  return op == SUM ? -0.0 : op == PROD ? 1.0 : op == LARGEST ? -INFINITY : INFINITY;
}
INLINE i64 neutral(int op, i64) {
  i64 least = -0x7fffffffffffffffLL - 1;
  return op == SUM ? 0 : op == PROD ? 1 : op == LARGEST ? least : ~least;
}
INLINE bool is_negative(double x) { return signbit(x); }
INLINE bool is_negative(i64 x) { return x < 0; }

// Of -0 and 0 the larger is 0.
template <class S>
INLINE S join(int op, S a, S b) {
  switch (op) {
    case SUM: return a + b;
    case PROD: return a * b;
    case LARGEST: return a == b && is_negative(a) ? b : largest(b, a);
  }
  return a == b && !is_negative(a) ? b : smallest(b, a);
}

// Each row is cut into `count` chunks of `length`, each done by a block: AT_ONCE at a time, PER_THREAD by a thread. A chunk
// begins with the carry of the one before it, if there are carries; its own total goes to `totals`. Either of totals and
// out may be null.
template <class T, class S>
INLINE void scan_rows(S* warps, int op, const T* x, const S* carry, S* totals, T* out, int rows, int n, int inner,
                      int count, int length) {
  int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  for (int chunk = blockIdx.x; chunk < rows * count; chunk += gridDim.x) {
    int row = chunk / count, part = chunk % count, end = min(n, part * length + length);
    i64 first = (i64)(row / inner) * n * inner + row % inner;
    S sofar = carry != nullptr && part > 0 ? carry[chunk - 1] : neutral(op, S());
    for (int from = part * length; from < end; from += AT_ONCE) {
      int own = from + threadIdx.x * PER_THREAD;
      S items[PER_THREAD];
#pragma unroll
      for (int i = 0; i < PER_THREAD; i++) {
        S item = own + i < end ? (S)x[first + (i64)(own + i) * inner] : neutral(op, S());
        items[i] = i == 0 ? item : join(op, items[i - 1], item);
      }
      S upto = items[PER_THREAD - 1];
      for (int lanes = 1; lanes < 32; lanes *= 2) {
        S before = __shfl_up_sync(0xffffffffu, upto, lanes);
        if (lane >= lanes) upto = join(op, before, upto);
      }
      if (lane == 31) warps[warp] = upto;
      S before = __shfl_up_sync(0xffffffffu, upto, 1);
      __syncthreads();
      S prefix = sofar;
#pragma unroll
      for (int w = 0; w < WARPS; w++) {
        if (w < warp) prefix = join(op, prefix, warps[w]);
        sofar = join(op, sofar, warps[w]);
      }
      if (lane > 0) prefix = join(op, prefix, before);
      if (out != nullptr) {
#pragma unroll
        for (int i = 0; i < PER_THREAD; i++)
          if (own + i < end) out[first + (i64)(own + i) * inner] = (T)join(op, prefix, items[i]);
      }
      __syncthreads();
    }
    if (totals != nullptr && threadIdx.x == 0) totals[chunk] = sofar;
  }
}

// A thread for each row; neighbouring threads read neighbouring rows.
template <class T>
INLINE void scan_columns(int op, const T* x, T* out, int rows, int n, int inner) {
  typedef typename Wide<T>::Type S;
  for (unsigned row = first_index(); row < (unsigned)rows; row += grid_step()) {
    i64 at = (i64)(row / inner) * n * inner + row % inner;
    S sofar = neutral(op, S());
    for (int i = 0; i < n; i++, at += inner) {
      sofar = join(op, sofar, (S)x[at]);
      out[at] = (T)sofar;
    }
  }
}

#define SCAN_KERNELS(suffix, T)                                                                                          \
  KERNEL __launch_bounds__(THREADS)                                                                                      \
      scan_rows_##suffix(int op, const T* x, const Wide<T>::Type* carry, Wide<T>::Type* totals, T* out, int rows, int n, \
                         int inner, int count, int length) {                                                             \
    __shared__ Wide<T>::Type warps[WARPS];                                                                               \
    scan_rows(warps, op, x, carry, totals, out, rows, n, inner, count, length);                                          \
  }                                                                                                                      \
  KERNEL scan_columns_##suffix(int op, const T* x, T* out, int rows, int n, int inner) {                                 \
    scan_columns(op, x, out, rows, n, inner);                                                                            \
  }
SCAN_KERNELS(f32, float)
SCAN_KERNELS(f64, double)
SCAN_KERNELS(i64, i64)
