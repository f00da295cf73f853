// Over the middle of [outer, n, inner]: log-softmax, x - peak - log sum exp(x - peak), which cannot overflow; and the
// negative log-likelihood.
#include "common.cuh"

// A thread that has a row to itself.
struct Alone {
  enum { THREADS = 1 };
  static __device__ __forceinline__ int thread() { return 0; }
  template <class T>
  static __device__ __forceinline__ T sum(T x) { return x; }
  template <class T>
  static __device__ __forceinline__ T peak(T x) { return x; }
};

// A warp that shares one.
struct Warp {
  enum { THREADS = 32 };
  static __device__ __forceinline__ int thread() { return threadIdx.x % 32; }
  template <class T>
  static __device__ __forceinline__ T sum(T x) {
    for (int lanes = 16; lanes > 0; lanes /= 2) x += __shfl_xor_sync(0xffffffffu, x, lanes);
    return x;
  }
  template <class T>
  static __device__ __forceinline__ T peak(T x) {
    for (int lanes = 16; lanes > 0; lanes /= 2) x = largest(x, __shfl_xor_sync(0xffffffffu, x, lanes));
    return x;
  }
};

template <class Team, class T>
INLINE void log_softmax(const T* x, T* y, int rows, int n, int inner) {
  for (int row = first_index() / Team::THREADS; row < rows; row += grid_step() / Team::THREADS) {
    int from = row / inner * n * inner + row % inner;
    T peak = T(-INFINITY), sum = T(0);
    for (int i = Team::thread(); i < n; i += Team::THREADS) peak = largest(peak, x[from + i * inner]);
    peak = Team::peak(peak);
    T shift = isinf(peak) ? T(0) : peak;
    for (int i = Team::thread(); i < n; i += Team::THREADS) sum += exp(x[from + i * inner] - shift);
    T log_sum = log(Team::sum(sum));
    for (int i = Team::thread(); i < n; i += Team::THREADS) y[from + i * inner] = x[from + i * inner] - shift - log_sum;
  }
}

// dx = dy - exp(y) sum dy
template <class Team, class T>
INLINE void log_softmax_grad(const T* y, const T* dy, T* dx, int rows, int n, int inner) {
  for (int row = first_index() / Team::THREADS; row < rows; row += grid_step() / Team::THREADS) {
    int from = row / inner * n * inner + row % inner;
    T sum = T(0);
    for (int i = Team::thread(); i < n; i += Team::THREADS) sum += dy[from + i * inner];
    sum = Team::sum(sum);
    for (int i = Team::thread(); i < n; i += Team::THREADS) {
      int at = from + i * inner;
      dx[at] = dy[at] - exp(y[at]) * sum;
    }
  }
}

#define SOFTMAX_KERNELS(suffix, T)                                                                                  \
  KERNEL log_softmax_rows_##suffix(const T* x, T* y, int rows, int n) { log_softmax<Warp>(x, y, rows, n, 1); }      \
  KERNEL log_softmax_columns_##suffix(const T* x, T* y, int rows, int n, int inner) {                               \
    log_softmax<Alone>(x, y, rows, n, inner);                                                                       \
  }                                                                                                                 \
  KERNEL log_softmax_grad_rows_##suffix(const T* y, const T* dy, T* dx, int rows, int n) {                          \
    log_softmax_grad<Warp>(y, dy, dx, rows, n, 1);                                                                  \
  }                                                                                                                 \
  KERNEL log_softmax_grad_columns_##suffix(const T* y, const T* dy, T* dx, int rows, int n, int inner) {            \
    log_softmax_grad<Alone>(y, dy, dx, rows, n, inner);                                                             \
  }
SOFTMAX_KERNELS(f32, float)
SOFTMAX_KERNELS(f64, double)

// losses[o, i] = -weight[t] x[o, t, i] for t = target[o, i], counts[o, i] = weight[t]; both 0 where t is the ignored label,
// and where it is no class, which is reported.
template <class T>
INLINE void nll(const T* x, const i64* target, const T* weight, T* losses, T* counts, int outer, int n, int inner,
                i64 ignored, int message, Fault* fault) {
  for (unsigned i = first_index(); i < (unsigned)outer * inner; i += grid_step()) {
    i64 t = target[i];
    bool is_class = t >= 0 && t < n, is_ignored = t == ignored;
    if (!is_class && !is_ignored) report(fault, INDEX_OUT_OF_RANGE, t, i, n, message);
    T count = T(0), loss = T(0);
    if (is_class && !is_ignored) {
      count = weight == nullptr ? T(1) : weight[t];
      loss = -count * x[((i64)(i / inner) * n + t) * inner + i % inner];
    }
    losses[i] = loss, counts[i] = count;
  }
}

// dx[o, t, i] = -counts[o, i] dy[o, i] for t = target[o, i], 0 elsewhere
template <class T>
INLINE void nll_grad(const i64* target, const T* counts, const T* dy, T* dx, int outer, int n, int inner, i64 ignored) {
  for (unsigned e = first_index(); e < (unsigned)outer * n * inner; e += grid_step()) {
    unsigned row = e / inner, i = row / n * inner + e % inner;
    bool is_target = target[i] == row % n && target[i] != ignored;
    dx[e] = is_target ? -counts[i] * dy[i] : T(0);
  }
}

#define NLL_KERNELS(suffix, T)                                                                                        \
  KERNEL nll_##suffix(const T* x, const i64* target, const T* weight, T* losses, T* counts, int outer, int n,         \
                      int inner, i64 ignored, int message, Fault* fault) {                                            \
    nll(x, target, weight, losses, counts, outer, n, inner, ignored, message, fault);                                 \
  }                                                                                                                   \
  KERNEL nll_grad_##suffix(const i64* target, const T* counts, const T* dy, T* dx, int outer, int n, int inner,       \
                           i64 ignored) {                                                                             \
    nll_grad(target, counts, dy, dx, outer, n, inner, ignored);                                                       \
  }
NLL_KERNELS(f32, float)
NLL_KERNELS(f64, double)
