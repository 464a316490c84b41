// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.network.dto;

import org.osgi.dto.DTO;

/** Pictures one protocol service. */
public class ProtocolDTO extends DTO {

    /** The protocol's name. */
    public String name = "";

    /** Symbolic name and version of its bundle. */
    public String bundle = "";

    /** The service's ranking. */
    public int ranking;

    /** The service's id. */
    public long serviceId;

    /** The names of the configured servers that use it. */
    public String[] servers = {};
}
