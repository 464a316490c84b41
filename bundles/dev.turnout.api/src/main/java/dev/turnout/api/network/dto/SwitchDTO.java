// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.network.dto;

import org.osgi.dto.DTO;

/** Pictures one of the latest events about switches, see {@code SwitchEvent}. */
public class SwitchDTO extends DTO {

    /** What happened, such as {@code SWITCHED}. */
    public String kind = "";

    /** When, in milliseconds since 1970. */
    public long time;

    /** The name of the configured server, or an empty text. */
    public String server = "";

    /** The connection's number, or 0. */
    public long connection;

    /** How many connections it is about. */
    public int connections;

    /** The protocol before. */
    public String from = "";

    /** The protocol after, or an empty text. */
    public String to = "";

    /** How many unread bytes were carried. */
    public int unread;

    /** How long the connection was not served because of it, in nanoseconds. */
    public long nanos;

    /** Why, or an empty text. */
    public String reason = "";
}
