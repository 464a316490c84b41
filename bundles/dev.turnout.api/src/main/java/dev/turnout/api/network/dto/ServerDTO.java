// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.network.dto;

import org.osgi.dto.DTO;

/** Pictures one server. */
public class ServerDTO extends DTO {

    /** The name of its configuration, or an empty text for a server opened by code. */
    public String name = "";

    /** Where it was told to listen. */
    public String endpoint = "";

    /** Where it listens. */
    public String[] sockets = {};

    /** The name of its protocol, or an empty text for a server opened by code. */
    public String protocol = "";

    /** What it does: serving, suspended, waiting for its protocol or filter; closed if it is shown for its connections only, which go on. */
    public String state = "";

    /** The loop it accepts on. */
    public String loop = "";

    /** How many connections are open. */
    public int connections;

    /** How many it has accepted since it was opened. */
    public long accepted;

    /** How many connections ended before their filters were established, by a failed TLS handshake for one. */
    public long failedHandshakes;

    /** Symbolic name and version of the bundle that opened it. */
    public String bundle = "";

    /** What becomes of connections whose protocol leaves: switch, drain or close; an empty text for a server opened by code. */
    public String departure = "";

    /** How many connections are parked until a protocol comes. This and what follows is told with the first of several listeners of one name only. */
    public int parked;

    /** How many switches of its connections were done, those to and from parking included as one. */
    public long switched;

    /** How many switches were not possible or failed before any effect. */
    public long failed;

    /** How many switches were taken back. */
    public long rolledBack;

    /** How many connections were lost by a switch: aborted, or parked for too long. */
    public long lost;

    /** The versions of its protocols that serve, or are to serve, connections. */
    public VersionDTO[] versions = {};
}
