// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.protocol;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.annotation.bundle.Requirement;

/** Makes a bundle require the network at resolve time of a distribution, without being wired to it at run time. */
@Requirement(namespace = "osgi.implementation", name = "turnout.network", version = "1.0", effective = "active")
@Retention(RetentionPolicy.CLASS)
@Target({ElementType.TYPE, ElementType.PACKAGE})
public @interface RequireNetwork {}
