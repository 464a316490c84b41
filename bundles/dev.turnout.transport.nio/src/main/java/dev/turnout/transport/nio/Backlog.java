// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import dev.turnout.api.transport.WaterMarks;

/**
 * Is what a connection has from the first time on that the system did not take all of its bytes, or that its water marks were set: the bytes that wait, and
 * what its protocol was told of them. Most connections never need one, and idle ones are as small without.
 */
final class Backlog {

    final WriteQueue queue = new WriteQueue();
    final FlowControl flow;

    /** Begins empty, with the default marks. */
    Backlog(FlowControl.Listener listener, WaterMarks defaults) {
        flow = new FlowControl(listener, defaults);
    }
}
