/** Runnable examples: birds versus airplanes, and one class per network. */
@NullMarked
package dev.tern.examples;

import org.jspecify.annotations.NullMarked;
