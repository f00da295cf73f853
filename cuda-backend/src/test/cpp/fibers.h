// Fibers: a stack each and a switch between them. A hand-written switch of registers on x86-64 (no system call),
// ucontext elsewhere.
#pragma once
#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
extern "C" void emu_switch(void** save, void* to);
__asm__(
    ".text\n.globl emu_switch\n.hidden emu_switch\n.type emu_switch,@function\nemu_switch:\n"
    "  push %rbp\n  push %rbx\n  push %r12\n  push %r13\n  push %r14\n  push %r15\n"
    "  mov %rsp, (%rdi)\n  mov %rsi, %rsp\n"
    "  pop %r15\n  pop %r14\n  pop %r13\n  pop %r12\n  pop %rbx\n  pop %rbp\n  ret\n"
    ".size emu_switch,.-emu_switch\n");

// A context that runs entry() when it is switched to; entry never returns.
static inline void* fiber_make(char* stack, size_t size, void (*entry)()) {
  uintptr_t top = ((uintptr_t)stack + size) & ~(uintptr_t)15;
  void** sp = (void**)top - 2;  // a call leaves the stack 8 bytes off a multiple of 16
  *sp = (void*)entry;
  for (int i = 0; i < 6; i++) *--sp = nullptr;
  return sp;
}
static inline void fiber_switch(void** from, void* to) { emu_switch(from, to); }
#else
#include <ucontext.h>
// Each switch saves into a ucontext of its own on the stack that is left.
static inline void* fiber_make(char* stack, size_t size, void (*entry)()) {
  ucontext_t* made = (ucontext_t*)stack;
  getcontext(made);
  made->uc_stack.ss_sp = stack + sizeof(ucontext_t);
  made->uc_stack.ss_size = size - sizeof(ucontext_t);
  made->uc_link = nullptr;
  makecontext(made, entry, 0);
  return made;
}
static inline void fiber_switch(void** from, void* to) {
  ucontext_t here;
  *from = &here;
  swapcontext(&here, (ucontext_t*)to);
}
#endif
