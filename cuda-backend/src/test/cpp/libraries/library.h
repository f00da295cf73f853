// What the stand-ins for cuBLAS and cuDNN share. They are written against the driver API alone, so that the emulated
// driver runs what they compute, in the order of its streams. How they are wrong on purpose is said by -D:
//   FAILS=STATUS  each computation answers STATUS
//   STARTS=STATUS making a handle answers STATUS
//   LACKS_A_FUNCTION, UNSUPPORTED
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <functional>
#include <set>

#define API extern "C" __attribute__((visibility("default"))) int

struct stream;
extern "C" {
int cuCtxGetCurrent(void** context);
int cuMemGetAddressRange_v2(uintptr_t* base, size_t* bytes, uintptr_t address);
int cuLaunchHostFunc(stream* s, void (*function)(void*), void* argument);
}

#ifndef FAILS
#define FAILS 0
#endif
#ifndef STARTS
#define STARTS 0
#endif

// Objects that were made and not yet destroyed; an address that is not of one is not looked at.
template <class T>
struct made {
  std::set<T*> all;
  T* make() { return *all.insert(new T()).first; }
  bool has(T* one) { return all.count(one) > 0; }
  bool destroy(T* one) {
    if (!all.erase(one)) return false;
    delete one;
    return true;
  }
};

static void* context() {
  void* current = nullptr;
  cuCtxGetCurrent(&current);
  return current;
}

// Whether so many bytes from an address on lie in one allocation of the device that is current.
static bool lies_there(const void* address, size_t bytes) {
  uintptr_t base, from = (uintptr_t)address;
  size_t size;
  return cuMemGetAddressRange_v2(&base, &size, from) == 0 && from + bytes <= base + size;
}

// What a computation is refused for, so that a failing test says more than a number.
static int refuse(int status, const char* why) {
  fprintf(stderr, "stand-in library: %s\n", why);
  return status;
}

// Gives work to a stream. It is kept for good: a graph may run it again.
static int give(stream* s, std::function<void()> work) {
  return cuLaunchHostFunc(
      s, [](void* kept) { (*(std::function<void()>*)kept)(); }, new std::function<void()>(std::move(work)));
}

// What a product reads of a factor: in TF32 10 bits of the fraction are kept.
[[maybe_unused]] static double as_read(double x, bool) { return x; }
[[maybe_unused]] static float as_read(float x, bool tf32) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  if (tf32) bits = (bits + 0x1000) & ~0x1fffu;
  memcpy(&x, &bits, 4);
  return x;
}
