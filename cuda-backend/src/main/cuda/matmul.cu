// Batches of matrix products.
#include "gemm.cuh"

// An operand whose element (line, depth) is at line line_step + depth depth_step; one of the steps is 1.
template <class T>
struct Matrix {
  typedef int Line;
  typedef int Depth;
  const T* at_first;
  int lines, line_step, depth_step;

  __device__ __forceinline__ bool along_depth() const { return depth_step == 1; }
  __device__ __forceinline__ int line(int i) const { return i < lines ? i * line_step : -1; }
  __device__ __forceinline__ int depth(int k, int to) const { return k < to ? k * depth_step : -1; }
  __device__ __forceinline__ T at(int line, int depth) const { return (line | depth) >= 0 ? at_first[line + depth] : T(0); }
};

template <class T>
struct Product {
  T* at_first;
  int rows, columns;

  __device__ __forceinline__ int column(int j) const { return j < columns ? j : -1; }
  __device__ __forceinline__ void store(int i, int column, T value) const {
    if (i < rows && column >= 0) at_first[i * columns + column] = value;
  }
};

// batch_a and batch_b: how far it is from one matrix to the next, 0 for a shared one.
template <class S, class T>
INLINE void matmul(S& s, const T* a, const T* b, T* c, int batch, int m, int n, int k, bool transpose_a, bool transpose_b,
                   int batch_a, int batch_b) {
  for (int i = blockIdx.z; i < batch; i += gridDim.z) {
    Matrix<T> left{a + (i64)i * batch_a, m, transpose_a ? 1 : k, transpose_a ? m : 1};
    Matrix<T> right{b + (i64)i * batch_b, n, transpose_b ? k : 1, transpose_b ? 1 : n};
    multiply(s, left, right, Product<T>{c + (i64)i * m * n, m, n}, tile_row<S>(m), tile_column<S>(m), 0, k);
    __syncthreads();
  }
}

#define MATMUL_KERNEL(name, Tile, T)                                                                              \
  KERNEL __launch_bounds__(Tile<T>::THREADS)                                                                      \
      name(const T* a, const T* b, T* c, int batch, int m, int n, int k, int transpose_a, int transpose_b,        \
           int batch_a, int batch_b) {                                                                            \
    __shared__ Tile<T> tile;                                                                                      \
    matmul(tile, a, b, c, batch, m, n, k, transpose_a, transpose_b, batch_a, batch_b);                            \
  }
MATMUL_KERNEL(matmul_large_f32, LargeTile, float)
MATMUL_KERNEL(matmul_wide_f32, WideTile, float)
MATMUL_KERNEL(matmul_small_f32, SmallTile, float)
MATMUL_KERNEL(matmul_small_f64, SmallTile, double)
MATMUL_KERNEL(matmul_small_i64, SmallTile, i64)
