// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.ConnectOptions;
import dev.turnout.core.EventLoops;
import dev.turnout.testkit.LoopThread;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import dev.turnout.testkit.contract.OpenLog;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Says what becomes of a stream of both directions, as sockets are, that cannot be read any more. */
class ReadFailureTest {

    @Test
    @Spec("READ-16")
    void endsTheConnectionAndIsToldToTheProtocolAlone() {
        RecordingProtocol protocol = new RecordingProtocol();
        PumpedPipe failing = PumpedPipe.both(
                Channels.newChannel(new Failing()),
                Channels.newChannel(OutputStream.nullOutputStream()),
                "failing",
                "failing");
        try (LoopThread loop = new LoopThread(EventLoops.newEventLoop("failing"))) {
            StreamChannelTransport transport = loop.call(() -> StreamChannelTransport.begin(
                    loop.loop(), failing, "tcp", protocol, StreamSettings.of(ConnectOptions.DEFAULTS), new OpenLog()));
            protocol.awaitLost();
            loop.settle();

            assertEquals(List.of("connectionMade", "connectionLost IOException"), protocol.trace());
            assertEquals(
                    "the network is on fire", String.valueOf(protocol.cause().getMessage()));
            assertTrue(loop.call(transport::isClosing));
            assertEquals(List.of(), loop.reports());
        }
    }

    private static final class Failing extends InputStream {

        @Override
        public int read() throws IOException {
            throw new IOException("the network is on fire");
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            return read();
        }
    }
}
