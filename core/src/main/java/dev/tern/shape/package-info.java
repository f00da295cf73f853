/** Pure values: shapes, views, element types, the options of layers, and the exceptions. */
@NullMarked
package dev.tern.shape;

import org.jspecify.annotations.NullMarked;
