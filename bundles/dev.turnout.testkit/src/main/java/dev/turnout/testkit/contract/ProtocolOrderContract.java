// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.transport.Transport;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Says in which order the callbacks of a stream come. */
public abstract class ProtocolOrderContract extends StreamContract {

    /** Makes the suite. */
    protected ProtocolOrderContract() {}

    @Test
    @Spec({"STREAM-1", "STREAM-2", "STREAM-9", "STREAM-22", "EOF-1", "EOF-2"})
    void aConnectionIsMadeReceivesEndsAndIsLost() throws Exception {
        RecordingProtocol protocol = recorder();
        Link link = open(protocol);

        link.peer().send("hello");
        link.peer().close();
        protocol.awaitLost();
        loop().settle();

        assertTrace(protocol, "connectionMade", "dataReceived \"hello\"", "eofReceived", "connectionLost null");
    }

    @Test
    @Spec("STREAM-3")
    void callsNothingIfConnectingFailed() {
        needs(StreamFixture.Capability.REFUSAL);
        RecordingProtocol protocol = recorder();

        assertThrows(IOException.class, () -> fixture().connectToNobody(loop(), () -> protocol));
        loop().settle();

        assertTrace(protocol);
    }

    @Test
    @Spec({"STREAM-4", "BASE-20", "BASE-1"})
    void connectionMadeGetsTheTransport() {
        AtomicReference<BaseProtocol> inside = new AtomicReference<>();
        RecordingProtocol protocol = recorder().onMade(transport -> inside.set(transport.getProtocol()));
        Link link = open(protocol);

        assertSame(link.transport(), protocol.transport());
        assertSame(protocol, inside.get());
        assertSame(protocol, loop().call(link.transport()::getProtocol));
        assertSame(loop().loop(), link.transport().loop());
        assertInstanceOf(Transport.class, link.transport());
    }

    @Test
    @Spec({"BASE-24", "CONN-30"})
    void callsNothingBeforeConnectionMadeReturned() throws Exception {
        List<String> atTheEnd = new ArrayList<>();
        RecordingProtocol protocol = recorder();
        protocol.onMade(transport -> {
            transport.write("greeting".getBytes(US_ASCII));
            atTheEnd.addAll(protocol.calls());
        });
        Link link = open(protocol, peer -> peer.send("early")); // on the accepting side it is in the kernel before
        assertEquals("greeting", link.peer().receiveText(8));
        link.peer().shutdownOutput();
        protocol.awaitLost();

        assertEquals(List.of("connectionMade"), atTheEnd);
        assertTrace(protocol, "connectionMade", "dataReceived \"early\"", "eofReceived", "connectionLost null");
    }

    @Test
    @Spec({"STREAM-8", "STREAM-11", "STREAM-7"})
    void callbacksOfConnectionsThatAnswerEachOtherAreNeverNested() {
        int rounds = 200;
        RecordingProtocol server = recorder();
        RecordingProtocol client = recorder().onMade(transport -> transport.write(new byte[] {0}));
        for (RecordingProtocol each : List.of(server, client)) {
            each.onData(data -> {
                int next = data.get(data.limit() - 1) + 1;
                if (each.received().length < rounds) {
                    each.transport().write(new byte[] {(byte) next});
                }
            });
        }

        fixture().openPair(loop(), server, client);

        client.awaitReceived(rounds - 1);
        server.awaitReceived(rounds);
        assertTrue(server.count("dataReceived") >= rounds - 1);
    }

    @Test
    @Spec("STREAM-16")
    void callsTheFactoryOncePerConnectionAndTakesTheSameObjectAgain() throws Exception {
        AtomicInteger factory = new AtomicInteger();
        AtomicInteger made = new AtomicInteger();
        AtomicInteger lost = new AtomicInteger();
        BaseProtocol shared = new dev.turnout.api.protocol.Protocol() {
            @Override
            public void connectionMade(dev.turnout.api.transport.BaseTransport transport) {
                made.incrementAndGet();
            }

            @Override
            public void connectionLost(@Nullable Throwable cause) {
                lost.incrementAndGet();
            }
        };

        for (int i = 0; i < 3; i++) {
            Link link = fixture().connect(loop(), () -> {
                factory.incrementAndGet();
                return shared;
            });
            link.peer().close();
        }
        loop().until("the ends", () -> lost.get() == 3);

        assertEquals(3, factory.get());
        assertEquals(3, made.get());
    }

    @Test
    @Spec("STREAM-17")
    void aThrowingFactoryFailsTheConnectAndClosesTheSocket() throws Exception {
        IllegalStateException failure = new IllegalStateException("planned");

        Throwable thrown = assertThrows(
                IllegalStateException.class,
                () -> fixture().connect(loop(), () -> {
                    throw failure;
                }));

        assertSame(failure, thrown);
        assertEquals(0, fixture().lastPeer().receiveAll().length);
    }

    @Test
    @Spec("STREAM-19")
    void writesInsideConnectionMadeAreTheFirstOnTheWire() throws Exception {
        RecordingProtocol protocol = recorder().onMade(transport -> transport.write("first".getBytes(US_ASCII)));
        Link link = open(protocol);

        run(in -> link.transport().write("second".getBytes(US_ASCII)));

        assertEquals("firstsecond", link.peer().receiveText(11));
    }

    @Test
    @Spec({"STREAM-20", "LOOP-42"})
    void closingInsideConnectionMadeStillYieldsTheConnection() throws Exception {
        RecordingProtocol protocol = recorder().onMade(Transport::close);

        Link link = fixture().connect(loop(), () -> protocol);
        protocol.awaitLost();

        assertTrue(loop().call(link.transport()::isClosing));
        assertTrace(protocol, "connectionMade", "connectionLost null");
        assertEquals(0, link.peer().receiveAll().length);
    }

    @Test
    @Spec("STREAM-21")
    void abortingInsideConnectionMadeStillYieldsTheConnection() {
        RecordingProtocol protocol = recorder().onMade(Transport::abort);

        Link link = fixture().connect(loop(), () -> protocol);
        protocol.awaitLost();

        assertTrue(loop().call(link.transport()::isClosing));
        assertTrace(protocol, "connectionMade", "connectionLost null");
    }

    @Test
    @Spec("STREAM-22")
    void deliversWhatCameTogetherWithTheEndBeforeTheEnd() throws Exception {
        RecordingProtocol protocol = recorder();
        byte[] data = bytes(MUCH);
        Link link = open(protocol);

        link.peer().send(data);
        link.peer().close();
        protocol.awaitLost();

        assertArrayEquals(data, protocol.received());
        assertEquals(
                List.of("eofReceived", "connectionLost null"),
                protocol.trace().subList(2, protocol.trace().size()));
    }

    @Test
    @Spec("STREAM-23")
    void whatCameBeforeAResetIsAPrefixOfWhatWasSent() throws Exception {
        needs(StreamFixture.Capability.RESET);
        RecordingProtocol protocol = recorder();
        Link link = open(protocol);
        byte[] data = bytes(MUCH);

        run(in -> link.transport().write("unread".getBytes(US_ASCII)));
        link.peer().send(data);
        link.peer().reset();
        protocol.awaitLost();

        byte[] got = protocol.received();
        assertArrayEquals(Arrays.copyOf(data, got.length), got);
        assertEquals(0, protocol.count("eofReceived"));
    }

    @Test
    @Spec({"BASE-2", "BASE-20"})
    void servesTheNewProtocolAloneAfterSetProtocol() throws Exception {
        RecordingProtocol old = recorder();
        Link link = open(old);
        List<String> next = new ArrayList<>();
        dev.turnout.api.protocol.Protocol successor = new dev.turnout.api.protocol.Protocol() {
            @Override
            public void connectionMade(dev.turnout.api.transport.BaseTransport transport) {
                next.add("connectionMade");
            }

            @Override
            public void dataReceived(java.nio.ByteBuffer data) {
                next.add(US_ASCII.decode(data).toString());
            }

            @Override
            public void connectionLost(@Nullable Throwable cause) {
                next.add("connectionLost " + cause);
            }
        };
        link.peer().send("old");
        old.awaitReceived(3);

        run(in -> {
            link.transport().setProtocol(successor);
            assertSame(successor, link.transport().getProtocol());
        });
        link.peer().send("new");
        loop().until("the new bytes", () -> next.contains("new"));
        link.peer().close();
        loop().until("the end", () -> next.contains("connectionLost null"));

        assertEquals(List.of("new", "connectionLost null"), next);
        assertTrace(old, "connectionMade", "dataReceived \"old\"");
        assertNull(loop().call(link.transport()::getProtocol));
        link.peer().close();
    }
}
