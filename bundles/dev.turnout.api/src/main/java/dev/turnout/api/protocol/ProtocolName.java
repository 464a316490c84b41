// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.protocol;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.service.component.annotations.ComponentPropertyType;

/** Sets the service property {@code turnout.protocol.name} of a {@link ProtocolFactory}. */
@ComponentPropertyType
@RequireNetwork
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface ProtocolName {

    /** Starts the property's name. */
    String PREFIX_ = "turnout.";

    /** Returns the name: lower case letters, digits, dots and dashes. */
    String value();
}
