// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.transport.WriteTransport;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Says how the sending side is closed alone, on transports that can. */
public abstract class HalfCloseContract extends StreamContract {

    /** Makes the suite. */
    protected HalfCloseContract() {}

    @Test
    @Spec({"WRITE-25", "WRITE-26", "WRITE-31", "WRITE-32"})
    void writeEofEndsTheSendingSideAtOnceAndGoesOnReceiving() throws Exception {
        needs(StreamFixture.Capability.HALF_CLOSE);
        needs(StreamFixture.Capability.SHUTS_AT_ONCE);
        RecordingProtocol protocol = recorder();
        Link link = open(protocol);

        run(in -> {
            assertTrue(link.transport().canWriteEof());
            link.transport().write("last".getBytes(US_ASCII));
            link.transport().writeEof();
            assertEquals("last", new String(link.peer().receiveAll(), US_ASCII)); // still in the same callback
        });
        link.peer().send("answer");

        protocol.awaitReceived(6);
        assertTrace(protocol, "connectionMade", "dataReceived \"answer\"");
        run(in -> assertFalse(link.transport().isClosing()));
    }

    @Test
    @Spec({"WRITE-25", "WRITE-27"})
    void writeEofWithDataWaitingEndsRightAfterTheLastByte() throws Exception {
        needs(StreamFixture.Capability.HALF_CLOSE);
        RecordingProtocol protocol = recorder();
        Link link = openSmall(protocol);
        byte[] data = bytes(MUCH);

        run(in -> {
            link.transport().write(data);
            link.transport().writeEof();
            assertTrue(link.transport().getWriteBufferSize() > 0);
        });
        byte[] got = link.peer().receiveAll();
        link.peer().send("answer");

        assertArrayEquals(data, got);
        protocol.awaitReceived(6);
        assertFalse(protocol.isLost());
    }

    @Test
    @Spec("WRITE-19")
    void writingAfterWriteEofIsRefused() throws Exception {
        needs(StreamFixture.Capability.HALF_CLOSE);
        RecordingProtocol protocol = recorder();
        Link link = open(protocol);

        run(in -> {
            link.transport().writeEof();
            assertThrows(IllegalStateException.class, () -> link.transport().write(new byte[1]));
            assertThrows(IllegalStateException.class, () -> link.transport().writeOwned(ByteBuffer.allocate(1)));
            assertThrows(
                    IllegalStateException.class, () -> link.transport().writelines(List.of(ByteBuffer.allocate(1))));
            assertEquals(0, link.transport().getWriteBufferSize());
        });

        assertEquals(0, link.peer().receiveAll().length);
    }

    @Test
    @Spec("WRITE-28")
    void writeEofTwiceHasTheEffectOfOnce() throws Exception {
        needs(StreamFixture.Capability.HALF_CLOSE);
        RecordingProtocol protocol = recorder();
        Link link = open(protocol);

        run(in -> {
            link.transport().writeEof();
            link.transport().writeEof();
        });
        link.peer().receiveAll();
        run(in -> link.transport().writeEof());
        link.peer().send("x");

        protocol.awaitReceived(1);
    }

    @Test
    @Spec("WRITE-29")
    void writeEofOnAClosingTransportDoesNothing() throws Exception {
        needs(StreamFixture.Capability.HALF_CLOSE);
        RecordingProtocol protocol = recorder();
        Link link = openSmall(protocol);

        run(in -> {
            link.transport().write(bytes(MUCH));
            link.transport().close();
            link.transport().writeEof();
            link.transport().write("dropped, not refused".getBytes(US_ASCII));
        });

        assertArrayEquals(bytes(MUCH), link.peer().receiveAll());
        assertNull(protocol.awaitLost().cause());
        run(in -> link.transport().writeEof());
    }

    @Test
    @Spec("WRITE-30")
    void closeAfterWriteEofStillFlushes() throws Exception {
        needs(StreamFixture.Capability.HALF_CLOSE);
        RecordingProtocol protocol = recorder();
        Link link = openSmall(protocol);
        RecordingProtocol idle = recorder();
        Link empty = open(idle);

        run(in -> {
            link.transport().write(bytes(MUCH));
            link.transport().writeEof();
            link.transport().close();
            empty.transport().writeEof();
            empty.transport().close();
        });

        assertArrayEquals(bytes(MUCH), link.peer().receiveAll());
        assertNull(protocol.awaitLost().cause());
        assertNull(idle.awaitLost().cause());
    }

    @Test
    @Spec({"EOF-15", "EOF-1"})
    void theWriteEofOfOneEndIsTheEofReceivedOfTheOther() {
        needs(StreamFixture.Capability.HALF_CLOSE);
        RecordingProtocol server = recorder().keepingOpen();
        RecordingProtocol client = recorder().onMade(WriteTransport::writeEof);
        fixture().openPair(loop(), server, client);

        server.awaitCall("eofReceived");
        run(in -> server.transport().write("bye".getBytes(US_ASCII)));
        client.awaitReceived(3);
        run(in -> server.transport().close());
        client.awaitLost();
        server.awaitLost();

        assertTrace(server, "connectionMade", "eofReceived", "connectionLost null");
        assertTrace(client, "connectionMade", "dataReceived \"bye\"", "eofReceived", "connectionLost null");
    }
}
