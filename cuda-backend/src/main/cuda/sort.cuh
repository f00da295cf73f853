// Sorting keys that are all different, so that any way of sorting them gives one order.
#pragma once
#include "common.cuh"

enum { SORTED_AT_ONCE = 2048 };  // by one block, in shared memory

// A number of 32 bits, then its position.
typedef u64 Key;

// A number of 64 bits, then its position.
struct WideKey {
  u64 number, position;
};
INLINE bool operator>(WideKey a, WideKey b) {
  return a.number > b.number || (a.number == b.number && a.position > b.position);
}

// Larger than every key: fills up to a power of two.
INLINE void fill_up(Key& key) { key = ~0ULL; }
INLINE void fill_up(WideKey& key) { key = {~0ULL, ~0ULL}; }

// One comparison of a bitonic sort (Batcher 1968): runs of 2 distance within blocks of `block`, turn by turn upwards and
// downwards.
template <class K>
INLINE void exchange(K* keys, unsigned pair, unsigned block, unsigned distance) {
  unsigned low = pair / distance * 2 * distance + pair % distance, high = low + distance;
  K a = keys[low], b = keys[high];
  if ((a > b) == ((low & block) == 0)) keys[low] = b, keys[high] = a;
}

// Sorts a power of two of keys in shared memory, by all threads of the block; begins and ends with a barrier.
template <class K>
INLINE void sort_shared(K* keys, unsigned size) {
  for (unsigned block = 2; block <= size; block *= 2)
    for (unsigned distance = block / 2; distance > 0; distance /= 2) {
      __syncthreads();
      for (unsigned pair = threadIdx.x; pair < size / 2; pair += blockDim.x) exchange(keys, pair, block, distance);
    }
  __syncthreads();
}
