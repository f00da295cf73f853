package dev.tern.nn;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A tensor field that moves with its module ({@code to}) but is not part of its state dict: a
 * buffer that PyTorch registers with {@code persistent=False}. What shall not even move is {@code
 * transient}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
public @interface NotSaved {}
