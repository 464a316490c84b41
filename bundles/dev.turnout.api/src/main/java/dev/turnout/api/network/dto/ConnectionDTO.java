// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.network.dto;

import org.osgi.dto.DTO;

/** Pictures one connection. */
public class ConnectionDTO extends DTO {

    /** The connection's number. */
    public long id;

    /** The name of its server, or an empty text. */
    public String server = "";

    /** The transport's scheme. */
    public String scheme = "";

    /** The peer's address, or an empty text. */
    public String peer = "";

    /** The own address, or an empty text. */
    public String local = "";

    /** The class of the protocol in charge. */
    public String protocol = "";

    /** Symbolic name and version of the protocol's bundle, or an empty text. */
    public String bundle = "";

    /** The loop it lives on. */
    public String loop = "";

    /** The bytes waiting to be sent. */
    public long writeBuffer;

    /** How many datagrams its protocol has received; 0 for a stream, as the next ones. */
    public long datagramsReceived;

    /** How many datagrams were sent. */
    public long datagramsSent;

    /** How many datagrams were dropped: those that waited too long to be sent, and those that came in too large. */
    public long datagramsDropped;

    /** How many sends and receives of datagrams failed. */
    public long datagramErrors;

    /** Whether it takes in data. */
    public boolean reading;

    /** When it was opened, in milliseconds since 1970. */
    public long since;

    /** Version of TLS and name of the cipher suite, or an empty text. */
    public String cipher = "";

    /** When the first certificate of either side ends, in milliseconds since 1970; 0 if there is none. */
    public long certificateEnds;
}
