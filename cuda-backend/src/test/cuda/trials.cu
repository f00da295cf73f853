// Kernels for the tests of the runtime and of the emulated driver: right ones, and ones with the mistakes that they look for.
#ifndef __CUDACC__
#include "cuda_emu.h"
#endif

extern "C" __global__ void trial_axpy(int n, float a, const float* __restrict__ x, float* __restrict__ y) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = fmaf(a, x[i], y[i]);
}

// Each block of 256 adds its elements: with warp shuffles, then in shared memory.
extern "C" __global__ void trial_sum(int n, const float* x, float* sum) {
  __shared__ float warps[8];
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  float v = i < n ? x[i] : 0.0f;
  for (int d = 16; d > 0; d /= 2) v += __shfl_xor_sync(0xffffffffu, v, d);
  if (threadIdx.x % 32 == 0) warps[threadIdx.x / 32] = v;
  __syncthreads();
  if (threadIdx.x == 0) {
    float total = 0;
    for (int w = 0; w < 8; w++) total += warps[w];
    atomicAdd(sum, total);
  }
}

// Reverses each block through shared memory; without the barrier half of the threads read what is not written yet.
template <bool BARRIER>
static __device__ void reverse(const float* x, float* y) {
  __shared__ float block[64];
  block[threadIdx.x] = x[blockIdx.x * 64 + threadIdx.x];
  if (BARRIER) __syncthreads();
  y[blockIdx.x * 64 + threadIdx.x] = block[63 - threadIdx.x];
}
extern "C" __global__ void trial_reverse(const float* x, float* y) { reverse<true>(x, y); }
extern "C" __global__ void trial_reverse_racy(const float* x, float* y) { reverse<false>(x, y); }

extern "C" __global__ void trial_beyond(float* x, int far) { x[threadIdx.x + far] = 1.0f; }

extern "C" __global__ void trial_outside_shared(float* x, int index) {
  __shared__ float a[32];
  a[threadIdx.x] = 1.0f;
  __syncthreads();
  x[threadIdx.x] = a[threadIdx.x + index];
}

extern "C" __global__ void trial_diverges(float* x) {
  if (threadIdx.x % 2) {
    __syncthreads();
  } else {
    x[threadIdx.x] = 1.0f;
    __syncthreads();
  }
}

struct Four {
  int at[4];
};
extern "C" __global__ void trial_struct(Four four, double d, long long l, float* out) {
  out[0] = (float)(four.at[0] + 10 * four.at[1] + 100 * four.at[2] + 1000 * four.at[3]);
  out[1] = (float)d;
  out[2] = (float)l;
}

// For timing the emulator: as many barriers as asked for.
extern "C" __global__ void trial_barriers(int n, float* x) {
  for (int i = 0; i < n; i++) __syncthreads();
  if (x) x[threadIdx.x] = 1.0f;
}

// Half of a block leaves before the others meet in a shuffle.
extern "C" __global__ void trial_shuffles_with_the_gone(float* x) {
  if (threadIdx.x >= 16) return;
  x[threadIdx.x] = __shfl_down_sync(0xffffffffu, x[threadIdx.x], 8);
}

// Shuffles in a branch that not all lanes of a warp take.
extern "C" __global__ void trial_shuffles_in_a_branch(float* x) {
  if (threadIdx.x % 2) {
    x[threadIdx.x] = __shfl_xor_sync(0xffffffffu, 1.0f, 1);
  } else {
    x[threadIdx.x] = __shfl_xor_sync(0xffffffffu, 2.0f, 1);
  }
}

extern "C" __global__ void trial_votes(const int* x, unsigned* votes) {
  unsigned ballot = __ballot_sync(0xffffffffu, x[threadIdx.x] > 0);
  if (threadIdx.x == 0) votes[0] = ballot;
}
