// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.process;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.spi.ConnectionObserver;
import dev.turnout.api.spi.SwitchReport;
import dev.turnout.api.transport.BaseTransport;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Stands between the network and the stream of a child: knows the child, and ends it with the stream. A child whose input has ended may finish what it
 * does for a moment before it is killed. Thread: the loop's.
 */
record StreamChild(IoLoop loop, Child child, Family family, ConnectionObserver observer) implements ConnectionObserver {

    @Override
    public long nextId() {
        return observer.nextId();
    }

    @Override
    public void opened(BaseTransport transport) {
        observer.opened(transport);
    }

    @Override
    public void closed(BaseTransport transport, @Nullable Throwable cause) {
        if (child.process().isAlive() && !loop.isClosed()) {
            LeavingChild.begin(loop, child, family);
        } else {
            family.end(child.process(), child.mark());
        }
        observer.closed(transport, cause);
    }

    @Override
    public void switched(BaseTransport transport, SwitchReport report) {
        observer.switched(transport, report);
    }

    @Override
    public Optional<Object> extraInfo(BaseTransport transport, String name) {
        return switch (name) {
            case "subprocess" -> Optional.of(child.process().toHandle());
            case "command" -> Optional.of(child.program());
            default -> observer.extraInfo(transport, name);
        };
    }
}
