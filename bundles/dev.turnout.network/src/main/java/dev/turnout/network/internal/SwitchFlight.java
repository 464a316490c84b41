// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.network.SwitchEvent;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** Is a switch as the flight recorder of the virtual machine sees it. */
@Name("dev.turnout.Switch")
@Label("Protocol Switch")
@Category("Turnout")
@Description("A connection's protocol was exchanged, parked, drained, or could not be")
@StackTrace(false)
final class SwitchFlight extends Event {

    @Label("Kind")
    String kind = "";

    @Label("Server")
    String server = "";

    @Label("Connection")
    long connection;

    @Label("Connections")
    int connections;

    @Label("From")
    String from = "";

    @Label("To")
    String to = "";

    @Label("Unread Bytes")
    int unread;

    @Label("Pause")
    @Timespan(Timespan.NANOSECONDS)
    long pause;

    @Label("Reason")
    String reason = "";

    /** Records an event, if a recording wants it. */
    static void record(SwitchEvent event) {
        SwitchFlight flight = new SwitchFlight();
        if (!flight.shouldCommit()) {
            return;
        }
        flight.kind = event.kind().name();
        flight.server = event.server();
        flight.connection = event.connection();
        flight.connections = event.connections();
        flight.from = event.from();
        flight.to = event.to();
        flight.unread = event.unread();
        flight.pause = event.nanos();
        flight.reason = event.reason();
        flight.commit();
    }
}
