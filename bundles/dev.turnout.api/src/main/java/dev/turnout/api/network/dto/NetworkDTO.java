// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.network.dto;

import org.osgi.dto.DTO;

/** Pictures the whole network. */
public class NetworkDTO extends DTO {

    /** The loops. */
    public LoopDTO[] loops = {};

    /** The servers that are open, configured ones and those opened by code. */
    public ServerDTO[] servers = {};

    /** The connections. */
    public ConnectionDTO[] connections = {};

    /** The protocols that can be named. */
    public ProtocolDTO[] protocols = {};

    /** The schemes of the transports that are present. */
    public String[] transports = {};

    /** The names of the filters that are present. */
    public String[] filters = {};

    /** The configured servers that are not open, and why. */
    public FailedDTO[] failed = {};

    /** The latest events about switches, oldest first; at most some hundred are kept. */
    public SwitchDTO[] switches = {};

    /** How many events about switches came before those, and are forgotten. */
    public long forgottenSwitches;
}
