// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.transport.Transport;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Says what follows when the peer sends no more, on transports that know half-close. */
public abstract class EndOfStreamContract extends StreamContract {

    /** Makes the suite. */
    protected EndOfStreamContract() {}

    @Test
    @Spec({"EOF-1", "EOF-2", "STREAM-5", "STREAM-13"})
    void closesItselfUnlessTheProtocolKeepsItOpen() throws Exception {
        RecordingProtocol protocol = recorder();
        Link link = open(protocol);

        link.peer().send("bye");
        link.peer().shutdownOutput();
        protocol.awaitLost();

        assertTrace(protocol, "connectionMade", "dataReceived \"bye\"", "eofReceived", "connectionLost null");
        assertEquals(0, link.peer().receiveAll().length);
    }

    @Test
    @Spec("EOF-3")
    void theSelfCloseFlushesFirst() throws Exception {
        RecordingProtocol protocol = recorder();
        Link link = openSmall(protocol);
        byte[] data = bytes(MUCH);

        run(in -> link.transport().write(data));
        link.peer().shutdownOutput();
        protocol.awaitCall("eofReceived");
        loop().settle();
        assertFalse(protocol.isLost());

        assertArrayEquals(data, link.peer().receiveAll());
        assertEquals(null, protocol.awaitLost().cause());
    }

    @Test
    @Spec({"EOF-4", "EOF-5", "JAVA-3"})
    void keptOpenItStillWritesUntilTheProtocolCloses() throws Exception {
        needs(StreamFixture.Capability.HALF_CLOSE);
        RecordingProtocol protocol = recorder().keepingOpen();
        Link link = openSmall(protocol);
        byte[] data = bytes(MUCH);

        link.peer().shutdownOutput();
        protocol.awaitCall("eofReceived");
        loop().settle();
        assertFalse(protocol.isLost());
        run(in -> {
            assertFalse(link.transport().isClosing());
            link.transport().write(data);
        });
        assertArrayEquals(data, link.peer().receive(MUCH));
        run(in -> link.transport().close());
        protocol.awaitLost();

        assertEquals(0, link.peer().receiveAll().length);
        assertTrace(protocol, "connectionMade", "eofReceived", "pauseWriting", "resumeWriting", "connectionLost null");
    }

    @Test
    @Spec("EOF-5")
    void keptOpenItStillAbortsAndEndsItsSending() throws Exception {
        needs(StreamFixture.Capability.HALF_CLOSE);
        RecordingProtocol aborting = recorder().keepingOpen().onEof(Transport::abort);
        Link aborted = open(aborting);
        RecordingProtocol ending = recorder().keepingOpen();
        Link ended = open(ending);

        aborted.peer().shutdownOutput();
        ended.peer().shutdownOutput();
        aborting.awaitLost();
        ending.awaitCall("eofReceived");
        run(in -> {
            ended.transport().write("last".getBytes(US_ASCII));
            ended.transport().writeEof();
        });
        assertEquals("last", new String(ended.peer().receiveAll(), US_ASCII));
        run(in -> ended.transport().close());
        ending.awaitLost();

        assertTrace(aborting, "connectionMade", "eofReceived", "connectionLost null");
        assertTrace(ending, "connectionMade", "eofReceived", "connectionLost null");
    }

    @Test
    @Spec("EOF-9")
    void aKeptOpenConnectionNoticesAVanishedPeerByWriting() throws Exception {
        needs(StreamFixture.Capability.HALF_CLOSE);
        needs(StreamFixture.Capability.RESET);
        RecordingProtocol protocol = recorder().keepingOpen();
        Link link = open(protocol);
        link.peer().shutdownOutput();
        protocol.awaitCall("eofReceived");

        run(in -> link.transport().write("unread".getBytes(US_ASCII)));
        link.peer().reset();
        loop().until("a failing write", () -> {
            link.transport().write("more".getBytes(US_ASCII));
            return protocol.isLost();
        });

        assertInstanceOf(IOException.class, protocol.cause());
        assertEquals(1, protocol.count("eofReceived"));
    }

    @Test
    @Spec("EOF-11")
    void anEndRightAfterTheBeginningIsOrdinary() {
        RecordingProtocol protocol = recorder();

        open(protocol, Peer::close);
        protocol.awaitLost();

        assertTrace(protocol, "connectionMade", "eofReceived", "connectionLost null");
    }

    @Test
    @Spec({"EOF-12", "EOF-14"})
    void theOwnCloseNeverCallsEofReceived() throws Exception {
        RecordingProtocol idle = recorder();
        Link empty = open(idle);
        RecordingProtocol flushing = recorder();
        Link slow = openSmall(flushing);

        run(in -> {
            empty.transport().close();
            empty.peer().shutdownOutput();
            slow.transport().write(bytes(MUCH));
            slow.transport().close();
            slow.peer().shutdownOutput();
        });
        loop().settle();
        slow.peer().receiveAll();
        idle.awaitLost();
        flushing.awaitLost();

        assertTrace(idle, "connectionMade", "connectionLost null");
        assertEquals(0, flushing.count("eofReceived"));
        assertTrue(flushing.isLost());
    }
}
