// What tensor.cu says to the tensor cores and to cp.async, for the CPU.
#pragma once
#include "cuda_emu.h"

// To the nearest number of 10 bits after the point, halves away from zero, as cvt.rna.
static inline unsigned to_tf32(float x) {
  unsigned bits = __float_as_uint(x);
  return isnan(x) || isinf(x) ? bits : (bits + 0x1000u) & ~0x1fffu;
}

struct emu_fragments { const unsigned *a, *b; };

// D += A B for A [16, 8], B [8, 8], their elements spread over the lanes as PTX says for mma.m16n8k8 in TF32. A lane reads
// the others' registers; the second meeting keeps them from going on before all have read.
static inline void emu_mma_tf32(float* d, const unsigned* a, const unsigned* b, int site) {
  emu_fragments mine = {a, b};
  uint64_t* all = emu_meet(0xffffffffu, (uint64_t)&mine, site);
  const emu_fragments* of[32];
  for (int lane = 0; lane < 32; lane++) of[lane] = (const emu_fragments*)all[lane];
  int group = emu_current->lane / 4, lane = emu_current->lane % 4;
  float sums[4];
  for (int p = 0; p < 4; p++) {
    double sum = d[p];  // the order of the additions is not defined; a wider sum stands for any
    for (int k = 0; k < 8; k++) {
      unsigned left = of[group * 4 + k % 4]->a[p / 2 + k / 4 * 2], right = of[(lane * 2 + p % 2) * 4 + k % 4]->b[k / 4];
      sum += (double)__uint_as_float(left) * __uint_as_float(right);
    }
    sums[p] = (float)sum;
  }
  emu_meet(0xffffffffu, 0, site);
  memcpy(d, sums, sizeof sums);
}
#define mma_tf32(d, a, b) emu_mma_tf32(d, a, b, __COUNTER__)

// A copy is made when it is waited for, so that a forgotten wait shows.
template <int BYTES>
static inline void copy_async(float* to, const float* from, bool there) {
  emu_thread& me = *emu_current;
  if ((uintptr_t)to % BYTES || (there && (uintptr_t)from % BYTES) || me.copies == emu_thread::MAX_COPIES) __builtin_trap();
  me.copy[me.copies++] = {to, there ? from : nullptr, BYTES};
}
static inline void wait_for_copies() {
  emu_thread& me = *emu_current;
  for (int i = 0; i < me.copies; i++) {
    if (me.copy[i].from) memcpy(me.copy[i].to, me.copy[i].from, me.copy[i].bytes);
    else memset(me.copy[i].to, 0, me.copy[i].bytes);
  }
  me.copies = 0;
}
