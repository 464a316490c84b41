// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.transport.WaterMarks;
import dev.turnout.testkit.RecordingDatagramProtocol;
import dev.turnout.testkit.Spec;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Says what becomes of datagrams that a protocol sends. */
public abstract class DatagramSendingContract extends DatagramContract {

    private static final int HEADER = 8;
    private static final int LARGEST = 65_507;

    /** Makes the suite. */
    protected DatagramSendingContract() {}

    @Test
    @Spec({"DGRAM-9", "DGRAM-12"})
    void sendsInsideTheCallAndMakesOneDatagramOfEach() throws Exception {
        DatagramLink link = connected(recorder());

        run(in -> {
            link.transport().sendto(data("one"));
            assertEquals("one", link.peer().receiveText());
            link.transport().sendto(data("two"));
            link.transport().sendto(data("three"));
            assertEquals(0, link.transport().getWriteBufferSize());
        });

        assertEquals("two", link.peer().receiveText());
        assertEquals("three", link.peer().receiveText());
        assertTrue(link.peer().hasNothing());
        assertEquals(3, counters(link).sent());
    }

    @Test
    @SuppressWarnings("NullAway") // the caller's mistake is what this is about
    void refusesToSendNothingAtAll() throws Exception {
        for (DatagramLink link : List.of(connected(recorder()), free(recorder()))) {
            run(in -> {
                assertThrows(
                        NullPointerException.class,
                        () -> link.transport().sendto(null, link.peer().address()));
                link.transport().sendto(data("x"), link.peer().address());
            });

            assertEquals("x", link.peer().receiveText());
            assertEquals(1, counters(link).sent());
        }
    }

    @Test
    @Spec("DGRAM-10")
    void sendsAnEmptyDatagram() throws Exception {
        DatagramLink toOne = connected(recorder());
        DatagramLink toAll = free(recorder());

        run(in -> {
            toOne.transport().sendto(data(""));
            toAll.transport().sendto(data(""), toAll.peer().address());
        });

        assertEquals(0, toOne.peer().receive().length);
        assertEquals(0, toAll.peer().receive().length);
    }

    @Test
    @Spec({"DGRAM-22", "JAVA-21"})
    void sendsTheLargestDatagramFromAnyBufferAndLeavesItEmpty() throws Exception {
        DatagramLink link = connected(recorder());
        ByteBuffer heap = data(LARGEST);
        ByteBuffer direct =
                ByteBuffer.allocateDirect(LARGEST).put(data(LARGEST)).flip();
        ByteBuffer part = data("xxpartxx").position(2).limit(6);

        run(in -> {
            link.transport().sendto(heap);
            assertArrayEquals(data(LARGEST).array(), link.peer().receive());
            link.transport().sendto(direct);
            assertArrayEquals(data(LARGEST).array(), link.peer().receive());
            link.transport().sendto(part.asReadOnlyBuffer());
            link.transport().sendto(part);
        });

        assertEquals("part", link.peer().receiveText());
        assertEquals("part", link.peer().receiveText());
        assertFalse(heap.hasRemaining() || direct.hasRemaining() || part.hasRemaining());
    }

    @Test
    @Spec({"DGRAM-3", "DGRAM-4"})
    void sendsToTheAddressGivenAtCreationOnly() throws Exception {
        DatagramLink link = connected(recorder());
        DatagramPeer other = fixture().peer();

        run(in -> {
            link.transport().sendto(data("by null"), null);
            link.transport().sendto(data("by name"), link.peer().address());
            IllegalArgumentException refused = assertThrows(
                    IllegalArgumentException.class, () -> link.transport().sendto(data("no"), other.address()));
            String text = String.valueOf(refused.getMessage());
            assertTrue(text.contains(link.peer().address().toString()), text);
            assertFalse(link.transport().isClosing());
        });

        assertEquals("by null", link.peer().receiveText());
        assertEquals("by name", link.peer().receiveText());
        assertTrue(other.hasNothing());
        assertTrue(link.peer().hasNothing());
    }

    @Test
    @Spec({"DGRAM-5", "DGRAM-7"})
    void refusesNamesEvenThatOfTheAddressGivenAtCreation() throws Exception {
        DatagramLink toOne = connected(recorder());
        DatagramLink toAll = free(recorder());
        InetSocketAddress named = InetSocketAddress.createUnresolved(
                "localhost", toOne.peer().address().getPort());

        run(in -> {
            assertThrows(IllegalArgumentException.class, () -> toOne.transport().sendto(data("no"), named));
            assertThrows(IllegalArgumentException.class, () -> toAll.transport().sendto(data("no"), named));
        });

        assertTrue(toOne.peer().hasNothing());
    }

    @Test
    @Spec("DGRAM-7")
    void refusesAddressesOfAnotherFamily() {
        DatagramLink link = free(recorder());
        InetSocketAddress other = new InetSocketAddress(fixture().otherFamily(), 9);

        run(in -> assertThrows(
                IllegalArgumentException.class, () -> link.transport().sendto(data("no"), other)));
    }

    @Test
    @Spec("DGRAM-6")
    void refusesAMissingTargetAtOnceAndStaysOpen() throws Exception {
        DatagramLink link = free(recorder());

        run(in -> {
            assertThrows(IllegalArgumentException.class, () -> link.transport().sendto(data("whom?")));
            assertThrows(IllegalArgumentException.class, () -> link.transport().sendto(data("whom?"), null));
            assertFalse(link.transport().isClosing());
            link.transport().sendto(data("you"), link.peer().address());
        });

        assertEquals("you", link.peer().receiveText());
    }

    @Test
    @Spec({"DGRAM-2", "DGRAM-13", "DGRAM-14", "DGRAM-15", "DGRAM-16"})
    void queuesCopiesInOrderWhileTheSystemTakesNothing() throws Exception {
        DatagramLink link = gated(recorder());
        byte[] callers = {'a', 'b', 'c'};

        run(in -> {
            link.gate().shut();
            link.transport().sendto(ByteBuffer.wrap(callers));
            assertEquals(3 + HEADER, link.transport().getWriteBufferSize());
            callers[0] = 'X';
            link.transport().sendto(data("second"));
            link.transport().sendto(data(""));
            assertEquals(9 + 3 * HEADER, link.transport().getWriteBufferSize());
            link.gate().reopen();
        });

        assertEquals("abc", link.peer().receiveText());
        assertEquals("second", link.peer().receiveText());
        assertEquals("", link.peer().receiveText());
        loop().until("an empty queue", () -> link.transport().getWriteBufferSize() == 0);
    }

    @Test
    @Spec("DGRAM-14")
    void keepsTheOrderWhenMoreComesWhileTheQueueIsSent() throws Exception {
        DatagramLink link = gated(recorder());

        run(in -> {
            link.gate().shut();
            for (int i = 0; i < 200; i++) {
                link.transport().sendto(data(Integer.toString(i)));
            }
            link.gate().reopen();
            link.transport().sendto(data("200"));
        });

        for (int i = 0; i <= 200; i++) {
            assertEquals(Integer.toString(i), link.peer().receiveText());
        }
    }

    @Test
    @Spec({"DGRAM-18", "FLOW-1", "FLOW-11", "FLOW-12", "FLOW-13", "FLOW-15", "FLOW-20"})
    void pausesStrictlyAboveTheHighMarkAndResumesAsStreamsDo() throws Exception {
        RecordingDatagramProtocol protocol = recorder();
        DatagramLink link = gated(protocol);

        run(in -> {
            assertEquals(WaterMarks.DEFAULT, link.transport().getWriteBufferLimits());
            link.gate().shut();
            link.transport().sendto(data(32 * 1024 - HEADER));
            link.transport().sendto(data(32 * 1024 - HEADER));
            assertEquals(64 * 1024, link.transport().getWriteBufferSize());
            assertEquals(0, protocol.count("pauseWriting"));
            link.transport().sendto(data(""));
            assertEquals(1, protocol.count("pauseWriting"));
            link.transport().sendto(data("more"));
            link.gate().reopen();
        });
        protocol.awaitCall("resumeWriting");
        run(in -> {
            link.gate().shut();
            link.transport().sendto(data("x"));
            link.transport().setWriteBufferLimits(new WaterMarks(0, 0));
            assertEquals(2, protocol.count("pauseWriting"));
            link.gate().reopen();
        });
        protocol.await("both", dev.turnout.testkit.LoopThread.DEADLINE, () -> protocol.count("resumeWriting") == 2);

        assertCalls(protocol, "connectionMade", "pauseWriting", "resumeWriting", "pauseWriting", "resumeWriting");
    }

    @Test
    @Spec("DGRAM-17")
    void aFloodOfEmptyDatagramsPausesToo() {
        RecordingDatagramProtocol protocol = recorder();
        DatagramLink link = gated(protocol, Map.of("write.high", "80"));

        run(in -> {
            link.gate().shut();
            link.transport().sendto(data("x"));
            for (int i = 0; i < 8; i++) {
                link.transport().sendto(data(""));
            }
            assertEquals(0, protocol.count("pauseWriting"));
            link.transport().sendto(data(""));
        });

        assertCalls(protocol, "connectionMade", "pauseWriting");
    }

    @Test
    void dropsTheNewestDatagramAtTheLimit() throws Exception {
        DatagramLink link = fill(Map.of("write.high", "20", "send.limit", "40"));

        assertEquals("aaaa", link.peer().receiveText());
        assertEquals("bbbb", link.peer().receiveText());
        assertEquals("cccc", link.peer().receiveText());
        assertTrue(link.peer().hasNothing());
        assertEquals(2, counters(link).dropped());
        assertEquals(3, counters(link).sent());
    }

    @Test
    void dropsTheOldestDatagramAtTheLimitIfAskedTo() throws Exception {
        DatagramLink link = fill(Map.of("write.high", "20", "send.limit", "40", "send.overflow", "drop_old"));

        assertEquals("cccc", link.peer().receiveText());
        assertEquals("dddd", link.peer().receiveText());
        assertEquals("eeee", link.peer().receiveText());
        assertTrue(link.peer().hasNothing());
        assertEquals(2, counters(link).dropped());
    }

    @Test
    void tellsOfADroppedDatagramIfAskedTo() throws Exception {
        RecordingDatagramProtocol protocol = recorder();
        DatagramLink link = fill(protocol, Map.of("write.high", "20", "send.limit", "40", "send.overflow", "error"));

        assertEquals("aaaa", link.peer().receiveText());
        assertEquals(2, protocol.count("errorReceived QueueFullException"));
        assertEquals(2, counters(link).dropped());
        assertEquals(2, counters(link).errors());
    }

    @Test
    @Spec("FLOW-16")
    void takesWhateverLiftsTheQueueAboveTheMark() throws Exception {
        RecordingDatagramProtocol protocol = recorder();
        DatagramLink link = gated(protocol, Map.of("write.high", "20", "send.limit", "20"));

        run(in -> {
            link.gate().shut();
            link.transport().sendto(data(1000));
            assertEquals(1000 + HEADER, link.transport().getWriteBufferSize());
            link.gate().reopen();
        });

        assertEquals(1000, link.peer().receive().length);
    }

    private DatagramLink fill(Map<String, String> options) {
        return fill(recorder(), options);
    }

    /** Sends five datagrams of cost 12 while the kernel takes none. */
    private DatagramLink fill(RecordingDatagramProtocol protocol, Map<String, String> options) {
        DatagramLink link = gated(protocol, options);
        run(in -> {
            link.gate().shut();
            for (String text : new String[] {"aaaa", "bbbb", "cccc", "dddd", "eeee"}) {
                ByteBuffer bytes = data(text);
                link.transport().sendto(bytes);
                assertFalse(bytes.hasRemaining());
            }
            assertEquals(36, link.transport().getWriteBufferSize());
            link.gate().reopen();
        });
        return link;
    }
}
