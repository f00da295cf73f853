// Batch normalisation of [N, C, positions].
#include "common.cuh"

struct NormShape {
  int batch, channels;
  Divisor positions;
  int parts;  // a channel's elements are shared by so many blocks

  __device__ __forceinline__ int count() const { return batch * positions.size; }
  __device__ __forceinline__ int at(int channel, int i) const {
    int image = divide(i, positions);
    return (image * channels + channel) * (int)positions.size + (i - image * (int)positions.size);
  }
};

template <class T>
struct Two {
  T a, b;
};

enum { WARPS = 8 };

// The sums of a block's pairs, for thread 0. Warps by shuffles, then their sums by the first warp.
template <class T>
INLINE Two<T> block_sum(Two<T>* shared, Two<T> value) {
  int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  for (int lanes = 16; lanes > 0; lanes /= 2) {
    value.a += __shfl_xor_sync(0xffffffffu, value.a, lanes);
    value.b += __shfl_xor_sync(0xffffffffu, value.b, lanes);
  }
  if (lane == 0) shared[warp] = value;
  __syncthreads();
  Two<T> sum = {T(0), T(0)};
  if (threadIdx.x == 0)
    for (int i = 0; i < WARPS; i++) sum.a += shared[i].a, sum.b += shared[i].b;
  return sum;
}

// f over this block's part of its channel, summed to sums[channel, part].
template <class T, class F>
INLINE void channel_sums(const NormShape& s, Two<T>* shared, Two<T>* sums, F f) {
  int channel = blockIdx.x, part = blockIdx.y;
  Two<T> sum = {T(0), T(0)};
  for (int i = part * blockDim.x + threadIdx.x; i < s.count(); i += s.parts * blockDim.x) {
    Two<T> more = f(s.at(channel, i));
    sum.a += more.a, sum.b += more.b;
  }
  sum = block_sum(shared, sum);
  if (threadIdx.x == 0) sums[channel * s.parts + part] = sum;
}

// All parts of a channel, always in the same order.
template <class T>
INLINE Two<T> total(const NormShape& s, const Two<T>* sums, int channel) {
  Two<T> sum = {T(0), T(0)};
  for (int i = 0; i < s.parts; i++) sum.a += sums[channel * s.parts + i].a, sum.b += sums[channel * s.parts + i].b;
  return sum;
}

// One pass: sums of d = x - x0 and of its square, where x0 is the channel's first element; their difference in the
// variance then loses little, however far from zero the channel lies.
template <class T>
INLINE void batch_norm_sums(const NormShape& s, Two<T>* shared, const T* x, Two<T>* sums) {
  T first = x[s.at(blockIdx.x, 0)];
  channel_sums(s, shared, sums, [=](int i) {
    T d = x[i] - first;
    return Two<T>{d, d * d};
  });
}

template <class T>
INLINE void batch_norm(const NormShape& s, double eps, const T* x, const T* weight, const T* bias, const Two<T>* sums,
                       T* y, T* mean, T* var) {
  int channel = blockIdx.x, n = s.count();
  Two<T> sum = total(s, sums, channel);
  T from_first = sum.a / n, centre = x[s.at(channel, 0)] + from_first;
  T variance = sum.b / n - from_first * from_first;
  variance = variance < T(0) ? T(0) : variance;  // NaN stays
  if (blockIdx.y == 0 && threadIdx.x == 0) mean[channel] = centre, var[channel] = variance;
  T scale = (weight == nullptr ? T(1) : weight[channel]) / sqrt(variance + T(eps));
  T shift = bias == nullptr ? T(0) : bias[channel];
  for (int i = blockIdx.y * blockDim.x + threadIdx.x; i < n; i += gridDim.y * blockDim.x) {
    int at = s.at(channel, i);
    y[at] = (x[at] - centre) * scale + shift;
  }
}

// Of dy and dy (x - mean).
template <class T>
INLINE void batch_norm_grad_sums(const NormShape& s, Two<T>* shared, const T* x, const T* mean, const T* dy, Two<T>* sums) {
  T centre = mean[blockIdx.x];
  channel_sums(s, shared, sums, [=](int i) { return Two<T>{dy[i], dy[i] * (x[i] - centre)}; });
}

// With h = (x - mean) / sqrt(var + eps): dbias = sum dy, dweight = sum dy h, and
// dx = weight / sqrt(var + eps) (dy - dbias / n - h dweight / n).
template <class T>
INLINE void batch_norm_grad(const NormShape& s, double eps, const T* x, const T* weight, const T* mean, const T* var,
                            const T* dy, const Two<T>* sums, T* dx, T* dweight, T* dbias) {
  int channel = blockIdx.x, n = s.count();
  Two<T> sum = total(s, sums, channel);
  T centre = mean[channel], inverse = T(1) / sqrt(var[channel] + T(eps));
  if (blockIdx.y == 0 && threadIdx.x == 0) dbias[channel] = sum.a, dweight[channel] = sum.b * inverse;
  T scale = (weight == nullptr ? T(1) : weight[channel]) * inverse;
  T constant = sum.a / n, slope = sum.b * inverse * inverse / n;
  for (int i = blockIdx.y * blockDim.x + threadIdx.x; i < n; i += gridDim.y * blockDim.x) {
    int at = s.at(channel, i);
    dx[at] = scale * (dy[at] - constant - (x[at] - centre) * slope);
  }
}

// Running estimates of each channel, towards its latest ones.
template <class T>
INLINE void track(int channels, T kept, T share, T unbiased_share, const T* mean, const T* var, T* running_mean,
                  T* running_var) {
  for (unsigned c = first_index(); c < (unsigned)channels; c += grid_step()) {
    running_mean[c] = fma(kept, running_mean[c], share * mean[c]);
    running_var[c] = fma(kept, running_var[c], unbiased_share * var[c]);
  }
}

#define NORM_KERNELS(suffix, T)                                                                                     \
  KERNEL batch_norm_sums_##suffix(NormShape s, const T* x, Two<T>* sums) {                                          \
    __shared__ Two<T> shared[WARPS];                                                                                \
    batch_norm_sums(s, shared, x, sums);                                                                            \
  }                                                                                                                 \
  KERNEL batch_norm_##suffix(NormShape s, double eps, const T* x, const T* weight, const T* bias,                   \
                             const Two<T>* sums, T* y, T* mean, T* var) {                                           \
    batch_norm(s, eps, x, weight, bias, sums, y, mean, var);                                                        \
  }                                                                                                                 \
  KERNEL batch_norm_grad_sums_##suffix(NormShape s, const T* x, const T* mean, const T* dy, Two<T>* sums) {         \
    __shared__ Two<T> shared[WARPS];                                                                                \
    batch_norm_grad_sums(s, shared, x, mean, dy, sums);                                                             \
  }                                                                                                                 \
  KERNEL batch_norm_grad_##suffix(NormShape s, double eps, const T* x, const T* weight, const T* mean,              \
                                  const T* var, const T* dy, const Two<T>* sums, T* dx, T* dweight, T* dbias) {     \
    batch_norm_grad(s, eps, x, weight, mean, var, dy, sums, dx, dweight, dbias);                                    \
  }                                                                                                                 \
  KERNEL track_##suffix(int channels, double kept, double share, double unbiased_share, const T* mean,              \
                        const T* var, T* running_mean, T* running_var) {                                            \
    track(channels, T(kept), T(share), T(unbiased_share), mean, var, running_mean, running_var);                    \
  }
NORM_KERNELS(f32, float)
NORM_KERNELS(f64, double)
