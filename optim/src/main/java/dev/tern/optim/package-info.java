/** Optimizers and learning-rate schedulers. */
@NullMarked
package dev.tern.optim;

import org.jspecify.annotations.NullMarked;
