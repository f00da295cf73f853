// Shared by the two halves of the emulated driver: blocks.cpp runs the blocks of a kernel, driver.cpp is the driver API.
#pragma once
#include <string>
#include <vector>

#include "cuda_emu.h"

struct emu_launch {
  const emu_kernel* kernel;
  dim3 grid, block;
  bool shared;  // whether it touches shared memory
  std::vector<char> values;
  std::vector<int> offsets;
};

// Runs a kernel to its end: 0, or the driver's error code, with the reason in message.
int emu_run(emu_launch& launch, long order, std::string& message);
