// Convolution and its gradients as matrix products whose operands are never written out: what im2col would make is
// fetched where it lies. Each group of channels is a product of its own, blockIdx.z.
#pragma once
#include "gemm.cuh"
#include "window.cuh"

struct ConvShape {
  int batch, groups, c, k;  // c and k: channels of one group
  Dimension d, h, w;

  __device__ __forceinline__ int in_plane() const { return d.in.size * h.in.size * w.in.size; }
  __device__ __forceinline__ int out_plane() const { return d.out.size * h.out.size * w.out.size; }
  __device__ __forceinline__ int taps() const { return d.kernel.size * h.kernel.size * w.kernel.size; }
};

// An offset into memory and the coordinates that decide whether it is inside.
struct Spot {
  int offset, d, h, w;
};

// So far out that no sum of two spots is inside.
INLINE Spot outside(int sign) { return {0, 0, sign * (1 << 29) * (sign < 0 ? 2 : 1), 0}; }

// The input as a matrix of windows: [channel and tap] x [image and output position].
template <class T, bool DEEP>
struct Windows {
  ConvShape s;
  const T* x;  // the first channel of the group

  // Where the window of an output position begins.
  __device__ __forceinline__ Spot position(int i, int count) const {
    if (i >= count) return outside(-1);
    int d, h, w;
    int image = split<DEEP>(i, s.d.out, s.h.out, s.w.out, d, h, w);
    d = d * s.d.stride.size - s.d.padding;
    h = h * s.h.stride.size - s.h.padding;
    w = w * s.w.stride.size - s.w.padding;
    int plane = image * s.groups * s.c * s.in_plane();
    return {plane + ((DEEP ? d * (int)s.h.in.size : 0) + h) * (int)s.w.in.size + w, d, h, w};
  }
  // What a tap adds to it.
  __device__ __forceinline__ Spot tap(int i, int count) const {
    if (i >= count) return outside(1);
    int d, h, w;
    int channel = split<DEEP>(i, s.d.kernel, s.h.kernel, s.w.kernel, d, h, w);
    d *= s.d.dilation, h *= s.h.dilation, w *= s.w.dilation;
    return {channel * s.in_plane() + ((DEEP ? d * (int)s.h.in.size : 0) + h) * (int)s.w.in.size + w, d, h, w};
  }
  __device__ __forceinline__ T at(Spot a, Spot b) const {
    bool inside = (unsigned)(a.h + b.h) < s.h.in.size && (unsigned)(a.w + b.w) < s.w.in.size &&
                  (!DEEP || (unsigned)(a.d + b.d) < s.d.in.size);
    return inside ? x[a.offset + b.offset] : T(0);
  }
};

template <class T, bool DEEP>
struct WindowColumns : Windows<T, DEEP> {
  typedef Spot Line;
  int columns;
  __device__ __forceinline__ static bool along_depth() { return false; }
  __device__ __forceinline__ Spot line(int i) const { return this->position(i, columns); }
  __device__ __forceinline__ Spot depth(int k, int to) const { return this->tap(k, to); }
};

template <class T, bool DEEP>
struct WindowRows : Windows<T, DEEP> {
  typedef Spot Line;
  int columns;
  __device__ __forceinline__ static bool along_depth() { return true; }
  __device__ __forceinline__ Spot line(int i) const { return this->tap(i, columns); }
  __device__ __forceinline__ Spot depth(int k, int to) const { return this->position(k, to); }
};

// The output's gradient as a matrix: [output channel and tap] x [image and input position].
template <class T, bool DEEP>
struct Sources {
  typedef Spot Line;
  ConvShape s;
  const T* dy;  // the first channel of the group
  int columns;

  __device__ __forceinline__ static bool along_depth() { return false; }
  __device__ __forceinline__ Spot line(int i) const {
    if (i >= columns) return outside(-1);
    Spot p;
    int image = split<DEEP>(i, s.d.in, s.h.in, s.w.in, p.d, p.h, p.w);
    p.d += s.d.padding, p.h += s.h.padding, p.w += s.w.padding;
    p.offset = image * s.groups * s.k * s.out_plane();
    return p;
  }
  __device__ __forceinline__ Spot depth(int k, int to) const {
    if (k >= to) return {0, 0, 1 << 29, 0};
    Spot t;
    int channel = split<DEEP>(k, s.d.kernel, s.h.kernel, s.w.kernel, t.d, t.h, t.w);
    t.d *= s.d.dilation, t.h *= s.h.dilation, t.w *= s.w.dilation;
    t.offset = channel * s.out_plane();
    return t;
  }
  // The output position whose window has this input under this tap, if there is one.
  __device__ __forceinline__ static bool source(int in, int tap, const Dimension& d, int& out) {
    int reach = in - tap;
    if (reach < 0) return false;
    out = divide(reach, d.stride);
    return out * (int)d.stride.size == reach && out < (int)d.out.size;
  }
  __device__ __forceinline__ T at(Spot p, Spot t) const {
    int d = 0, h, w;
    bool inside = source(p.h, t.h, s.h, h) && source(p.w, t.w, s.w, w) && (!DEEP || source(p.d, t.d, s.d, d));
    return inside ? dy[p.offset + t.offset + (d * (int)s.h.out.size + h) * (int)s.w.out.size + w] : T(0);
  }
};

// The weight, or its transpose: element (line, depth) at line line_step + depth / inner outer_step + depth % inner.
template <class T>
struct Weights {
  typedef int Line;
  const T* weight;
  int lines, line_step, inner, outer_step;

  __device__ __forceinline__ static bool along_depth() { return true; }
  __device__ __forceinline__ int line(int i) const { return i < lines ? i * line_step : -1; }
  __device__ __forceinline__ int depth(int k, int to) const {
    return k < to ? k / inner * outer_step + k % inner : -1;
  }
  __device__ __forceinline__ T at(int line, int depth) const { return (line | depth) >= 0 ? weight[line + depth] : T(0); }
};

// Rows are channels; a column is a position of an image.
template <class T>
struct Planes {
  T* first;  // channel of the group
  const T* bias;
  int channels, image_step, plane, columns;

  __device__ __forceinline__ int column(int j) const {
    return j < columns ? j / plane * image_step + j % plane : -1;
  }
  __device__ __forceinline__ void store(int channel, int column, T value) const {
    if (channel < channels && column >= 0)
      first[column + channel * plane] = bias == nullptr ? value : value + bias[channel];
  }
};

template <class T>
struct WeightSums {
  T* first;
  int rows, columns;

  __device__ __forceinline__ int column(int j) const { return j < columns ? j : -1; }
  __device__ __forceinline__ void store(int row, int column, T value) const {
    if (row < rows && column >= 0) first[row * columns + column] = value;
  }
};

// y[n, k, o] = bias[k] + sum over (c, tap) of w[k, c, tap] x[n, c, o stride - padding + tap dilation]
template <bool DEEP, class S, class T>
INLINE void conv(S& tile, const ConvShape& s, const T* x, const T* weight, const T* bias, T* y) {
  int g = blockIdx.z, depth = s.c * s.taps(), columns = s.batch * s.out_plane();
  WindowColumns<T, DEEP> windows;
  windows.s = s, windows.x = x + (i64)g * s.c * s.in_plane(), windows.columns = columns;
  Weights<T> weights{weight + (i64)g * s.k * depth, s.k, depth, depth, 0};
  Planes<T> planes{y + (i64)g * s.k * s.out_plane(), bias == nullptr ? nullptr : bias + g * s.k, s.k,
                   s.groups * s.k * s.out_plane(), s.out_plane(), columns};
  multiply(tile, weights, windows, planes, tile_row<S>(s.k), tile_column<S>(s.k), 0, depth);
}

// dx[n, c, i] = sum over (k, tap) of w[k, c, tap] dy[n, k, (i + padding - tap dilation) / stride]
template <bool DEEP, class S, class T>
INLINE void conv_input_grad(S& tile, const ConvShape& s, const T* weight, const T* dy, T* dx) {
  int g = blockIdx.z, taps = s.taps(), columns = s.batch * s.in_plane();
  Sources<T, DEEP> sources{s, dy + (i64)g * s.k * s.out_plane(), columns};
  Weights<T> weights{weight + (i64)g * s.k * s.c * taps, s.c, taps, taps, s.c * taps};
  Planes<T> planes{dx + (i64)g * s.c * s.in_plane(), nullptr, s.c, s.groups * s.c * s.in_plane(), s.in_plane(), columns};
  multiply(tile, weights, sources, planes, tile_row<S>(s.c), tile_column<S>(s.c), 0, s.k * taps);
}

// dw[k, c, tap] = sum over (n, o) of dy[n, k, o] x[n, c, o stride - padding + tap dilation]. The sum is long and the
// result small, so it is cut into `parts`, summed afterwards in their order: blockIdx.z is [part, group].
template <bool DEEP, class S, class T>
INLINE void conv_weight_grad(S& tile, const ConvShape& s, const T* x, const T* dy, T* dw, int part_length) {
  int g = blockIdx.z % s.groups, part = blockIdx.z / s.groups;
  int columns = s.c * s.taps(), depth = s.batch * s.out_plane(), from = part * part_length;
  WindowRows<T, DEEP> windows;
  windows.s = s, windows.x = x + (i64)g * s.c * s.in_plane(), windows.columns = columns;
  Weights<T> gradients{dy + (i64)g * s.k * s.out_plane(), s.k, s.out_plane(), s.out_plane(),
                       s.groups * s.k * s.out_plane()};
  WeightSums<T> sums{dw + ((i64)part * s.groups + g) * s.k * columns, s.k, columns};
  multiply(tile, gradients, windows, sums, tile_row<S>(s.k), tile_column<S>(s.k), from, min(depth, from + part_length));
}

#define CONV_KERNELS(suffix, Tile, T, DEEP)                                                                            \
  KERNEL __launch_bounds__(Tile::THREADS)                                                                              \
      conv_##suffix(ConvShape s, const T* x, const T* weight, const T* bias, T* y) {                                   \
    __shared__ Tile tile;                                                                                              \
    conv<DEEP>(tile, s, x, weight, bias, y);                                                                           \
  }                                                                                                                    \
  KERNEL __launch_bounds__(Tile::THREADS)                                                                              \
      conv_input_grad_##suffix(ConvShape s, const T* weight, const T* dy, T* dx) {                                     \
    __shared__ Tile tile;                                                                                              \
    conv_input_grad<DEEP>(tile, s, weight, dy, dx);                                                                    \
  }                                                                                                                    \
  KERNEL __launch_bounds__(Tile::THREADS)                                                                              \
      conv_weight_grad_##suffix(ConvShape s, const T* x, const T* dy, T* dw, int part_length) {                        \
    __shared__ Tile tile;                                                                                              \
    conv_weight_grad<DEEP>(tile, s, x, dy, dw, part_length);                                                           \
  }
