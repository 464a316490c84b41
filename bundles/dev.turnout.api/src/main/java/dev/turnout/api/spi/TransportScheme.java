// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.spi;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.service.component.annotations.ComponentPropertyType;

/** Sets the service property {@code turnout.transport.scheme} of a {@link TransportProvider}. */
@ComponentPropertyType
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface TransportScheme {

    /** Starts the property's name. */
    String PREFIX_ = "turnout.";

    /** Returns the scheme: lower case letters, digits, dots and dashes. */
    String value();
}
