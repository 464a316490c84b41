// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.spi;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.service.component.annotations.ComponentPropertyType;

/** Sets the service property {@code turnout.filter.name} of a {@link FilterProvider}. */
@ComponentPropertyType
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface FilterName {

    /** Starts the property's name. */
    String PREFIX_ = "turnout.";

    /** Returns the name: lower case letters, digits, dots and dashes. */
    String value();
}
