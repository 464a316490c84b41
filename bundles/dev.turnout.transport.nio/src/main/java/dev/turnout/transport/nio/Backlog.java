// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import dev.turnout.api.transport.WaterMarks;

/**
 * Holds the bytes of a connection that wait for the system to take them, and what its protocol was told of that. A connection has one once bytes have
 * waited or its water marks were set; most never have one.
 */
final class Backlog {

    final WriteQueue queue = new WriteQueue();
    final FlowControl flow;

    /** Begins empty, with the default marks. */
    Backlog(FlowControl.Listener listener, WaterMarks defaults) {
        flow = new FlowControl(listener, defaults);
    }
}
