/**
 * Files that hold tensors: PyTorch's {@code .pt} both ways, and safetensors. Whatever is read is
 * taken for hostile: sizes are checked in exact arithmetic before anything is allocated, nothing in
 * a file can name code to run, and a file that does not fit is an {@link java.io.IOException}.
 */
@NullMarked
package dev.tern.io;

import org.jspecify.annotations.NullMarked;
