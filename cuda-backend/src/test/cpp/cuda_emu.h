// What our kernels use of CUDA, for the CPU: a .cu file includes this where nvcc does not compile it.
// One CUDA thread is one fiber of emulator.cpp; it runs until it meets a barrier, a warp function or its end.
#pragma once
#include <math.h>
#include <stdint.h>
#include <string.h>

#include <utility>

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...)
// Zero-initialised statics are the library's .bss, which is filled with NaN before each block of a kernel that uses
// shared memory. So nothing else may lie there: emulator.cpp keeps its state on the heap.
#define __shared__ static
#define __constant__ static const
#define __align__(n) __attribute__((aligned(n)))

struct uint3 { unsigned x, y, z; };
struct dim3 { unsigned x, y, z; };
struct __align__(8) float2 { float x, y; };
struct __align__(16) float4 { float x, y, z, w; };
struct __align__(8) int2 { int x, y; };
struct __align__(16) int4 { int x, y, z, w; };
struct __align__(8) uint2 { unsigned x, y; };
struct __align__(16) uint4 { unsigned x, y, z, w; };
struct __align__(16) double2 { double x, y; };
struct __align__(16) longlong2 { long long x, y; };
static inline float2 make_float2(float x, float y) { return {x, y}; }
static inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
static inline int2 make_int2(int x, int y) { return {x, y}; }
static inline int4 make_int4(int x, int y, int z, int w) { return {x, y, z, w}; }
static inline uint2 make_uint2(unsigned x, unsigned y) { return {x, y}; }
static inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return {x, y, z, w}; }
static inline double2 make_double2(double x, double y) { return {x, y}; }

// The thread that runs, and the block it is of.
struct emu_thread {
  enum { MAX_COPIES = 32 };
  uint3 index;
  int lane, warp;
  int state, site;
  void* context;
  int exchanges;  // how many warp functions it has passed: their parity picks one of two sets of slots
  int copies;     // asynchronous ones that it has not waited for
  struct { void* to; const void* from; int bytes; } copy[MAX_COPIES];
};
extern emu_thread* emu_current;
extern uint3 emu_block;
extern dim3 emu_block_dim, emu_grid_dim;
#define threadIdx (emu_current->index)
#define blockIdx emu_block
#define blockDim emu_block_dim
#define gridDim emu_grid_dim
static const int warpSize = 32;

// Barriers and warp functions know where they are called: threads that wait at two places have diverged.
void emu_barrier(int site);
uint64_t* emu_meet(unsigned mask, uint64_t value, int site);
uint64_t emu_exchange(unsigned mask, uint64_t value, int source_lane, int site);
unsigned emu_vote(unsigned mask, int predicate, int site);
#define __syncthreads() emu_barrier(__COUNTER__)
#define __syncwarp(...) ((void)emu_vote(0xffffffffu, 0, __COUNTER__))
#define __ballot_sync(mask, predicate) emu_vote(mask, (predicate) != 0, __COUNTER__)
#define __any_sync(mask, predicate) (emu_vote(mask, (predicate) != 0, __COUNTER__) != 0)
#define __all_sync(mask, predicate) (emu_vote(mask, (predicate) == 0, __COUNTER__) == 0)
#define __shfl_sync(mask, ...) emu_shfl(mask, __COUNTER__, __VA_ARGS__)
#define __shfl_xor_sync(mask, ...) emu_shfl_xor(mask, __COUNTER__, __VA_ARGS__)
#define __shfl_down_sync(mask, ...) emu_shfl_down(mask, __COUNTER__, __VA_ARGS__)
#define __shfl_up_sync(mask, ...) emu_shfl_up(mask, __COUNTER__, __VA_ARGS__)

template <class T>
static inline T emu_swap(unsigned mask, T value, int source, int site) {
  static_assert(sizeof(T) <= 8, "a shuffle moves 8 bytes at most");
  uint64_t bits = 0;
  memcpy(&bits, &value, sizeof(T));
  bits = emu_exchange(mask, bits, source, site);
  memcpy(&value, &bits, sizeof(T));
  return value;
}
template <class T>
static inline T emu_shfl(unsigned mask, int site, T value, int source, int width = 32) {
  int lane = emu_current->lane;
  return emu_swap(mask, value, (lane & ~(width - 1)) | (source & (width - 1)), site);
}
template <class T>
static inline T emu_shfl_xor(unsigned mask, int site, T value, int lanes, int width = 32) {
  int lane = emu_current->lane, source = lane ^ lanes;
  return emu_swap(mask, value, source < (lane & ~(width - 1)) + width ? source : lane, site);
}
template <class T>
static inline T emu_shfl_down(unsigned mask, int site, T value, int delta, int width = 32) {
  int lane = emu_current->lane;
  return emu_swap(mask, value, (lane & (width - 1)) + delta < width ? lane + delta : lane, site);
}
template <class T>
static inline T emu_shfl_up(unsigned mask, int site, T value, int delta, int width = 32) {
  int lane = emu_current->lane;
  return emu_swap(mask, value, (lane & (width - 1)) >= delta ? lane - delta : lane, site);
}

// One OS thread runs all fibers, so a plain change is atomic.
template <class T, class V>
static inline T atomicAdd(T* to, V value) { T old = *to; *to = old + (T)value; return old; }
template <class T, class V>
static inline T atomicMax(T* to, V value) { T old = *to; if ((T)value > old) *to = (T)value; return old; }
template <class T, class V>
static inline T atomicMin(T* to, V value) { T old = *to; if ((T)value < old) *to = (T)value; return old; }
template <class T, class V>
static inline T atomicExch(T* to, V value) { T old = *to; *to = (T)value; return old; }
template <class T, class V, class W>
static inline T atomicCAS(T* to, V expected, W value) { T old = *to; if (old == (T)expected) *to = (T)value; return old; }
static inline void __threadfence() {}
static inline void __threadfence_block() {}

template <class To, class From>
static inline To emu_bits(From from) { To to; memcpy(&to, &from, sizeof(To)); return to; }
static inline int __float_as_int(float x) { return emu_bits<int>(x); }
static inline unsigned __float_as_uint(float x) { return emu_bits<unsigned>(x); }
static inline float __int_as_float(int x) { return emu_bits<float>(x); }
static inline float __uint_as_float(unsigned x) { return emu_bits<float>(x); }
static inline long long __double_as_longlong(double x) { return emu_bits<long long>(x); }
static inline double __longlong_as_double(long long x) { return emu_bits<double>(x); }
static inline unsigned __umulhi(unsigned a, unsigned b) { return (unsigned)((uint64_t)a * b >> 32); }
static inline int __mul24(int a, int b) { return a * b; }
static inline int __clz(int x) { return x == 0 ? 32 : __builtin_clz(x); }
static inline int __ffs(int x) { return __builtin_ffs(x); }
static inline int __popc(unsigned x) { return __builtin_popcount(x); }
static inline float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
static inline float __fadd_rn(float a, float b) { return a + b; }
static inline float __fsub_rn(float a, float b) { return a - b; }
static inline float __fmul_rn(float a, float b) { return a * b; }
static inline float __fdiv_rn(float a, float b) { return a / b; }
static inline float __fsqrt_rn(float a) { return sqrtf(a); }
static inline double __dadd_rn(double a, double b) { return a + b; }
static inline double __dmul_rn(double a, double b) { return a * b; }
static inline float __fdividef(float a, float b) { return a / b; }
#define __expf expf  // glibc has a function of this name
#define __logf logf
static inline float __saturatef(float x) { return x >= 1 ? 1 : x > 0 ? x : 0; }
static inline float rsqrtf(float x) { return 1 / sqrtf(x); }
static inline double rsqrt(double x) { return 1 / sqrt(x); }
template <class T>
static inline T __ldg(const T* from) { return *from; }
template <class T>
static inline T __ldcg(const T* from) { return *from; }
static inline int min(int a, int b) { return a < b ? a : b; }
static inline int max(int a, int b) { return a > b ? a : b; }
static inline unsigned min(unsigned a, unsigned b) { return a < b ? a : b; }
static inline unsigned max(unsigned a, unsigned b) { return a > b ? a : b; }
static inline long long min(long long a, long long b) { return a < b ? a : b; }
static inline long long max(long long a, long long b) { return a > b ? a : b; }

// A kernel with the sizes of its parameters, so that a PTX made from other sources is noticed.
struct emu_kernel {
  const char* name;
  void (*call)(void** arguments);
  int count;
  const int* sizes;
};
bool emu_register(emu_kernel kernel);
template <auto F>
struct emu_entry;
template <class... A, void (*F)(A...)>
struct emu_entry<F> {
  static constexpr int sizes[] = {(int)sizeof(A)..., 0};
  template <size_t... I>
  static void call(void** arguments, std::index_sequence<I...>) { F(*(A*)arguments[I]...); }
  static void call(void** arguments) { call(arguments, std::index_sequence_for<A...>{}); }
  static emu_kernel of(const char* name) { return {name, call, sizeof...(A), sizes}; }
};
#define EMU_KERNEL(name) emu_register(emu_entry<name>::of(#name));
