// Copies between dense memory and what a view sees of other memory.
#include "common.cuh"

template <class T>
INLINE void read(const T* from, T* out, int n, const Walk& view) {
  for (unsigned i = first_index(); i < n; i += grid_step()) out[i] = from[locate<1>(view, i).at[0]];
}

template <class T>
INLINE void write(const T* x, T* to, int n, const Walk& view) {
  for (unsigned i = first_index(); i < n; i += grid_step()) to[locate<1>(view, i).at[0]] = x[i];
}

// [batch, rows, columns] to [batch, columns, rows] by way of a tile in shared memory, so that both sides move along
// their rows. The tile's rows are 33 long: 32 threads down a column then use 32 banks.
enum { TILE = 32, TILE_ROWS = 8 };

template <class T>
INLINE void transpose(T (*tile)[TILE + 1], const T* from, T* out, int rows, int columns) {
  from += (i64)blockIdx.z * rows * columns;
  out += (i64)blockIdx.z * rows * columns;
  for (int r0 = blockIdx.y * TILE; r0 < rows; r0 += gridDim.y * TILE) {
    int column = blockIdx.x * TILE + threadIdx.x;
    for (int r = threadIdx.y; r < TILE; r += TILE_ROWS)
      if (r0 + r < rows && column < columns) tile[r][threadIdx.x] = from[(r0 + r) * columns + column];
    __syncthreads();
    int row = r0 + threadIdx.x;
    for (int c = threadIdx.y; c < TILE; c += TILE_ROWS)
      if (row < rows && blockIdx.x * TILE + c < columns) out[(blockIdx.x * TILE + c) * rows + row] = tile[threadIdx.x][c];
    __syncthreads();
  }
}

#define COPY_KERNELS(bytes, T)                                                              \
  KERNEL read_##bytes(const T* from, T* out, int n, Walk view) { read(from, out, n, view); } \
  KERNEL write_##bytes(const T* x, T* to, int n, Walk view) { write(x, to, n, view); }       \
  KERNEL transpose_##bytes(const T* from, T* out, int rows, int columns) {                   \
    __shared__ T tile[TILE][TILE + 1];                                                       \
    transpose(tile, from, out, rows, columns);                                               \
  }
COPY_KERNELS(1, u8)
COPY_KERNELS(2, short)
COPY_KERNELS(4, int)
COPY_KERNELS(8, i64)

// What a view sees of to += x, for a part of the view that sees no element twice but for dimensions of step 0: what lies
// in those on one element is summed here, in order. view walks to and x; over walks x along the dimensions of step 0.
template <class T>
INLINE void accumulate(const T* x, T* to, int n, const Walk& view, int repeats, const Walk& over) {
  for (unsigned i = first_index(); i < n; i += grid_step()) {
    auto at = locate<2>(view, i);
    T sum = to[at.at[0]];
    for (int r = 0; r < repeats; r++) sum += x[at.at[1] + locate<1>(over, r).at[0]];
    to[at.at[0]] = sum;
  }
}

#define ACCUMULATE_KERNEL(suffix, T)                                                                       \
  KERNEL accumulate_##suffix(const T* x, T* to, int n, Walk view, int repeats, Walk over) {                \
    accumulate(x, to, n, view, repeats, over);                                                             \
  }
ACCUMULATE_KERNEL(f32, float)
ACCUMULATE_KERNEL(f64, double)
ACCUMULATE_KERNEL(i64, i64)
