// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.network.dto;

import org.osgi.dto.DTO;

/** Pictures what became of the classes of a bundle that has left (SWITCH-37). */
public class LeakDTO extends DTO {

    /** Symbolic name and version. */
    public String bundle = "";

    /** When it left, in milliseconds since 1970. */
    public long left;

    /** Whether its class loader was collected. */
    public boolean collected;

    /** Whether the framework itself still needs it: the bundle is only stopped, and may be started again. */
    public boolean installed;

    /** What is known to hold it: connections by number, threads by name. Empty if collected, or if nothing known to Turnout does. */
    public String[] holders = {};
}
