// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.support;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Runs the test methods of a class inside a Felix container with the bundles of the distribution, one container for the class.
 *
 * <p>Class and methods are public: they are called from another bundle.
 * JUnit makes an instance outside the container, too: constructors and fields must not use it. Methods around tests are not called inside.
 */
@ExtendWith(FelixExtension.class)
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface InFelix {}
