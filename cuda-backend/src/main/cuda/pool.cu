// Maximum and average pooling. The gradients are gathered: each input asks the windows that it lies in, in their order.
#include "window.cuh"

struct PoolShape {
  int planes;
  Dimension d, h, w;

  __device__ __forceinline__ int in_plane() const { return d.in.size * h.in.size * w.in.size; }
  __device__ __forceinline__ int out_plane() const { return d.out.size * h.out.size * w.out.size; }
};

// The elements of a window along one dimension that are inside the input: taps [from, to) from `start` on.
struct Taps {
  int start, from, to;
};

INLINE Taps taps(int out, const Dimension& d) {
  int start = out * (int)d.stride.size - d.padding, dilation = d.dilation;
  int from = start >= 0 ? 0 : (-start + dilation - 1) / dilation;
  int to = min((int)d.kernel.size, ((int)d.in.size - start + dilation - 1) / dilation);
  return {start, from, to};
}

template <class T>
struct Peak {
  T value;
  int at;  // in its plane
};

// The first largest element of a window, or its first NaN.
template <class T>
INLINE Peak<T> peak(const PoolShape& s, const T* plane, int od, int oh, int ow) {
  Taps d = taps(od, s.d), h = taps(oh, s.h), w = taps(ow, s.w);
  Peak<T> best = {T(-INFINITY), -1};
  for (int i = d.from; i < d.to; i++)
    for (int j = h.from; j < h.to; j++)
      for (int k = w.from; k < w.to; k++) {
        int at = ((d.start + i * s.d.dilation) * (int)s.h.in.size + h.start + j * s.h.dilation) * (int)s.w.in.size +
                 w.start + k * s.w.dilation;
        T value = plane[at];
        if (best.at < 0 || value > best.value || (value != value && best.value == best.value)) best = {value, at};
      }
  return best;
}

template <class T>
INLINE Peak<T> peak(const PoolShape& s, const T* x, unsigned output) {
  int d, h, w;
  int plane = split<true>(output, s.d.out, s.h.out, s.w.out, d, h, w);
  return peak(s, x + (i64)plane * s.in_plane(), d, h, w);
}

template <class T>
INLINE void max_pool(const PoolShape& s, const T* x, T* y, i64* indices) {
  for (unsigned i = first_index(); i < (unsigned)s.planes * s.out_plane(); i += grid_step()) {
    Peak<T> best = peak(s, x, i);
    y[i] = best.value;
    if (indices != nullptr) indices[i] = best.at;
  }
}

template <class T>
INLINE void max_pool_places(const PoolShape& s, const T* x, int* places) {
  for (unsigned i = first_index(); i < (unsigned)s.planes * s.out_plane(); i += grid_step()) places[i] = peak(s, x, i).at;
}

// The windows along one dimension that reach over an element: [from, to).
INLINE void windows_over(int in, const Dimension& d, int& from, int& to) {
  int padded = in + d.padding, reach = padded - ((int)d.kernel.size - 1) * d.dilation;
  from = reach <= 0 ? 0 : divide(reach + d.stride.size - 1, d.stride);
  to = min((int)d.out.size, (int)divide(padded, d.stride) + 1);
}

// dx[i] = sum of f(output) over the outputs whose windows reach over i.
template <class T, class F>
INLINE void gather(const PoolShape& s, T* dx, F f) {
  for (unsigned i = first_index(); i < (unsigned)s.planes * s.in_plane(); i += grid_step()) {
    int d, h, w;
    int plane = split<true>(i, s.d.in, s.h.in, s.w.in, d, h, w);
    int at = i - plane * s.in_plane();
    int d0, d1, h0, h1, w0, w1;
    windows_over(d, s.d, d0, d1);
    windows_over(h, s.h, h0, h1);
    windows_over(w, s.w, w0, w1);
    T sum = 0;
    for (int od = d0; od < d1; od++)
      for (int oh = h0; oh < h1; oh++)
        for (int ow = w0; ow < w1; ow++) {
          int out = plane * s.out_plane() + (od * (int)s.h.out.size + oh) * (int)s.w.out.size + ow;
          sum += f(at, out, od, oh, ow);
        }
    dx[i] = sum;
  }
}

template <class T>
INLINE void max_pool_grad(const PoolShape& s, const int* places, const T* dy, T* dx) {
  gather(s, dx, [=](int in, int out, int, int, int) { return places[out] == in ? dy[out] : T(0); });
}

// Windows that lie side by side and cover all of the input: each writes all of its own.
template <class T>
INLINE void max_pool_tiles_grad(const PoolShape& s, const T* x, const T* dy, T* dx) {
  for (unsigned i = first_index(); i < (unsigned)s.planes * s.out_plane(); i += grid_step()) {
    int d, h, w;
    i64 plane = (i64)split<true>(i, s.d.out, s.h.out, s.w.out, d, h, w) * s.in_plane();
    int place = peak(s, x + plane, d, h, w).at;
    int kd = s.d.kernel.size, kh = s.h.kernel.size, kw = s.w.kernel.size;
    for (int a = d * kd; a < (d + 1) * kd; a++)
      for (int b = h * kh; b < (h + 1) * kh; b++)
        for (int c = w * kw; c < (w + 1) * kw; c++) {
          int at = (a * (int)s.h.in.size + b) * (int)s.w.in.size + c;
          dx[plane + at] = at == place ? dy[i] : T(0);
        }
  }
}

// How many elements a window is divided by along one dimension: those in the input, or in the padded input.
INLINE int window_size(int out, const Dimension& d, bool counts_padding) {
  int start = out * (int)d.stride.size - d.padding, end = start + (int)d.kernel.size;
  return counts_padding ? min(end, (int)d.in.size + d.padding) - start : min(end, (int)d.in.size) - max(start, 0);
}

template <class T>
INLINE T window_sizes(const PoolShape& s, int d, int h, int w, bool counts_padding) {
  return T(window_size(d, s.d, counts_padding) * window_size(h, s.h, counts_padding) *
           window_size(w, s.w, counts_padding));
}

template <class T>
INLINE void avg_pool(const PoolShape& s, const T* x, T* y, bool counts_padding) {
  for (unsigned o = first_index(); o < (unsigned)s.planes * s.out_plane(); o += grid_step()) {
    int od, oh, ow;
    int plane = split<true>(o, s.d.out, s.h.out, s.w.out, od, oh, ow);
    const T* from = x + (i64)plane * s.in_plane();
    Taps d = taps(od, s.d), h = taps(oh, s.h), w = taps(ow, s.w);
    T sum = 0;
    for (int i = d.start + d.from; i < d.start + d.to; i++)
      for (int j = h.start + h.from; j < h.start + h.to; j++)
        for (int k = w.start + w.from; k < w.start + w.to; k++) sum += from[(i * (int)s.h.in.size + j) * (int)s.w.in.size + k];
    y[o] = sum / window_sizes<T>(s, od, oh, ow, counts_padding);
  }
}

template <class T>
INLINE void avg_pool_grad(const PoolShape& s, const T* dy, T* dx, bool counts_padding) {
  gather(s, dx, [&](int, int out, int d, int h, int w) { return dy[out] / window_sizes<T>(s, d, h, w, counts_padding); });
}

#define POOL_KERNELS(suffix, T)                                                                                       \
  KERNEL max_pool_##suffix(PoolShape s, const T* x, T* y, i64* indices) { max_pool(s, x, y, indices); }               \
  KERNEL max_pool_places_##suffix(PoolShape s, const T* x, int* places) { max_pool_places(s, x, places); }            \
  KERNEL max_pool_grad_##suffix(PoolShape s, const int* places, const T* dy, T* dx) {                                 \
    max_pool_grad(s, places, dy, dx);                                                                                 \
  }                                                                                                                   \
  KERNEL max_pool_tiles_grad_##suffix(PoolShape s, const T* x, const T* dy, T* dx) {                                  \
    max_pool_tiles_grad(s, x, dy, dx);                                                                                \
  }                                                                                                                   \
  KERNEL avg_pool_##suffix(PoolShape s, const T* x, T* y, int counts_padding) { avg_pool(s, x, y, counts_padding); }  \
  KERNEL avg_pool_grad_##suffix(PoolShape s, const T* dy, T* dx, int counts_padding) {                                \
    avg_pool_grad(s, dy, dx, counts_padding);                                                                         \
  }
POOL_KERNELS(f32, float)
POOL_KERNELS(f64, double)
