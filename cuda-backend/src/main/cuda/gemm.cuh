// The tiled product that matrix multiplication and the convolutions share. A block computes a tile of ROWS x COLUMNS of
// c = a b, each thread THREAD_ROWS x THREAD_COLUMNS of it in registers, DEPTH terms of the sum at a time. The slices of a
// and b lie in shared memory twice: while one is multiplied the next is on its way, so one barrier a slice suffices.
#pragma once
#include "common.cuh"

template <class S>
struct Sums;

template <class T, int ROWS_, int COLUMNS_, int DEPTH_, int THREAD_ROWS_, int THREAD_COLUMNS_>
struct Tile {
  typedef T Element;
  typedef Sums<Tile> Product;
  enum {
    ROWS = ROWS_,
    COLUMNS = COLUMNS_,
    DEPTH = DEPTH_,
    THREAD_ROWS = THREAD_ROWS_,
    THREAD_COLUMNS = THREAD_COLUMNS_,
    ACROSS = COLUMNS / THREAD_COLUMNS,
    THREADS = ROWS / THREAD_ROWS * ACROSS,
    VECTOR = 16 / sizeof(T),
    PAD = 4  // what threads along the depth write lies in other banks, and vectors stay aligned
  };
  alignas(16) T a[2][DEPTH][ROWS + PAD];
  alignas(16) T b[2][DEPTH][COLUMNS + PAD];

  static __device__ __forceinline__ T kept(T x) { return x; }
};

// Which elements of a slice of LINES x DEPTH a thread fetches: threads follow each other along the depth or along the
// lines, whichever are neighbours in memory.
template <class S, int LINES>
struct Share {
  static_assert(S::THREADS % LINES == 0 && S::THREADS % S::DEPTH == 0, "each thread keeps to a line or a depth");
  enum { COUNT = LINES * S::DEPTH / S::THREADS };
  int line, line_step, depth, depth_step;

  __device__ __forceinline__ explicit Share(bool along_depth) {
    int t = threadIdx.x;
    line = along_depth ? t / S::DEPTH : t % LINES;
    line_step = along_depth ? S::THREADS / S::DEPTH : 0;
    depth = along_depth ? t % S::DEPTH : t / LINES;
    depth_step = along_depth ? 0 : S::THREADS / LINES;
  }
};

// The place of a thread's i-th row or column: in groups of VECTOR neighbours, which are read at once, spread over the
// tile so that the threads of a warp read neighbouring groups.
template <int VECTOR, int PER_THREAD, int ALL>
INLINE int place(int thread, int i) { return i / VECTOR * (ALL / (PER_THREAD / VECTOR)) + thread * VECTOR + i % VECTOR; }

// A thread's part of the tile, in registers.
template <class S>
struct Sums {
  typedef typename S::Element T;
  enum { V = S::VECTOR };
  T sums[S::THREAD_ROWS][S::THREAD_COLUMNS] = {};

  static __device__ __forceinline__ int row(int i) {
    return place<V, S::THREAD_ROWS, S::ROWS>(threadIdx.x / S::ACROSS, i);
  }
  static __device__ __forceinline__ int column(int j) {
    return place<V, S::THREAD_COLUMNS, S::COLUMNS>(threadIdx.x % S::ACROSS, j);
  }
  // Adds the product of the slices in one half of shared memory.
  __device__ __forceinline__ void add(const S& s, int half) {
#pragma unroll
    for (int d = 0; d < S::DEPTH; d++) {
      Pack<T, V> left[S::THREAD_ROWS / V], right[S::THREAD_COLUMNS / V];
#pragma unroll
      for (int i = 0; i < S::THREAD_ROWS; i += V) left[i / V] = *(const Pack<T, V>*)&s.a[half][d][row(i)];
#pragma unroll
      for (int j = 0; j < S::THREAD_COLUMNS; j += V) right[j / V] = *(const Pack<T, V>*)&s.b[half][d][column(j)];
#pragma unroll
      for (int i = 0; i < S::THREAD_ROWS; i++)
#pragma unroll
        for (int j = 0; j < S::THREAD_COLUMNS; j++) sums[i][j] += left[i / V].at[i % V] * right[j / V].at[j % V];
    }
  }
  template <class C>
  __device__ __forceinline__ void store(const C& c, int first_row, int first_column) const {
#pragma unroll
    for (int j = 0; j < S::THREAD_COLUMNS; j++) {
      auto to_column = c.column(first_column + column(j));
#pragma unroll
      for (int i = 0; i < S::THREAD_ROWS; i++) c.store(first_row + row(i), to_column, sums[i][j]);
    }
  }
};

// Multiplies [from, to) of the depth into the tile at (row, column). a and b fetch elements: line() and depth() work out
// once what at() adds up; outside of the matrices at() gives 0. c takes the results of its column(). The tile says what is
// kept of an element in shared memory, kept(), and what multiplies, Product.
template <class S, class A, class B, class C>
INLINE void multiply(S& s, const A& a, const B& b, const C& c, int row, int column, int from, int to) {
  typedef typename S::Element T;
  Share<S, S::ROWS> share_a(a.along_depth());
  Share<S, S::COLUMNS> share_b(b.along_depth());
  enum { COUNT_A = Share<S, S::ROWS>::COUNT, COUNT_B = Share<S, S::COLUMNS>::COUNT };
  typename A::Line lines_a[COUNT_A];
  typename B::Line lines_b[COUNT_B];
#pragma unroll
  for (int j = 0; j < COUNT_A; j++) lines_a[j] = a.line(row + share_a.line + j * share_a.line_step);
#pragma unroll
  for (int j = 0; j < COUNT_B; j++) lines_b[j] = b.line(column + share_b.line + j * share_b.line_step);

  T next_a[COUNT_A], next_b[COUNT_B];
  auto fetch = [&](int k) {
#pragma unroll
    for (int j = 0; j < COUNT_A; j++) next_a[j] = a.at(lines_a[j], a.depth(k + share_a.depth + j * share_a.depth_step, to));
#pragma unroll
    for (int j = 0; j < COUNT_B; j++) next_b[j] = b.at(lines_b[j], b.depth(k + share_b.depth + j * share_b.depth_step, to));
  };
  auto put = [&](int half) {
#pragma unroll
    for (int j = 0; j < COUNT_A; j++)
      s.a[half][share_a.depth + j * share_a.depth_step][share_a.line + j * share_a.line_step] = S::kept(next_a[j]);
#pragma unroll
    for (int j = 0; j < COUNT_B; j++)
      s.b[half][share_b.depth + j * share_b.depth_step][share_b.line + j * share_b.line_step] = S::kept(next_b[j]);
  };

  typename S::Product product;
  fetch(from);
  put(0);
  __syncthreads();
  int half = 0;
#pragma unroll 1
  for (int k = from; k < to; k += S::DEPTH, half ^= 1) {
    bool more = k + S::DEPTH < to;
    if (more) fetch(k + S::DEPTH);
    product.add(s, half);
    if (more) put(half ^ 1);
    __syncthreads();
  }
  product.store(c, row, column);
}

// Large products; many columns of few rows, as convolutions have; and small ones.
template <class T>
using LargeTile = Tile<T, 128, 128, 8, 8, 8>;
template <class T>
using WideTile = Tile<T, 32, 128, 8, 4, 8>;
template <class T>
using SmallTile = Tile<T, 32, 32, 16, 4, 4>;

// The tile of a block: its index runs down the rows first, so that neighbours share columns in the cache.
template <class S>
INLINE int tile_row(int rows) { return blockIdx.x % ((rows + S::ROWS - 1) / S::ROWS) * S::ROWS; }
template <class S>
INLINE int tile_column(int rows) { return blockIdx.x / ((rows + S::ROWS - 1) / S::ROWS) * S::COLUMNS; }
