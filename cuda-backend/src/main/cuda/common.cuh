// What all kernels share. nvcc compiles them for the GPU; the tests compile them with g++, one fiber a CUDA thread.
#pragma once
#ifndef __CUDACC__
#include "cuda_emu.h"
#endif

typedef long long i64;
typedef unsigned long long u64;
typedef unsigned char u8;

#define KERNEL extern "C" __global__ void
#define INLINE static __device__ __forceinline__

// The first element of a thread, and by how much it moves on; a grid need not cover all elements.
INLINE unsigned first_index() { return blockIdx.x * blockDim.x + threadIdx.x; }
INLINE unsigned grid_step() { return gridDim.x * blockDim.x; }

// N neighbouring elements, read and written at once where they are aligned.
template <class T, int N>
struct alignas(sizeof(T) * N) Pack {
  T at[N];
};

// A row of elements, or one number that stands for a row of them: its step is 0.
template <class T>
struct Row {
  typedef T Element;
  const T* first;
  int step;

  template <int N>
  __device__ __forceinline__ bool is_aligned() const { return step == 0 || (u64)first % sizeof(Pack<T, N>) == 0; }
  __device__ __forceinline__ T at(unsigned i) const { return first[step == 0 ? 0 : i]; }
  template <int N>
  __device__ __forceinline__ Pack<T, N> pack(unsigned i) const {
    if (step != 0) return *(const Pack<T, N>*)(first + i);
    Pack<T, N> all;
#pragma unroll
    for (int j = 0; j < N; j++) all.at[j] = *first;
    return all;
  }
};

template <class T>
INLINE Row<T> row(const T* first, int step = 1) { return {first, step}; }

template <class Out, int N, class F, class... In>
INLINE Pack<Out, N> map_pack(F f, Pack<In, N>... in) {
  Pack<Out, N> out;
#pragma unroll
  for (int j = 0; j < N; j++) out.at[j] = f(in.at[j]...);
  return out;
}

// out[i] = f(in[i]...), N elements at a time where all pointers allow it.
template <int N, class F, class Out, class... In>
INLINE void map(unsigned n, F f, Out* out, In... in) {
  unsigned packed = 0;
  if (N > 1 && row(out).template is_aligned<N>() && (in.template is_aligned<N>() && ...)) {
    packed = n / N * N;
    for (unsigned i = first_index() * N; i < packed; i += grid_step() * N)
      *(Pack<Out, N>*)(out + i) = map_pack<Out, N>(f, in.template pack<N>(i)...);
  }
  for (unsigned i = packed + first_index(); i < n; i += grid_step()) out[i] = f(in.at(i)...);
}

// Division by a number that the host knows, as a multiplication (Granlund and Montgomery 1994): for n below 2^31,
// n / size = (floor(n magic / 2^32) + n) / 2^shift.
struct Divisor {
  unsigned size, magic, shift;
};

INLINE unsigned divide(unsigned n, Divisor d) { return (__umulhi(n, d.magic) + n) >> d.shift; }

// How operands are walked in step with a dense result: sizes and steps of each operand, the innermost dimension first.
struct Walk {
  enum { RANK = 8, OPERANDS = 3 };
  int rank;
  Divisor sizes[RANK];
  int steps[OPERANDS][RANK];
};

// Where element i of the result is in the first M operands.
template <int M>
struct Offsets {
  int at[M];
};

template <int M>
INLINE Offsets<M> locate(const Walk& walk, unsigned i) {
  Offsets<M> offsets = {};
#pragma unroll
  for (int d = 0; d < Walk::RANK; d++) {
    if (d >= walk.rank) break;
    unsigned rest = d + 1 < walk.rank ? divide(i, walk.sizes[d]) : 0;
    unsigned index = i - rest * walk.sizes[d].size;
    i = rest;
#pragma unroll
    for (int o = 0; o < M; o++) offsets.at[o] += (int)index * walk.steps[o][d];
  }
  return offsets;
}

// NaN if either is, as PyTorch's maximum and minimum.
template <class T>
INLINE T largest(T a, T b) { return a > b || a != a ? a : b; }
template <class T>
INLINE T smallest(T a, T b) { return a < b || a != a ? a : b; }

// What a kernel found wrong; the host looks at the next synchronisation. The first finder's report is kept.
struct Fault {
  int kind, message;
  i64 value, position, limit;
};
enum { INDEX_OUT_OF_RANGE = 1, DIVISION_BY_ZERO = 2 };

INLINE void report(Fault* fault, int kind, i64 value, i64 position, i64 limit, int message = 0) {
  if (atomicCAS(&fault->kind, 0, kind) == 0) {
    fault->message = message;
    fault->value = value;
    fault->position = position;
    fault->limit = limit;
  }
}
