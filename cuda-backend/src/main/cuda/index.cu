// Rows picked and added by their index in the middle of [outer, n, inner]. An index out of range is reported; nothing is
// read or written there.
#include "common.cuh"

template <class T>
INLINE void index_select(const T* x, const i64* index, T* out, int outer, int n, int inner, int count, Fault* fault) {
  for (unsigned e = first_index(); e < (unsigned)outer * count * inner; e += grid_step()) {
    unsigned row = e / inner, column = e % inner, o = row / count, i = row % count;
    i64 at = index[i];
    if (at < 0 || at >= n) report(fault, INDEX_OUT_OF_RANGE, at, i, n);
    else out[e] = x[((i64)o * n + at) * inner + column];
  }
}

KERNEL index_select_1(const u8* x, const i64* index, u8* out, int outer, int n, int inner, int count, Fault* fault) {
  index_select(x, index, out, outer, n, inner, count, fault);
}
KERNEL index_select_2(const short* x, const i64* index, short* out, int outer, int n, int inner, int count, Fault* fault) {
  index_select(x, index, out, outer, n, inner, count, fault);
}
KERNEL index_select_4(const int* x, const i64* index, int* out, int outer, int n, int inner, int count, Fault* fault) {
  index_select(x, index, out, outer, n, inner, count, fault);
}
KERNEL index_select_8(const i64* x, const i64* index, i64* out, int outer, int n, int inner, int count, Fault* fault) {
  index_select(x, index, out, outer, n, inner, count, fault);
}

// To add in a fixed order, the indices are sorted first: a key is (index, position), so all are different. A bad index is
// the largest key but for what fills up to a power of two.
enum : u64 { FILLER = ~0ULL, BAD = ~0ULL - 1 };
enum { SORTED_AT_ONCE = 2048 };

INLINE u64 key(const i64* index, unsigned i, unsigned count, int n, Fault* fault) {
  if (i >= count) return FILLER;
  i64 at = index[i];
  if (at >= 0 && at < n) return (u64)at << 32 | i;
  report(fault, INDEX_OUT_OF_RANGE, at, i, n);
  return BAD;
}

KERNEL index_keys(const i64* index, u64* keys, int count, int size, int n, Fault* fault) {
  for (unsigned i = first_index(); i < (unsigned)size; i += grid_step()) keys[i] = key(index, i, count, n, fault);
}

// One comparison of a bitonic sort (Batcher 1968): runs of 2 distance within blocks of `block`, turn by turn upwards and
// downwards.
INLINE void exchange(u64* keys, unsigned pair, unsigned block, unsigned distance) {
  unsigned low = pair / distance * 2 * distance + pair % distance, high = low + distance;
  u64 a = keys[low], b = keys[high];
  if ((a > b) == ((low & block) == 0)) keys[low] = b, keys[high] = a;
}

KERNEL sort_step(u64* keys, int size, int block, int distance) {
  for (unsigned pair = first_index(); pair < (unsigned)size / 2; pair += grid_step()) exchange(keys, pair, block, distance);
}

// All of it by one block, in shared memory.
KERNEL sort_keys(const i64* index, u64* keys, int count, int size, int n, Fault* fault) {
  __shared__ u64 shared[SORTED_AT_ONCE];
  for (unsigned i = threadIdx.x; i < (unsigned)size; i += blockDim.x) shared[i] = key(index, i, count, n, fault);
  for (int block = 2; block <= size; block *= 2)
    for (int distance = block / 2; distance > 0; distance /= 2) {
      __syncthreads();
      for (unsigned pair = threadIdx.x; pair < (unsigned)size / 2; pair += blockDim.x) exchange(shared, pair, block, distance);
    }
  __syncthreads();
  for (unsigned i = threadIdx.x; i < (unsigned)size; i += blockDim.x) keys[i] = shared[i];
}

// to[o, index[i], :] += x[o, i, :] for i upwards: the first key of each index adds for all of them. With a bad index among
// them nothing is added.
template <class T>
INLINE void index_add(const T* x, const u64* keys, T* to, int outer, int n, int inner, int count) {
  if (keys[count - 1] == BAD) return;
  for (unsigned e = first_index(); e < (unsigned)outer * count * inner; e += grid_step()) {
    unsigned row = e / inner, column = e % inner, o = row / count, k = row % count;
    unsigned index = (unsigned)(keys[k] >> 32);
    if (k > 0 && (unsigned)(keys[k - 1] >> 32) == index) continue;
    T* target = to + ((i64)o * n + index) * inner + column;
    T sum = *target;
    for (; k < (unsigned)count && (unsigned)(keys[k] >> 32) == index; k++)
      sum += x[((i64)o * count + (unsigned)keys[k]) * inner + column];
    *target = sum;
  }
}

#define INDEX_ADD_KERNEL(suffix, T)                                                                          \
  KERNEL index_add_##suffix(const T* x, const u64* keys, T* to, int outer, int n, int inner, int count) {    \
    index_add(x, keys, to, outer, n, inner, count);                                                          \
  }
INDEX_ADD_KERNEL(f32, float)
INDEX_ADD_KERNEL(f64, double)
INDEX_ADD_KERNEL(i64, i64)
