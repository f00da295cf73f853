// Products of FLOAT32 matrices on the tensor cores. A block computes ROWS x COLUMNS, its warps WARP_ROWS x WARP_COLUMNS each by mma m16n8k8. Slices of both operands lie in
// shared memory twice: while one is multiplied, cp.async brings the next. Needs compute capability 8.0.
#include "tensor.cuh"

enum { DEPTH = 16 };

// DEPTH elements of each of LINES rows of a (columns of b), their neighbours as in global memory. The pitches spread what
// a warp reads at once, 8 lines x 4 depths, over all banks.
template <int LINES, bool ALONG_DEPTH>
struct Slice {
  enum {
    RUN = ALONG_DEPTH ? DEPTH : LINES,  // neighbours
    RUNS = ALONG_DEPTH ? LINES : DEPTH,
    PITCH = RUN + (ALONG_DEPTH ? 4 : 8)
  };
  alignas(16) float elements[RUNS * PITCH];

  __device__ __forceinline__ unsigned at(int line, int depth) const {
    return to_tf32(elements[ALONG_DEPTH ? line * PITCH + depth : depth * PITCH + line]);
  }

  // Begins to fetch what is at (line, depth) of a matrix of so many lines and depths.
  template <int BYTES, int THREADS>
  __device__ __forceinline__ void fetch(const float* from, int lines, int depths, int line, int depth) {
    enum { N = BYTES / 4 };
    int first_run = ALONG_DEPTH ? line : depth, first = ALONG_DEPTH ? depth : line;
    int runs = ALONG_DEPTH ? lines : depths, length = ALONG_DEPTH ? depths : lines;
#pragma unroll
    for (int i = threadIdx.x; i < RUNS * RUN / N; i += THREADS) {
      int run = i / (RUN / N), at = i % (RUN / N) * N;
      bool there = first_run + run < runs && first + at < length;
      const float* source = there ? from + (i64)(first_run + run) * length + first + at : from;
      copy_async<BYTES>(elements + run * PITCH + at, source, there);
    }
  }
};

template <int ROWS_, int COLUMNS_, int WARP_ROWS_, int WARP_COLUMNS_, bool TRANSPOSE_A, bool TRANSPOSE_B>
struct TensorTile {
  enum {
    ROWS = ROWS_,
    COLUMNS = COLUMNS_,
    WARP_ROWS = WARP_ROWS_,
    WARP_COLUMNS = WARP_COLUMNS_,
    ACROSS = COLUMNS / WARP_COLUMNS,
    THREADS = ROWS / WARP_ROWS * ACROSS * 32,
    BLOCKS = THREADS == 128 ? 3 : 1  // that share a processor
  };
  Slice<ROWS, !TRANSPOSE_A> a[2];
  Slice<COLUMNS, TRANSPOSE_B> b[2];
};

// N neighbours are fetched at once: 4 where all runs begin at multiples of 16 bytes.
template <int NA, int NB, class S>
INLINE void multiply(S& s, const float* a, const float* b, float* c, int m, int n, int k, int row, int column) {
  int warp = threadIdx.x / 32, group = threadIdx.x % 32 / 4, lane = threadIdx.x % 4;
  int warp_row = warp / S::ACROSS * S::WARP_ROWS, warp_column = warp % S::ACROSS * S::WARP_COLUMNS;
  enum { DOWN = S::WARP_ROWS / 16, ALONG = S::WARP_COLUMNS / 8 };
  float sums[DOWN][ALONG][4] = {};
  auto fetch = [&](int half, int depth) {
    s.a[half].template fetch<4 * NA, S::THREADS>(a, m, k, row, depth);
    s.b[half].template fetch<4 * NB, S::THREADS>(b, n, k, column, depth);
  };
  if (k > 0) fetch(0, 0);
  int half = 0;
#pragma unroll 1
  for (int depth = 0; depth < k; depth += DEPTH, half ^= 1) {
    wait_for_copies();
    __syncthreads();  // all have their copies, and are done with the other half
    if (depth + DEPTH < k) fetch(half ^ 1, depth + DEPTH);
#pragma unroll
    for (int d = lane; d < DEPTH; d += 8) {
      unsigned left[DOWN][4], right[ALONG][2];
#pragma unroll
      for (int i = 0; i < DOWN; i++)
#pragma unroll
        for (int p = 0; p < 4; p++) left[i][p] = s.a[half].at(warp_row + i * 16 + group + p % 2 * 8, d + p / 2 * 4);
#pragma unroll
      for (int j = 0; j < ALONG; j++)
#pragma unroll
        for (int p = 0; p < 2; p++) right[j][p] = s.b[half].at(warp_column + j * 8 + group, d + p * 4);
#pragma unroll
      for (int i = 0; i < DOWN; i++)
#pragma unroll
        for (int j = 0; j < ALONG; j++) mma_tf32(sums[i][j], left[i], right[j]);
    }
  }
#pragma unroll
  for (int i = 0; i < DOWN; i++)
#pragma unroll
    for (int j = 0; j < ALONG; j++)
#pragma unroll
      for (int p = 0; p < 4; p++) {
        int r = row + warp_row + i * 16 + group + p / 2 * 8, l = column + warp_column + j * 8 + lane * 2 + p % 2;
        if (r < m && l < n) c[(i64)r * n + l] = sums[i][j][p];
      }
}

// batch_a and batch_b: how far it is from one matrix to the next, 0 for a shared one.
template <class S>
INLINE void matmul(S& s, const float* a, const float* b, float* c, int batch, int m, int n, int k, int batch_a,
                   int batch_b, int whole_a, int whole_b) {
  int down = (m + S::ROWS - 1) / S::ROWS;
  int row = blockIdx.x % down * S::ROWS, column = blockIdx.x / down * S::COLUMNS;
  for (int i = blockIdx.z; i < batch; i += gridDim.z) {
    const float *left = a + (i64)i * batch_a, *right = b + (i64)i * batch_b;
    float* to = c + (i64)i * m * n;
    if (whole_a && whole_b) multiply<4, 4>(s, left, right, to, m, n, k, row, column);
    else multiply<1, 1>(s, left, right, to, m, n, k, row, column);
    __syncthreads();
  }
}

// whole_a, whole_b: whether each run of the operand begins at a multiple of 16 bytes and has whole ones.
#define TENSOR_KERNEL(name, ROWS, COLUMNS, WARP_ROWS, WARP_COLUMNS, A, B)                                              \
  KERNEL __launch_bounds__(TensorTile<ROWS, COLUMNS, WARP_ROWS, WARP_COLUMNS, A, B>::THREADS,                          \
                           TensorTile<ROWS, COLUMNS, WARP_ROWS, WARP_COLUMNS, A, B>::BLOCKS)                           \
      name(const float* a, const float* b, float* c, int batch, int m, int n, int k, int batch_a, int batch_b,         \
           int whole_a, int whole_b) {                                                                                 \
    __shared__ TensorTile<ROWS, COLUMNS, WARP_ROWS, WARP_COLUMNS, A, B> tile;                                          \
    matmul(tile, a, b, c, batch, m, n, k, batch_a, batch_b, whole_a, whole_b);                                         \
  }
#define TENSOR_KERNELS(transposed, A, B)                                     \
  TENSOR_KERNEL(matmul_tf32_large_##transposed, 128, 128, 64, 32, A, B)      \
  TENSOR_KERNEL(matmul_tf32_small_##transposed, 64, 64, 32, 32, A, B)
TENSOR_KERNELS(nn, false, false)
TENSOR_KERNELS(nt, false, true)
TENSOR_KERNELS(tn, true, false)
TENSOR_KERNELS(tt, true, true)
