/** Modules, the functions behind them, initialisers and losses. */
@NullMarked
package dev.tern.nn;

import org.jspecify.annotations.NullMarked;
