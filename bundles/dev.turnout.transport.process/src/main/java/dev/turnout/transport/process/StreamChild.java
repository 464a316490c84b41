// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.process;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.loop.io.LoopResource;
import dev.turnout.api.spi.ConnectionObserver;
import dev.turnout.api.spi.SwitchReport;
import dev.turnout.api.transport.BaseTransport;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Stands between the network and the stream of a child: knows the child, and ends it with the stream. A child whose input has ended may finish what it
 * does for a moment before it is killed; with a loop that is closed it ends at once. Thread: the loop's.
 */
record StreamChild(IoLoop loop, Child child, Family family, ConnectionObserver observer)
        implements ConnectionObserver, LoopResource {

    @Override
    public long nextId() {
        return observer.nextId();
    }

    @Override
    public void opened(BaseTransport transport) {
        loop.attach(this);
        try {
            observer.opened(transport);
        } catch (Throwable e) {
            loop.detach(this);
            throw e;
        }
    }

    @Override
    public void closed(BaseTransport transport, @Nullable Throwable cause) {
        loop.detach(this);
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

    @Override
    public boolean isServer() {
        return false;
    }

    /** Does nothing: the stream is asked as well, and this ends with it. */
    @Override
    public void close() {
        // see above
    }

    @Override
    public void abort() {
        close();
    }

    @Override
    public void dropped() {
        family.end(child.process(), child.mark());
    }

    @Override
    public String toString() {
        return "child " + child.program() + " (pid " + child.process().pid() + "), which ends with its stream,";
    }
}
