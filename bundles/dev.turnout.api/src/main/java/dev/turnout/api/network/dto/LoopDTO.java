// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.network.dto;

import org.osgi.dto.DTO;

/** Pictures one loop. */
public class LoopDTO extends DTO {

    /** The loop's name. */
    public String name = "";

    /** How many connections live on it. */
    public int connections;

    /** How long the picture's callback waited for its turn, in nanoseconds. */
    public long lagNanos;

    /** Whether debug mode is on. */
    public boolean debug;
}
