/**
 * What a device is to the rest of Tern: the backend interface, its specs, and the random generator.
 */
@NullMarked
package dev.tern.device;

import org.jspecify.annotations.NullMarked;
