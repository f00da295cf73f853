/** The backend for NVIDIA GPUs: kernels as PTX, launched through the CUDA driver. */
@NullMarked
package dev.tern.device.cuda;

import org.jspecify.annotations.NullMarked;
