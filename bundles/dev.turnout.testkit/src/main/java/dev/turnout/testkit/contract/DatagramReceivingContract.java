// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.protocol.DatagramProtocol;
import dev.turnout.api.transport.DatagramCounters;
import dev.turnout.testkit.LoopThread;
import dev.turnout.testkit.RecordingDatagramProtocol;
import dev.turnout.testkit.Spec;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Says what a protocol is told of datagrams that come in. */
public abstract class DatagramReceivingContract extends DatagramContract {

    private static final int LARGEST = 65_507;

    /** Makes the suite. */
    protected DatagramReceivingContract() {}

    @Test
    @Spec({"DGRAM-20", "DGRAM-21", "DGRAM-36", "DGRAM-46", "DGRAM-9"})
    void tellsOfEachDatagramOnceWithItsSender() throws Exception {
        List<SocketAddress> senders = Collections.synchronizedList(new ArrayList<>());
        RecordingDatagramProtocol protocol = recorder().onDatagram(senders::add);
        DatagramLink link = free(protocol);
        DatagramPeer other = fixture().peer();

        link.peer().send("one", link.address());
        protocol.awaitReceived(3);
        other.send("two", link.address());
        protocol.awaitReceived(6);
        link.peer().send("three", link.address());
        protocol.awaitReceived(11);

        assertCalls(
                protocol,
                "connectionMade",
                "datagramReceived \"one\"",
                "datagramReceived \"two\"",
                "datagramReceived \"three\"");
        assertEquals(List.of(link.peer().address(), other.address(), link.peer().address()), List.copyOf(senders));
        assertEquals(3, counters(link).received());
    }

    @Test
    @Spec("DGRAM-36")
    void hearsNobodyButThePeerItWasMadeFor() throws Exception {
        RecordingDatagramProtocol protocol = recorder();
        DatagramLink link = connected(protocol);

        fixture().peer().send("who?", link.address());
        link.peer().send("me", link.address());
        protocol.awaitReceived(2);
        loop().settle();

        assertCalls(protocol, "connectionMade", "datagramReceived \"me\"");
    }

    @Test
    @Spec("DGRAM-11")
    void deliversAnEmptyDatagramAndGoesOn() throws Exception {
        for (boolean connected : List.of(true, false)) {
            RecordingDatagramProtocol protocol = recorder();
            DatagramLink link = connected ? connected(protocol) : free(protocol);

            link.peer().send("", link.address());
            link.peer().send("x", link.address());
            protocol.awaitReceived(1);

            assertCalls(protocol, "connectionMade", "datagramReceived \"\"", "datagramReceived \"x\"");
        }
    }

    @Test
    @Spec("DGRAM-22")
    void deliversTheLargestDatagramWhole() throws Exception {
        RecordingDatagramProtocol protocol = recorder();
        DatagramLink link = free(protocol);

        link.peer().send(data(LARGEST).array(), link.address());
        protocol.awaitReceived(LARGEST);

        assertArrayEquals(data(LARGEST).array(), protocol.received());
        assertEquals(1, protocol.count("datagramReceived"));
    }

    @Test
    @Spec("DGRAM-31")
    void readsOneDatagramInATurnSoThatNeighboursGetTheirs() throws Exception {
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        DatagramLink one = free(recorder().onDatagram(sender -> order.add("one")));
        DatagramLink two = free(recorder().onDatagram(sender -> order.add("two")));

        run(in -> flood(one, two));
        loop().until("all datagrams", () -> order.size() == 20);

        for (int i = 0; i < order.size(); i += 2) {
            assertNotEquals(order.get(i), order.get(i + 1), order::toString);
        }
    }

    @Test
    void readsSeveralDatagramsInATurnIfAskedTo() throws Exception {
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        Map<String, String> batch = Map.of("receive.batch", "5");
        DatagramLink one = free(recorder().onDatagram(sender -> order.add("one")), batch);
        DatagramLink two = free(recorder().onDatagram(sender -> order.add("two")), batch);

        run(in -> flood(one, two));
        loop().until("all datagrams", () -> order.size() == 20);

        for (int i = 0; i < order.size(); i += 5) {
            assertEquals(1, order.subList(i, i + 5).stream().distinct().count(), order::toString);
        }
    }

    private static void flood(DatagramLink one, DatagramLink two) throws Exception {
        for (int i = 0; i < 10; i++) {
            one.peer().send("x", one.address());
            two.peer().send("x", two.address());
        }
    }

    @Test
    @Spec("DGRAM-30")
    void ignoresReadinessWithoutADatagram() throws Exception {
        RecordingDatagramProtocol protocol = recorder();
        DatagramLink link = gated(protocol);

        run(in -> {
            link.gate().failReceive(null);
            link.peer().send("x", link.address());
        });
        protocol.awaitReceived(1);

        assertCalls(protocol, "connectionMade", "datagramReceived \"x\"");
    }

    @Test
    @Spec("DGRAM-47")
    void leavesDatagramsToTheKernelWhileReadingIsPaused() throws Exception {
        RecordingDatagramProtocol protocol = recorder();
        DatagramLink link = free(protocol);

        run(in -> {
            link.transport().pauseReading();
            link.transport().pauseReading();
            assertFalse(link.transport().isReading());
        });
        link.peer().send("waits", link.address());
        loop().settle();
        assertCalls(protocol, "connectionMade");
        run(in -> {
            link.transport().resumeReading();
            link.transport().resumeReading();
            assertTrue(link.transport().isReading());
        });
        protocol.awaitReceived(5);

        assertCalls(protocol, "connectionMade", "datagramReceived \"waits\"");
    }

    @Test
    @Spec({"DGRAM-47", "BASE-24"})
    void readingMayBePausedFromTheBeginning() throws Exception {
        RecordingDatagramProtocol protocol = recorder().onMade(transport -> transport.pauseReading());
        DatagramLink link = free(protocol);

        link.peer().send("waits", link.address());
        loop().settle();

        assertCalls(protocol, "connectionMade");
    }

    @Test
    void dropsCountsAndReportsWhatIsAboveTheLimit() throws Exception {
        RecordingDatagramProtocol protocol = recorder();
        DatagramLink link = free(protocol, Map.of("receive.limit", "10"));

        link.peer().send(data(11).array(), link.address());
        link.peer().send("1234567890", link.address());
        protocol.awaitReceived(10);

        assertCalls(
                protocol,
                "connectionMade",
                "errorReceived MessageTooLargeException",
                "datagramReceived \"1234567890\"");
        DatagramCounters counters = counters(link);
        assertEquals(1, counters.oversized());
        assertEquals(1, counters.received());
    }

    @Test
    @Spec({"JAVA-17", "JAVA-19"})
    void aBufferKeptAfterTheCallbackIsPoisonedInDebugMode() throws Exception {
        List<ByteBuffer> kept = new ArrayList<>();
        Keeper protocol = new Keeper(kept);
        DatagramLink link = free(protocol);

        link.peer().send("abcdef", link.address());
        loop().until("a datagram", () -> !kept.isEmpty());

        run(in -> {
            assertTrue(kept.get(0).isReadOnly());
            for (int i = 0; i < 6; i++) {
                assertNotEquals("abcdef".charAt(i), kept.get(0).get(i), "byte " + i);
            }
        });
    }

    @Test
    @Spec("JAVA-18")
    void privateReadsMayBeKept() throws Exception {
        List<ByteBuffer> kept = new ArrayList<>();
        DatagramLink link = free(new Keeper(kept), Map.of("private.reads", "true"));

        link.peer().send("first", link.address());
        link.peer().send("other", link.address());
        loop().until("two datagrams", () -> kept.size() == 2);

        run(in -> assertEquals(data("first"), kept.get(0)));
    }

    @Test
    @Spec("JAVA-17")
    void theByteOrderThatAProtocolSetsIsItsOwn() throws Exception {
        List<ByteOrder> orders = new ArrayList<>();
        List<DatagramProtocol> protocols = List.of(new LittleEndian(orders), new LittleEndian(orders));

        for (DatagramProtocol protocol : protocols) {
            DatagramLink link = free(protocol);
            int before = orders.size();
            link.peer().send("x", link.address());
            loop().until("a datagram", () -> orders.size() == before + 1);
            link.peer().send("y", link.address());
            loop().until("another datagram", () -> orders.size() == before + 2);
        }

        assertEquals(Collections.nCopies(4, ByteOrder.BIG_ENDIAN), orders);
    }

    private record LittleEndian(List<ByteOrder> orders) implements DatagramProtocol {

        @Override
        public void datagramReceived(ByteBuffer data, SocketAddress sender) {
            orders.add(data.order());
            data.order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    private record Keeper(List<ByteBuffer> kept) implements DatagramProtocol {

        @Override
        public void datagramReceived(ByteBuffer data, SocketAddress sender) {
            kept.add(data.duplicate());
        }
    }

    @Test
    @Spec("DGRAM-28")
    void stillReceivesAfterItSentToADeadAddress() throws Exception {
        RecordingDatagramProtocol protocol = recorder();
        DatagramLink link = free(protocol);
        DatagramPeer gone = fixture().peer();
        InetSocketAddress dead = gone.address();
        gone.close();

        run(in -> {
            link.transport().sendto(data("x"), dead);
            link.peer().send("alive", link.address());
        });
        protocol.awaitReceived(5);

        assertCalls(protocol, "connectionMade", "datagramReceived \"alive\"");
    }

    @Test
    @Spec({"BASE-12", "BASE-13"})
    void deliversNothingAfterClose() throws Exception {
        RecordingDatagramProtocol protocol = recorder();
        DatagramLink link = free(protocol, Map.of("receive.batch", "10"));
        protocol.onDatagram(sender -> link.transport().close());

        run(in -> {
            link.peer().send("one", link.address());
            link.peer().send("two", link.address());
        });
        protocol.awaitLost(LoopThread.DEADLINE);

        assertCalls(protocol, "connectionMade", "datagramReceived \"one\"", "connectionLost null");
    }
}
