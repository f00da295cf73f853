// Convolutions and their gradients on the tensor cores, fetched as those in FLOAT32 are and rounded on the way to shared
// memory. A warp computes WARP_ROWS x WARP_COLUMNS by mma m16n8k8.
#include "conv.cuh"
#include "tensor.cuh"

template <class S>
struct TensorSums {
  enum { DOWN = S::WARP_ROWS / 16, ALONG = S::WARP_COLUMNS / 8, ACROSS = S::COLUMNS / S::WARP_COLUMNS };
  float sums[DOWN][ALONG][4] = {};

  static __device__ __forceinline__ int lane() { return threadIdx.x % 4; }
  static __device__ __forceinline__ int row(int i, int p) {
    return threadIdx.x / 32 / ACROSS * S::WARP_ROWS + i * 16 + threadIdx.x % 32 / 4 + p * 8;
  }
  static __device__ __forceinline__ int column(int j) { return threadIdx.x / 32 % ACROSS * S::WARP_COLUMNS + j * 8; }

  __device__ __forceinline__ void add(const S& s, int half) {
#pragma unroll
    for (int d = lane(), k = 0; k < S::DEPTH; d += 8, k += 8) {
      unsigned left[DOWN][4], right[ALONG][2];
#pragma unroll
      for (int i = 0; i < DOWN; i++)
#pragma unroll
        for (int p = 0; p < 4; p++) left[i][p] = __float_as_uint(s.a[half][d + p / 2 * 4][row(i, p % 2)]);
#pragma unroll
      for (int j = 0; j < ALONG; j++)
#pragma unroll
        for (int p = 0; p < 2; p++)
          right[j][p] = __float_as_uint(s.b[half][d + p * 4][column(j) + threadIdx.x % 32 / 4]);
#pragma unroll
      for (int i = 0; i < DOWN; i++)
#pragma unroll
        for (int j = 0; j < ALONG; j++) mma_tf32(sums[i][j], left[i], right[j]);
    }
  }
  template <class C>
  __device__ __forceinline__ void store(const C& c, int first_row, int first_column) const {
#pragma unroll
    for (int j = 0; j < ALONG; j++)
#pragma unroll
      for (int l = 0; l < 2; l++) {
        auto to_column = c.column(first_column + column(j) + lane() * 2 + l);
#pragma unroll
        for (int i = 0; i < DOWN; i++)
#pragma unroll
          for (int p = 0; p < 2; p++) c.store(first_row + row(i, p), to_column, sums[i][j][p * 2 + l]);
      }
  }
};

template <int ROWS_, int COLUMNS_, int WARP_ROWS_, int WARP_COLUMNS_>
struct TensorTile {
  typedef float Element;
  typedef TensorSums<TensorTile> Product;
  enum {
    ROWS = ROWS_,
    COLUMNS = COLUMNS_,
    DEPTH = 16,
    WARP_ROWS = WARP_ROWS_,
    WARP_COLUMNS = WARP_COLUMNS_,
    THREADS = ROWS / WARP_ROWS * (COLUMNS / WARP_COLUMNS) * 32,
    PAD = 8  // what a warp reads at once, 8 lines x 4 depths, is spread over all banks
  };
  alignas(16) float a[2][DEPTH][ROWS + PAD];
  alignas(16) float b[2][DEPTH][COLUMNS + PAD];

  static __device__ __forceinline__ float kept(float x) { return __uint_as_float(to_tf32(x)); }
};
typedef TensorTile<128, 128, 64, 32> LargeTensorTile;
typedef TensorTile<32, 128, 32, 32> WideTensorTile;

CONV_KERNELS(large_tf32, LargeTensorTile, float, false)
CONV_KERNELS(wide_tf32, WideTensorTile, float, false)
CONV_KERNELS(deep_tf32, WideTensorTile, float, true)
