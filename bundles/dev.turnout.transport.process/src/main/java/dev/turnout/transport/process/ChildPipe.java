// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.process;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.spi.ConnectionObserver;
import dev.turnout.api.spi.SwitchReport;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.transport.nio.Direction;
import dev.turnout.transport.nio.PipeChannel;
import dev.turnout.transport.nio.StreamChannelTransport;
import dev.turnout.transport.nio.StreamSettings;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Is the protocol of one pipe of a child: tells the child's transport what happens there. Thread: the loop's. */
abstract class ChildPipe implements BaseProtocol {

    private static final ConnectionObserver NOBODY = new Unobserved();

    final ChildTransport child;
    final int fd;

    private ChildPipe(ChildTransport child, int fd) {
        this.child = child;
        this.fd = fd;
    }

    /** Makes the transport of a pipe; it delivers nothing before the next turn. */
    static StreamChannelTransport begin(
            ChildTransport child, int fd, IoLoop loop, PipeChannel end, StreamSettings settings) {
        Direction direction = fd == 0 ? Direction.WRITE : Direction.READ;
        BaseProtocol protocol = fd == 0 ? new Input(child) : new Output(child, fd);
        return StreamChannelTransport.begin(loop, end, "process", direction, protocol, settings, NOBODY);
    }

    @Override
    public void connectionLost(@Nullable Throwable cause) {
        child.lost(fd, cause);
    }

    /** Is this side of standard input. */
    private static final class Input extends ChildPipe {

        Input(ChildTransport child) {
            super(child, 0);
        }

        @Override
        public void pauseWriting() {
            child.pauseWriting();
        }

        @Override
        public void resumeWriting() {
            child.resumeWriting();
        }
    }

    /** Is this side of standard output or standard error. */
    private static final class Output extends ChildPipe implements Protocol {

        Output(ChildTransport child, int fd) {
            super(child, fd);
        }

        @Override
        public void dataReceived(ByteBuffer data) {
            child.data(fd, data);
        }
    }

    /** Is for pipes, which are no connections of their own. */
    private static final class Unobserved implements ConnectionObserver {

        @Override
        public long nextId() {
            return 0;
        }

        @Override
        public void opened(BaseTransport transport) {}

        @Override
        public void closed(BaseTransport transport, @Nullable Throwable cause) {}

        @Override
        public void switched(BaseTransport transport, SwitchReport report) {}

        @Override
        public Optional<Object> extraInfo(BaseTransport transport, String name) {
            return Optional.empty();
        }
    }
}
