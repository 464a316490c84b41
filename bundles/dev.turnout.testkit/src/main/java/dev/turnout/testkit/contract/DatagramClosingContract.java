// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.DatagramOptions;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.DatagramProtocol;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.transport.DatagramTransport;
import dev.turnout.api.transport.ExtraInfo;
import dev.turnout.api.transport.SocketView;
import dev.turnout.api.transport.WaterMarks;
import dev.turnout.testkit.LogCapture;
import dev.turnout.testkit.LoopThread;
import dev.turnout.testkit.RecordingDatagramProtocol;
import dev.turnout.testkit.Spec;
import java.lang.ref.WeakReference;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Says how an endpoint ends, what it tells about itself, and how misuse is noticed. */
public abstract class DatagramClosingContract extends DatagramContract {

    /** Makes the suite. */
    protected DatagramClosingContract() {}

    @Test
    @Spec({"DGRAM-32", "BASE-4", "BASE-14"})
    void closeSendsWhatWaitsAndThenEnds() throws Exception {
        RecordingDatagramProtocol protocol = recorder();
        DatagramLink link = gated(protocol);

        run(in -> {
            link.gate().shut();
            link.transport().sendto(data("one"));
            link.transport().sendto(data("two"));
            link.transport().close();
            assertTrue(link.transport().isClosing());
        });
        loop().settle();
        assertCalls(protocol, "connectionMade");
        run(in -> link.gate().reopen());
        protocol.awaitLost();

        assertEquals("one", link.peer().receiveText());
        assertEquals("two", link.peer().receiveText());
        assertCalls(protocol, "connectionMade", "connectionLost null");
    }

    @Test
    @Spec({"BASE-5", "BASE-6", "BASE-7"})
    void endsOnceInALaterTurnHoweverOftenItIsClosed() {
        RecordingDatagramProtocol protocol = recorder();
        DatagramLink link = free(protocol);

        run(in -> {
            link.transport().close();
            assertFalse(protocol.isLost());
            link.transport().close();
            link.transport().abort();
        });
        protocol.awaitLost();
        run(in -> {
            link.transport().close();
            link.transport().abort();
        });
        loop().settle();

        assertCalls(protocol, "connectionMade", "connectionLost null");
    }

    @Test
    @Spec({"DGRAM-33", "BASE-8"})
    void abortDropsWhatWaits() throws Exception {
        RecordingDatagramProtocol protocol = recorder();
        DatagramLink link = gated(protocol);

        run(in -> {
            link.gate().shut();
            link.transport().sendto(data("one"));
            link.transport().close();
            link.peer().send("x", link.address());
            link.transport().abort();
            link.gate().reopen();
        });
        protocol.awaitLost();

        assertTrue(link.peer().hasNothing());
        assertCalls(protocol, "connectionMade", "connectionLost null");
        assertEquals(1, counters(link).dropped());
    }

    @Test
    @Spec({"DGRAM-34", "DGRAM-35", "BASE-17", "WRITE-17"})
    void dropsAndCountsWhatIsSentAfterTheEndWithAWarningAfterFive() throws Exception {
        for (boolean connected : List.of(true, false)) {
            RecordingDatagramProtocol protocol = recorder();
            DatagramLink link = connected ? connected(protocol) : free(protocol);
            run(in -> link.transport().close());
            protocol.awaitLost();

            try (LogCapture log = new LogCapture()) {
                run(in -> {
                    for (int i = 0; i < 5; i++) {
                        link.transport().sendto(data("late"), link.peer().address());
                    }
                    assertEquals(0, log.warnings("sendto"));
                    link.transport().sendto(data("late"));
                });
                assertEquals(1, log.warnings("sendto"));
            }

            assertEquals(6, counters(link).dropped());
            assertTrue(link.peer().hasNothing());
        }
    }

    @Test
    @Spec({"BASE-17", "EXTRA-6"})
    void aClosedEndpointAnswersAndDoesNothing() {
        RecordingDatagramProtocol protocol = recorder();
        DatagramLink link = connected(protocol);
        run(in -> link.transport().close());
        protocol.awaitLost();
        loop().settle();

        run(in -> {
            DatagramTransport transport = link.transport();
            assertTrue(transport.isClosing());
            assertFalse(transport.isReading());
            transport.pauseReading();
            transport.resumeReading();
            assertFalse(transport.isReading());
            assertEquals(0, transport.getWriteBufferSize());
            transport.setWriteBufferLimits(WaterMarks.high(10));
            transport.setProtocol(new DatagramProtocol() {});
            assertSame(null, transport.getProtocol());
            assertEquals(Optional.of(link.peer().address()), transport.getExtraInfo(ExtraInfo.PEERNAME));
            assertEquals(Optional.of(link.address()), transport.getExtraInfo(ExtraInfo.SOCKNAME));
        });
    }

    @Test
    @Spec({"BASE-18", "CB-3"})
    void givesTheAddressUpAfterConnectionLostAlsoIfThatFails() throws Exception {
        RecordingDatagramProtocol protocol = recorder().onLost(recorder -> {
            throw new IllegalStateException("planned");
        });
        DatagramLink link = free(protocol);

        run(in -> link.transport().close());
        takeReport();
        fixture().log().awaitClosed();

        try (DatagramPeer next = new DatagramPeer(link.address())) {
            assertEquals(link.address(), next.address());
        }
    }

    @Test
    @Spec({"EXTRA-1", "EXTRA-2", "EXTRA-3", "EXTRA-4", "EXTRA-7", "EXTRA-8", "EXTRA-18", "EXTRA-19"})
    void tellsAboutItself() {
        DatagramLink one = connected(recorder());
        DatagramLink all = free(recorder());

        run(in -> {
            assertEquals(Optional.of(one.peer().address()), one.transport().getExtraInfo(ExtraInfo.PEERNAME));
            assertEquals(Optional.empty(), all.transport().getExtraInfo(ExtraInfo.PEERNAME));
            assertEquals(Optional.empty(), all.transport().getExtraInfo("no such thing"));
            assertEquals("none", all.transport().getExtraInfo("cipher", "none"));
            assertEquals(Optional.of(OpenLog.BUNDLE), all.transport().getExtraInfo(ExtraInfo.BUNDLE));
            assertNotEquals(
                    one.transport().getExtraInfo(ExtraInfo.CONNECTION_ID),
                    all.transport().getExtraInfo(ExtraInfo.CONNECTION_ID));
            SocketView view = one.transport().getExtraInfo(ExtraInfo.SOCKET).orElseThrow();
            assertSame(view, one.transport().getExtraInfo(ExtraInfo.SOCKET).orElseThrow());
            assertEquals(one.peer().address(), view.getpeername());
            assertEquals(one.address(), view.getsockname());
            view.setOption(StandardSocketOptions.SO_SNDBUF, 20_000);
            Integer set = view.getOption(StandardSocketOptions.SO_SNDBUF);
            assertTrue(set != null && set >= 20_000, () -> "SO_SNDBUF: " + set);
            assertThrows(IllegalArgumentException.class, () -> view.setBlocking(true));
            assertThrows(IllegalArgumentException.class, () -> view.setTimeout(1));
        });
    }

    @Test
    @Spec("BASE-22")
    void showsKindStateAndQueueInEveryState() {
        RecordingDatagramProtocol protocol = recorder();
        DatagramLink link = gated(protocol);

        run(in -> {
            assertTrue(link.transport().toString().contains("open"), link.transport()::toString);
            link.gate().shut();
            link.transport().sendto(data("12345"));
            assertTrue(link.transport().toString().contains("13 bytes"), link.transport()::toString);
            link.transport().close();
            assertTrue(link.transport().toString().contains("closing"), link.transport()::toString);
            link.transport().abort();
        });
        protocol.awaitLost();
        loop().settle();

        assertTrue(link.transport().toString().contains("closed"), link.transport()::toString);
    }

    @Test
    @Spec({"JAVA-23", "BASE-3"})
    void refusesEveryCallFromAnotherThreadBeforeAnyEffect() throws Exception {
        RecordingDatagramProtocol protocol = recorder();
        DatagramLink link = connected(protocol);
        DatagramTransport transport = link.transport();
        Map<String, Executable> calls = new LinkedHashMap<>();
        calls.put("sendto", () -> transport.sendto(data("x")));
        calls.put("close", transport::close);
        calls.put("abort", transport::abort);
        calls.put("pauseReading", transport::pauseReading);
        calls.put("resumeReading", transport::resumeReading);
        calls.put("isReading", transport::isReading);
        calls.put("isClosing", transport::isClosing);
        calls.put("getProtocol", transport::getProtocol);
        calls.put("setProtocol", () -> transport.setProtocol(new DatagramProtocol() {}));
        calls.put("getWriteBufferSize", transport::getWriteBufferSize);
        calls.put("getWriteBufferLimits", transport::getWriteBufferLimits);
        calls.put("setWriteBufferLimits", () -> transport.setWriteBufferLimits(WaterMarks.high(1)));
        calls.put("getExtraInfo", () -> transport.getExtraInfo("socket"));

        calls.forEach((name, call) -> {
            IllegalStateException refused = assertThrows(IllegalStateException.class, call, name);
            assertTrue(String.valueOf(refused.getMessage()).contains("callSoonThreadsafe"), name);
        });
        link.peer().send("open", link.address());
        protocol.awaitReceived(4);

        assertTrue(link.peer().hasNothing());
        run(in -> assertEquals(WaterMarks.DEFAULT, transport.getWriteBufferLimits()));
    }

    @Test
    @Spec({"BASE-2", "SWITCH-15"})
    void refusesProtocolsThatAreNotForDatagrams() {
        RecordingDatagramProtocol protocol = recorder();
        DatagramLink link = free(protocol);

        run(in -> {
            assertThrows(IllegalArgumentException.class, () -> link.transport().setProtocol(new Protocol() {}));
            assertThrows(IllegalArgumentException.class, () -> link.transport().setProtocol(nothing()));
            assertSame(protocol, link.transport().getProtocol());
        });
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> free(new Protocol() {}));
        assertTrue(String.valueOf(refused.getMessage()).contains("DatagramProtocol"));
    }

    @SuppressWarnings("NullAway")
    private static BaseProtocol nothing() {
        return null;
    }

    @Test
    @Spec("BASE-21")
    void letsGoOfTheProtocolAfterTheEnd() {
        DatagramProtocol protocol = new DatagramProtocol() {};
        WeakReference<DatagramProtocol> watched = new WeakReference<>(protocol);
        DatagramLink link = free(protocol);
        protocol = null;

        run(in -> link.transport().close());
        loop().until("the end", () -> link.transport().getProtocol() == null);
        long deadline = System.nanoTime() + LoopThread.DEADLINE.toNanos();
        while (watched.get() != null && System.nanoTime() < deadline) {
            System.gc();
            LockSupport.parkNanos(1_000_000);
        }

        assertSame(null, watched.get(), "the transport still holds the protocol");
        run(in -> assertTrue(link.transport().isClosing()));
    }

    @Test
    @Spec({"JAVA-8", "LOOP-43"})
    void leavesNothingOpenIfOpeningIsCancelled() throws Exception {
        RecordingDatagramProtocol protocol = recorder();
        InetSocketAddress named = InetSocketAddress.createUnresolved(
                "localhost", fixture().peer().address().getPort());

        run(in -> fixture()
                .start(loop(), protocol, null, named, DatagramOptions.DEFAULTS)
                .toCompletableFuture()
                .cancel(false));
        loop().settle();

        assertFalse(protocol.isMade());
    }
}
