// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.network.dto;

import org.osgi.dto.DTO;

/** Pictures a configured server that is not as its configuration says. */
public class FailedDTO extends DTO {

    /** The name of its configuration. */
    public String name = "";

    /** The property that is at fault, or an empty text. */
    public String property = "";

    /** Its value. */
    public String value = "";

    /** Why not, and what to do. */
    public String reason = "";
}
