// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.transport.Transport;
import dev.turnout.testkit.LogCapture;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Says how bytes go out: at once if possible, in order, copied where they wait, dropped where nobody takes them. */
public abstract class WritingContract extends StreamContract {

    /** Makes the suite. */
    protected WritingContract() {}

    @Test
    @Spec({"WRITE-1", "WRITE-4", "WRITE-23"})
    void queuesTheRemainderWhenTheSocketIsFull() throws Exception {
        needs(StreamFixture.Capability.WRITES_AT_ONCE);
        RecordingProtocol protocol = recorder();
        Link link = openSmall(protocol);
        byte[] data = bytes(MUCH);

        long waiting = loop().call(() -> {
            link.transport().write(data);
            return link.transport().getWriteBufferSize();
        });
        byte[] got = link.peer().receive(data.length);
        loop().until("an empty buffer", () -> link.transport().getWriteBufferSize() == 0);

        assertTrue(waiting > 1 << 20 && waiting < MUCH, "waiting: " + waiting);
        assertArrayEquals(data, got);
        run(in -> link.transport().write("next".getBytes(US_ASCII)));
        assertEquals("next", link.peer().receiveText(4));
    }

    @Test
    @Spec({"WRITE-2", "WRITE-23", "FLOW-17"})
    void smallWritesLeaveInsideTheCall() {
        needs(StreamFixture.Capability.WRITES_AT_ONCE);
        RecordingProtocol protocol = recorder();
        Link link = open(protocol);

        run(in -> {
            link.transport().setWriteBufferLimits(0);
            link.transport().write("at once".getBytes(US_ASCII));
            assertEquals(0, link.transport().getWriteBufferSize());
            assertEquals("at once", link.peer().receiveText(7)); // still in the same callback
        });

        assertTrace(protocol, "connectionMade");
    }

    @Test
    @Spec({"WRITE-3", "WRITE-8", "WRITE-9", "JAVA-22"})
    void keepsTheOrderOfTheCallsWhateverTheirMix() throws Exception {
        RecordingProtocol protocol = recorder();
        Link link = openSmall(protocol);
        byte[] head = bytes(MUCH);

        run(in -> {
            link.transport().write(head);
            writeAMix(link.transport());
        });

        assertArrayEquals(head, link.peer().receive(MUCH));
        assertEquals("234abcdOWNefgh", link.peer().receiveText(14));
    }

    @Test
    @Spec({"WRITE-3", "WRITE-8", "WRITE-9"})
    void keepsTheOrderOfTheCallsInsideOneCallback() throws Exception {
        byte[] large = bytes(MUCH);
        RecordingProtocol protocol = recorder();
        Link link = openSmall(protocol);
        protocol.onData(data -> {
            writeAMix(link.transport());
            link.transport().write(large);
            writeAMix(link.transport());
        });

        link.peer().send("x");

        assertEquals("234abcdOWNefgh", link.peer().receiveText(14));
        assertArrayEquals(large, link.peer().receive(MUCH));
        assertEquals("234abcdOWNefgh", link.peer().receiveText(14));
    }

    private static void writeAMix(Transport transport) {
        transport.write("0123456789".getBytes(US_ASCII), 2, 3);
        transport.writelines(List.of(buffer("ab"), buffer("cd")));
        transport.writeOwned(buffer("OWN"));
        transport.write(buffer("ef"));
        transport.writelines(List.of(buffer("g")));
        transport.write("h".getBytes(US_ASCII));
    }

    @Test
    @Spec("WRITE-5")
    void writingNothingDoesNothing() throws Exception {
        RecordingProtocol protocol = recorder();
        Link link = openSmall(protocol);
        fillForGood(link.transport());

        try (LogCapture log = new LogCapture()) {
            run(in -> {
                long before = link.transport().getWriteBufferSize();
                link.transport().setWriteBufferLimits(before);
                link.transport().write(new byte[0]);
                link.transport().write(ByteBuffer.allocate(0));
                link.transport().writeOwned(ByteBuffer.allocate(0));
                link.transport().writelines(List.of(ByteBuffer.allocate(0)));
                assertEquals(before, link.transport().getWriteBufferSize());
                assertEquals(0, protocol.count("pauseWriting"));
                link.transport().abort();
                for (int i = 0; i < 20; i++) {
                    link.transport().write(new byte[0]);
                }
            });
            protocol.awaitLost();
            run(in -> link.transport().write(new byte[0]));

            assertEquals(0, log.warnings(""), () -> log.messages().toString());
        }
    }

    @Test
    @Spec("WRITE-6")
    @SuppressWarnings("NullAway") // what the compiler would refuse
    void refusesWhatIsNoBufferBeforeAnyEffect() throws Exception {
        RecordingProtocol protocol = recorder();
        Link link = open(protocol);

        run(in -> {
            assertThrows(RuntimeException.class, () -> link.transport().write((ByteBuffer) null));
            assertThrows(RuntimeException.class, () -> link.transport().writeOwned(null));
            assertThrows(RuntimeException.class, () -> link.transport().writelines(null));
            assertThrows(
                    RuntimeException.class,
                    () -> link.transport().writelines(Arrays.asList(buffer("never sent"), null)));
            assertThrows(RuntimeException.class, () -> link.transport().write(new byte[4], 2, 3));
            assertEquals(0, link.transport().getWriteBufferSize());
            link.transport().write("fine".getBytes(US_ASCII));
        });

        assertEquals("fine", link.peer().receiveText(4));
    }

    @Test
    @Spec({"WRITE-7", "WRITE-8", "JAVA-21"})
    void theCallerMayReuseItsBuffersAfterWrite() throws Exception {
        RecordingProtocol protocol = recorder();
        Link link = openSmall(protocol);
        byte[] array = bytes(MUCH);
        ByteBuffer heap = ByteBuffer.wrap(bytes(100_000));
        ByteBuffer direct =
                ByteBuffer.allocateDirect(100_000).put(bytes(100_000)).flip();
        ByteBuffer line = ByteBuffer.wrap(bytes(100_000));

        run(in -> {
            link.transport().write(array);
            link.transport().write(heap);
            link.transport().write(direct);
            link.transport().writelines(List.of(line));
            for (ByteBuffer buffer : List.of(heap, direct, line)) {
                assertFalse(buffer.hasRemaining(), "drained on return");
                assertEquals(100_000, buffer.limit());
                Arrays.fill(new byte[1], (byte) 0);
                buffer.clear().put(new byte[100_000]);
            }
            Arrays.fill(array, (byte) 0);
        });

        assertArrayEquals(bytes(MUCH), link.peer().receive(MUCH));
        for (int i = 0; i < 3; i++) {
            assertArrayEquals(bytes(100_000), link.peer().receive(100_000));
        }
    }

    @Test
    @Spec("WRITE-8")
    void writesFromPositionToLimitAndAdvances() throws Exception {
        RecordingProtocol protocol = recorder();
        Link link = open(protocol);
        ByteBuffer copied = buffer("0123456789").position(2).limit(5);
        ByteBuffer readOnly = buffer("abc").asReadOnlyBuffer();
        ByteBuffer owned = buffer("ABCDE").position(1);

        run(in -> {
            link.transport().write(copied);
            link.transport().write(readOnly);
            link.transport().writeOwned(owned);
        });

        assertEquals("234abcBCDE", link.peer().receiveText(10));
        assertEquals(5, copied.position());
        assertEquals(3, readOnly.position());
        assertEquals(5, owned.position());
    }

    @Test
    @Spec({"WRITE-10", "WRITE-9"})
    void writelinesTakesTheElementsOfAnyIterableOnce() throws Exception {
        RecordingProtocol protocol = recorder();
        Link link = open(protocol);
        int[] taken = {0};
        Iterable<ByteBuffer> once = () -> {
            assertEquals(1, ++taken[0], "iterated once");
            return List.of(buffer("one,"), buffer("two,"), buffer("three")).iterator();
        };

        run(in -> link.transport().writelines(once));

        assertEquals("one,two,three", link.peer().receiveText(13));
    }

    @Test
    @Spec("WRITE-11")
    void writelinesSkipsEmptyElementsAndStillCloses() throws Exception {
        needs(StreamFixture.Capability.WRITES_AT_ONCE);
        RecordingProtocol protocol = recorder();
        Link link = open(protocol);

        run(in -> {
            link.transport().writelines(List.of());
            link.transport().writelines(List.of(buffer(""), buffer("a"), buffer(""), buffer("b"), buffer("")));
            assertEquals(0, link.transport().getWriteBufferSize());
            link.transport().close();
        });
        protocol.awaitLost();
        RecordingProtocol slow = recorder();
        Link second = openSmall(slow);
        fillForGood(second.transport());
        run(in -> {
            second.transport().writelines(List.of(buffer(""), buffer("x"), buffer("")));
            second.transport().close();
        });
        byte[] got = second.peer().receiveAll();
        slow.awaitLost();

        assertEquals("ab", new String(link.peer().receiveAll(), US_ASCII));
        assertEquals('x', got[got.length - 1]);
    }

    @Test
    @Spec({"WRITE-12", "WRITE-10"})
    void writelinesSendsALargePayloadInTheBackground() throws Exception {
        RecordingProtocol protocol = recorder();
        Link link = openSmall(protocol);
        byte[] data = bytes(MUCH);

        run(in -> {
            link.transport().writelines(List.of(ByteBuffer.wrap(data, 0, 100), ByteBuffer.wrap(data, 100, MUCH - 100)));
            assertTrue(link.transport().getWriteBufferSize() > 0);
        });

        assertArrayEquals(data, link.peer().receive(MUCH));
    }

    @Test
    @Spec("WRITE-13")
    void writelinesObeysTheHighWaterMark() {
        RecordingProtocol protocol = recorder();
        Link link = openSmall(protocol);
        fillForGood(link.transport());

        run(in -> {
            link.transport().setWriteBufferLimits(link.transport().getWriteBufferSize() + 4);
            link.transport().writelines(List.of(buffer("ab"), buffer("cd")));
            assertEquals(0, protocol.count("pauseWriting"));
            link.transport().writelines(List.of(buffer("e"), buffer("f")));
            assertEquals(1, protocol.count("pauseWriting"));
        });
    }

    @Test
    @Spec({"WRITE-14", "WRITE-16", "WRITE-18"})
    void writesToALostConnectionAreDroppedAndWarnedOfAfterTheFifth() {
        RecordingProtocol protocol = recorder();
        Link link = open(protocol);

        try (LogCapture log = new LogCapture()) {
            run(in -> {
                link.transport().abort();
                for (int i = 0; i < 5; i++) {
                    link.transport().write("dropped".getBytes(US_ASCII));
                }
                assertEquals(0, log.warnings("write"), () -> log.messages().toString());
            });
            protocol.awaitLost();
            run(in -> {
                link.transport().write("dropped".getBytes(US_ASCII));
                link.transport().writelines(List.of(buffer("dropped")));
                link.transport().writeOwned(buffer("dropped"));
                assertEquals(0, link.transport().getWriteBufferSize());
            });

            assertEquals(3, log.warnings("write"), () -> log.messages().toString());
        }
    }

    @Test
    @Spec("WRITE-15")
    void sendsMorePiecesThanTheSystemTakesAtOnce() throws Exception {
        RecordingProtocol protocol = recorder();
        Link link = openSmall(protocol);
        long before = fillForGood(link.transport());
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        int pieces = 5000;

        run(in -> {
            for (int i = 0; i < pieces; i++) {
                byte[] piece = ("<" + i + ">").getBytes(US_ASCII);
                expected.writeBytes(piece);
                link.transport().writeOwned(ByteBuffer.wrap(piece));
            }
        });
        link.peer().receive((int) before);

        assertArrayEquals(expected.toByteArray(), link.peer().receive(expected.size()));
    }

    @Test
    @Spec("WRITE-17")
    void dropsWritesAfterCloseAlsoDuringTheFlush() throws Exception {
        RecordingProtocol protocol = recorder();
        Link link = openSmall(protocol);
        byte[] data = bytes(MUCH);

        run(in -> {
            link.transport().write(data);
            link.transport().close();
            long before = link.transport().getWriteBufferSize();
            link.transport().write("late".getBytes(US_ASCII));
            link.transport().writelines(List.of(buffer("later")));
            assertEquals(before, link.transport().getWriteBufferSize());
        });

        assertArrayEquals(data, link.peer().receiveAll());
    }

    @Test
    @Spec("WRITE-18")
    void dropsWritesAfterAbort() throws Exception {
        RecordingProtocol protocol = recorder();
        Link link = open(protocol);

        run(in -> {
            link.transport().abort();
            link.transport().write("late".getBytes(US_ASCII));
            link.transport().writelines(List.of(buffer("later")));
            assertEquals(0, link.transport().getWriteBufferSize());
        });

        assertEquals(0, link.peer().receiveAll().length);
    }

    @Test
    @Spec({"WRITE-21", "WRITE-22", "ERR-11", "STREAM-5"})
    void aFailingSendEndsTheConnectionInALaterTurn() throws Exception {
        needs(StreamFixture.Capability.RESET);
        RecordingProtocol protocol = recorder();
        Link link = open(protocol);

        run(in -> {
            link.transport().pauseReading(); // else the reset would be read
            link.transport().write("unread".getBytes(US_ASCII));
        });
        link.peer().reset();
        loop().settle();
        assertFalse(protocol.isLost());
        run(in -> {
            link.transport().write("fails".getBytes(US_ASCII));
            assertFalse(protocol.isLost());
            assertEquals(0, link.transport().getWriteBufferSize());
            assertTrue(link.transport().isClosing());
        });
        protocol.awaitLost();

        assertInstanceOf(IOException.class, protocol.cause());
        assertEquals(List.of(), loop().reports());
    }

    @Test
    @Spec("WRITE-24")
    void theSizeIsCheapHoweverManyPiecesWait() {
        RecordingProtocol protocol = recorder();
        Link link = openSmall(protocol);
        fillForGood(link.transport());

        run(in -> {
            long before = link.transport().getWriteBufferSize();
            int pieces = 50_000;
            for (int i = 0; i < pieces; i++) {
                link.transport().writeOwned(ByteBuffer.allocate(1));
            }
            assertEquals(before + pieces, link.transport().getWriteBufferSize());
            assertTimeout(Duration.ofSeconds(5), () -> {
                for (int i = 0; i < 1_000_000; i++) { // 5 * 10^10 steps if each piece were counted
                    link.transport().getWriteBufferSize();
                }
            });
        });
    }

    static ByteBuffer buffer(String text) {
        return ByteBuffer.wrap(text.getBytes(US_ASCII));
    }
}
