/** Datasets, loaders, samplers and transforms. */
@NullMarked
package dev.tern.data;

import org.jspecify.annotations.NullMarked;
