// Runs the blocks of a kernel one after the other, each thread as a fiber, on the OS thread that asks.
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "emulator.h"
#include "fibers.h"

#define IN_DATA __attribute__((section(".data")))  // .bss is the kernels' shared memory

enum { NEW, READY, AT_BARRIER, IN_WARP, DONE };
static const int MAX_THREADS = 1024, STACK = 256 * 1024, ALT_STACK = 64 * 1024;
static const int ILLEGAL_ADDRESS = 700, LAUNCH_FAILED = 719;

struct warp {
  unsigned alive, arrived, met;
  int site;
  uint64_t slots[2][32];
};

struct runner {
  emu_launch* launch;
  emu_thread threads[MAX_THREADS];
  warp warps[MAX_THREADS / 32];
  int order[MAX_THREADS];
  int count;
  std::vector<void*> free_fibers;
  std::vector<char*> stacks;
  void* scheduler;
  void* arguments[256];
  sigjmp_buf escape;
  pthread_t thread;
  volatile bool running;
  int error;
  char message[400];
  struct sigaction before[NSIG];
  bool handlers;
  char* alt_stack;
};

IN_DATA static runner* run = nullptr;
IN_DATA emu_thread* emu_current = nullptr;
IN_DATA uint3 emu_block = {1, 0, 0};
IN_DATA dim3 emu_block_dim = {1, 1, 1};
IN_DATA dim3 emu_grid_dim = {1, 1, 1};

extern char __bss_start[] __attribute__((visibility("hidden")));
extern char _end[] __attribute__((visibility("hidden")));

[[noreturn]] static void fail(int error, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char what[200];
  vsnprintf(what, sizeof what, format, arguments);
  va_end(arguments);
  uint3 t = emu_current->index;
  snprintf(run->message, sizeof run->message, "%s in %s, block (%u, %u, %u), thread (%u, %u, %u)", what,
           run->launch->kernel->name, emu_block.x, emu_block.y, emu_block.z, t.x, t.y, t.z);
  run->error = error;
  siglongjmp(run->escape, 1);
}

// A fault inside a kernel ends the kernel; any other belongs to the JVM.
static void on_signal(int signal, siginfo_t* info, void* context) {
  if (run->running && pthread_equal(run->thread, pthread_self())) {
    if (signal == SIGILL) fail(ILLEGAL_ADDRESS, "index out of an array's bounds");
    if (signal == SIGFPE) fail(LAUNCH_FAILED, "integer division by zero");
    fail(ILLEGAL_ADDRESS, "illegal address %p", info->si_addr);
  }
  struct sigaction& before = run->before[signal];
  if (before.sa_flags & SA_SIGINFO) {
    before.sa_sigaction(signal, info, context);
  } else if (before.sa_handler == SIG_DFL) {
    sigaction(signal, &before, nullptr);  // and fault again
  } else if (before.sa_handler != SIG_IGN) {
    before.sa_handler(signal);
  }
}

static void catch_signals() {
  if (!run->handlers) {
    run->handlers = true;
    run->alt_stack = (char*)malloc(ALT_STACK);
    struct sigaction action = {};
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    for (int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE}) sigaction(signal, &action, &run->before[signal]);
  }
}

static void back_to_scheduler() { fiber_switch(&emu_current->context, run->scheduler); }

// What a fiber does for ever: run the thread it was given.
static void fiber_main() {
  for (;;) {
    run->launch->kernel->call(run->arguments);
    emu_current->state = DONE;
    back_to_scheduler();
  }
}

static void* new_fiber() {
  char* stack = (char*)mmap(nullptr, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (stack == MAP_FAILED) abort();
  mprotect(stack, 4096, PROT_NONE);
  run->stacks.push_back(stack);
  return fiber_make(stack + 4096, STACK - 4096, fiber_main);
}

// Lets the lanes go on that have met in a warp function, once none is missing. A lane that has ended is not waited for.
static bool release(int warp_index, int except) {
  warp& w = run->warps[warp_index];
  if (w.arrived == 0 || (w.arrived & w.alive) != w.alive) return false;
  for (int i = 0; i < 32; i++) {
    if (w.arrived >> i & 1 && i != except) run->threads[warp_index * 32 + i].state = READY;
  }
  w.met = w.arrived;
  w.arrived = 0;
  return true;
}

// Runs a thread until it waits or ends; its fiber then serves another.
static void resume(emu_thread& t) {
  if (t.state == NEW) {
    if (run->free_fibers.empty()) run->free_fibers.push_back(new_fiber());
    t.context = run->free_fibers.back();
    run->free_fibers.pop_back();
  }
  t.state = READY;
  emu_current = &t;
  fiber_switch(&run->scheduler, t.context);
  if (t.state == DONE) {
    run->free_fibers.push_back(t.context);
    run->warps[t.warp].alive &= ~(1u << t.lane);
    release(t.warp, -1);
  }
}

void emu_barrier(int site) {
  emu_current->state = AT_BARRIER;
  emu_current->site = site;
  back_to_scheduler();
}

// Hands in a value and waits until all lanes of the warp have come to this place. The two sets of slots take turns: a
// lane may enter the next function while others have yet to read from this one.
uint64_t* emu_meet(unsigned mask, uint64_t value, int site) {
  emu_thread& me = *emu_current;
  warp& w = run->warps[me.warp];
  if (mask != 0xffffffffu) fail(LAUNCH_FAILED, "a warp function with mask %08x; only full warps are emulated", mask);
  if (w.arrived != 0 && w.site != site) fail(LAUNCH_FAILED, "threads of one warp call two different warp functions");
  uint64_t* slots = w.slots[me.exchanges++ & 1];
  slots[me.lane] = value;
  w.site = site;
  w.arrived |= 1u << me.lane;
  if (!release(me.warp, me.lane)) {
    me.state = IN_WARP;
    back_to_scheduler();
  }
  return slots;
}

uint64_t emu_exchange(unsigned mask, uint64_t value, int source, int site) {
  uint64_t* slots = emu_meet(mask, value, site);
  if (!(run->warps[emu_current->warp].met >> source & 1)) {
    fail(LAUNCH_FAILED, "a shuffle reads lane %d, which does not take part", source);
  }
  return slots[source];
}

unsigned emu_vote(unsigned mask, int predicate, int site) {
  uint64_t* slots = emu_meet(mask, predicate, site);
  unsigned votes = 0, met = run->warps[emu_current->warp].met;
  for (int i = 0; i < 32; i++) {
    if (met >> i & 1 && slots[i]) votes |= 1u << i;
  }
  return votes;
}

static void start_block() {
  dim3 size = run->launch->block;
  if (run->launch->shared) memset(__bss_start, 0xff, _end - __bss_start);
  memset(run->warps, 0, sizeof run->warps);
  int i = 0;
  for (unsigned z = 0; z < size.z; z++) {
    for (unsigned y = 0; y < size.y; y++) {
      for (unsigned x = 0; x < size.x; x++, i++) {
        emu_thread& t = run->threads[i];
        t.index = {x, y, z};
        t.lane = i & 31;
        t.warp = i >> 5;
        t.state = NEW;
        t.site = t.exchanges = t.copies = 0;
        t.context = nullptr;
        run->warps[i >> 5].alive |= 1u << (i & 31);
      }
    }
  }
}

static void run_block() {
  start_block();
  for (int left = run->count; left > 0;) {
    bool progress = false;
    for (int k = 0; k < run->count; k++) {
      emu_thread& t = run->threads[run->order[k]];
      if (t.state == NEW || t.state == READY) {
        progress = true;
        resume(t);
        left -= t.state == DONE;
      }
    }
    if (progress) continue;
    int site = -1;  // all that are left wait: at one barrier, or something is wrong
    for (int i = 0; i < run->count; i++) {
      emu_thread& t = run->threads[i];
      if (t.state == DONE) continue;
      emu_current = &t;
      if (t.state == IN_WARP) fail(LAUNCH_FAILED, "a warp function waits for threads that never come");
      if (site >= 0 && site != t.site) fail(LAUNCH_FAILED, "threads of one block wait at two different __syncthreads()");
      site = t.site;
      t.state = READY;
    }
  }
}

// 0: forward, 1: reverse, else: shuffled by this seed.
static void set_order(long order) {
  for (int i = 0; i < run->count; i++) run->order[i] = order == 1 ? run->count - 1 - i : i;
  if (order > 1) {
    uint64_t random = order * 0x9E3779B97F4A7C15u;
    for (int i = run->count - 1; i > 0; i--) {
      random = random * 6364136223846793005u + 1442695040888963407u;
      std::swap(run->order[i], run->order[(random >> 33) % (i + 1)]);
    }
  }
}

int emu_run(emu_launch& launch, long order, std::string& message) {
  if (!run) run = new runner();
  run->launch = &launch;
  run->count = launch.block.x * launch.block.y * launch.block.z;
  for (size_t i = 0; i < launch.offsets.size(); i++) run->arguments[i] = &launch.values[launch.offsets[i]];
  set_order(order);
  emu_block_dim = launch.block;
  emu_grid_dim = launch.grid;
  catch_signals();
  stack_t alternative = {}, old;
  alternative.ss_sp = run->alt_stack;
  alternative.ss_size = ALT_STACK;
  sigaltstack(&alternative, &old);
  run->thread = pthread_self();
  run->error = 0;
  if (sigsetjmp(run->escape, 1) == 0) {
    run->running = true;
    for (emu_block.z = 0; emu_block.z < launch.grid.z; emu_block.z++) {
      for (emu_block.y = 0; emu_block.y < launch.grid.y; emu_block.y++) {
        for (emu_block.x = 0; emu_block.x < launch.grid.x; emu_block.x++) run_block();
      }
    }
  } else {
    message = run->message;
    run->free_fibers.clear();  // the fibers that were under way are lost
    for (char* stack : run->stacks) munmap(stack, STACK);
    run->stacks.clear();
  }
  run->running = false;
  sigaltstack(&old, nullptr);
  return run->error;
}
