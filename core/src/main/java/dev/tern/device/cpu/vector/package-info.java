/**
 * The FLOAT32 kernels on {@code jdk.incubator.vector}: loaded by reflection where the JVM was
 * started with that module, compiled on their own.
 */
@NullMarked
package dev.tern.device.cpu.vector;

import org.jspecify.annotations.NullMarked;
