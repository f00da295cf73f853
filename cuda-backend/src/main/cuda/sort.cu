// Sorting the middle of [outer, n, inner], stable, NaN last: runs of SORTED_AT_ONCE are sorted by a block each, then merged
// two by two. A key is an element's number and its position in the row.
#include "sort.cuh"

// Numbers that are in the order of the elements. -0 and 0 are equal, and NaN is larger than all.
INLINE u64 number(float x) {
  unsigned bits = __float_as_uint(x == 0 ? 0.0f : x);
  return x != x ? ~0u : (bits >> 31 ? ~bits : bits | 1u << 31);
}
INLINE u64 number(double x) {
  u64 bits = (u64)__double_as_longlong(x == 0 ? 0.0 : x);
  return x != x ? ~0ULL : (bits >> 63 ? ~bits : bits | 1ULL << 63);
}
INLINE u64 number(i64 x) { return (u64)x ^ 1ULL << 63; }

INLINE Key key_of(float x, unsigned position, bool descending) {
  return (u64)(unsigned)(descending ? ~number(x) : number(x)) << 32 | position;
}
template <class T>
INLINE WideKey key_of(T x, unsigned position, bool descending) {
  return {descending ? ~number(x) : number(x), position};
}
INLINE unsigned position_of(Key key) { return (unsigned)key; }
INLINE unsigned position_of(WideKey key) { return (unsigned)key.position; }

INLINE i64 first_of(int row, int n, int inner) { return (i64)(row / inner) * n * inner + row % inner; }

// Each block sorts runs of `size`, a power of two, of rows cut into `runs`. One run is the result; else keys are.
template <class T, class K>
INLINE void sort_runs(K* shared, const T* x, K* keys, T* values, i64* indices, int rows, int n, int inner, int size,
                      int runs, bool descending) {
  for (i64 r = blockIdx.x; r < (i64)rows * runs; r += gridDim.x) {
    int row = (int)(r / runs), from = (int)(r % runs) * size, count = min(size, n - from);
    i64 first = first_of(row, n, inner);
    for (int i = threadIdx.x; i < size; i += blockDim.x) {
      if (i < count) shared[i] = key_of(x[first + (i64)(from + i) * inner], from + i, descending);
      else fill_up(shared[i]);
    }
    sort_shared(shared, size);
    for (int i = threadIdx.x; i < count; i += blockDim.x) {
      if (keys != nullptr) {
        keys[(i64)row * n + from + i] = shared[i];
      } else {
        unsigned at = position_of(shared[i]);
        values[first + (i64)i * inner] = x[first + (i64)at * inner];
        indices[first + (i64)i * inner] = at;
      }
    }
    __syncthreads();
  }
}

// Merges neighbouring runs: a key's place is its own plus the number of smaller keys in the other run, which a binary
// search finds.
template <class K>
INLINE void merge_runs(const K* from, K* to, int rows, int n, int run) {
  for (i64 e = first_index(); e < (i64)rows * n; e += grid_step()) {
    int row = (int)(e / n);
    unsigned i = (unsigned)(e % n);
    const K* keys = from + (i64)row * n;
    unsigned all = n, pair = i / run / 2 * 2, left = pair * run;  // what follows may be beyond every int
    unsigned middle = min(all, left + run), right = min(all, middle + run);
    bool is_left = i < middle;
    unsigned low = is_left ? middle : left, high = is_left ? right : middle, other = low;
    K key = keys[i];
    while (low < high) {
      unsigned half = low + (high - low) / 2;
      if (key > keys[half]) low = half + 1;
      else high = half;
    }
    to[(i64)row * n + ((is_left ? i : left + i - middle) + low - other)] = key;
  }
}

template <class T, class K>
INLINE void sorted(const K* keys, const T* x, T* values, i64* indices, int rows, int n, int inner) {
  for (i64 e = first_index(); e < (i64)rows * n; e += grid_step()) {
    int row = (int)(e / n), i = (int)(e % n);
    i64 first = first_of(row, n, inner);
    unsigned at = position_of(keys[e]);
    values[first + (i64)i * inner] = x[first + (i64)at * inner];
    indices[first + (i64)i * inner] = at;
  }
}

#define SORT_KERNELS(suffix, T, K)                                                                                       \
  KERNEL sort_runs_##suffix(const T* x, K* keys, T* values, i64* indices, int rows, int n, int inner, int size,          \
                            int runs, int descending) {                                                                  \
    __shared__ u64 shared[SORTED_AT_ONCE * sizeof(K) / 8];                                                               \
    sort_runs((K*)shared, x, keys, values, indices, rows, n, inner, size, runs, descending);                             \
  }                                                                                                                      \
  KERNEL sorted_##suffix(const K* keys, const T* x, T* values, i64* indices, int rows, int n, int inner) {               \
    sorted(keys, x, values, indices, rows, n, inner);                                                                    \
  }
SORT_KERNELS(f32, float, Key)
SORT_KERNELS(f64, double, WideKey)
SORT_KERNELS(i64, i64, WideKey)

KERNEL merge_short_runs(const Key* from, Key* to, int rows, int n, int run) { merge_runs<Key>(from, to, rows, n, run); }
KERNEL merge_wide_runs(const WideKey* from, WideKey* to, int rows, int n, int run) {
  merge_runs<WideKey>(from, to, rows, n, run);
}
