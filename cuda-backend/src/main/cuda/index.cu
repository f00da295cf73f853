// Rows picked and added by their index in the middle of [outer, n, inner]. An index out of range is reported; nothing is
// read or written there.
#include "sort.cuh"

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

// out[i] = where the walk is + step index[i], or -1 for an index that is out of range, which is reported.
// It goes on from element `from`.
KERNEL index_places(const i64* index, i64* out, int from, int count, Walk walk, int first, int step, int n, int message,
                    Fault* fault) {
  for (unsigned i = first_index(); i < (unsigned)count; i += grid_step()) {
    i64 at = index[from + i];
    bool is_there = at >= 0 && at < n;
    if (!is_there) report(fault, INDEX_OUT_OF_RANGE, at, from + i, n, message);
    out[from + i] = is_there ? first + locate<1>(walk, i).at[0] + step * at : -1;
  }
}

// origin[place[i]] = i for the last i of each place; the origins are -1 before.
KERNEL index_latest(const i64* place, i64* origin, int count, int n) {
  for (unsigned i = first_index(); i < (unsigned)count; i += grid_step()) {
    i64 at = place[i];
    if (at >= 0 && at < n) atomicMax(origin + at, (i64)i);
  }
}

// To add in a fixed order, the indices are sorted first: a key is (index, position), so all are different. Bad indices
// come last.
enum : unsigned { BAD = ~0u };

// Sorts runs of `size`, a power of two, by a block each.
KERNEL sort_indices(const i64* index, u64* keys, int count, int size, int n, Fault* fault) {
  __shared__ u64 shared[SORTED_AT_ONCE];
  for (unsigned from = blockIdx.x * size; from < (unsigned)count; from += gridDim.x * size) {
    for (unsigned i = threadIdx.x; i < (unsigned)size; i += blockDim.x) {
      if (from + i >= (unsigned)count) {
        fill_up(shared[i]);
        continue;
      }
      i64 at = index[from + i];
      bool is_there = at >= 0 && at < n;
      if (!is_there) report(fault, INDEX_OUT_OF_RANGE, at, from + i, n);
      shared[i] = (u64)(is_there ? (unsigned)at : BAD) << 32 | (from + i);
    }
    sort_shared(shared, size);
    for (unsigned i = threadIdx.x; i < (unsigned)size && from + i < (unsigned)count; i += blockDim.x)
      keys[from + i] = shared[i];
    __syncthreads();
  }
}

// to[o, index[i], :] += x[o, i, :] for i upwards: the first key of each index adds for all of them. With a bad index among
// them nothing is added.
template <class T>
INLINE void index_add(const T* x, const u64* keys, T* to, int outer, int n, int inner, int count) {
  if ((unsigned)(keys[count - 1] >> 32) == BAD) return;
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
