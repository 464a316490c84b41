// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Names the statements of the behaviour specification that a test checks, such as {@code @Spec("FLOW-11")}. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Spec {

    /** Returns the statements' identifiers. */
    String[] value();
}
