// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.network.dto;

import org.osgi.dto.DTO;

/** Pictures one version of a protocol at one server: the service that made the protocols of some of its connections (SWITCH-55). */
public class VersionDTO extends DTO {

    /** The protocol's name. */
    public String protocol = "";

    /** Symbolic name and version of its bundle, else the class of its factory. */
    public String bundle = "";

    /** Whether new connections are for it. */
    public boolean inCharge;

    /** How many open connections it serves. */
    public int connections;

    /** How many connections have begun with it. */
    public long begun;

    /** How many connections were switched to it. */
    public long switchedTo;

    /** Until when its connections may go on, in milliseconds since 1970; 0 unless they drain. */
    public long drainsUntil;
}
