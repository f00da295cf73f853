/** Tensors and reverse-mode autograd: what a user of Tern holds in the hand. */
@NullMarked
package dev.tern;

import org.jspecify.annotations.NullMarked;
