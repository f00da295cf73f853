/** The listings of the documentation, compiled as they stand. */
@NullMarked
package dev.tern.examples.listings;

import org.jspecify.annotations.NullMarked;
