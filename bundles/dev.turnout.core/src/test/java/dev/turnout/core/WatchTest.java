// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.ErrorContext;
import dev.turnout.api.loop.io.ReadyHandler;
import dev.turnout.api.loop.io.Registration;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Watching and registering channels. */
class WatchTest extends LoopFixture {

    @Test
    @Spec("WATCH-1")
    void callsBackInEveryTurnUntilRemoved() throws Exception {
        Pipe pipe = readablePipe();
        nonBlocking(pipe.sink());
        loop.addReader(pipe.source(), () -> trace.add("r"));
        loop.addWriter(pipe.sink(), () -> trace.add("w"));

        runTurns(2);
        assertTrue(loop.removeWriter(pipe.sink()));
        runTurns(1);
        pipe.source().read(ByteBuffer.allocate(10));
        runTurns(1);

        assertEquals(3, trace.stream().filter("r"::equals).count());
        assertEquals(2, trace.stream().filter("w"::equals).count());
    }

    @Test
    @Spec("WATCH-2")
    void aSecondReaderReplacesTheFirstAndLeavesTheWriter() throws Exception {
        SocketChannel[] pair = connectedPair();
        pair[1].write(ByteBuffer.wrap(new byte[] {1}));
        loop.addWriter(pair[0], () -> trace.add("writer"));
        loop.addReader(pair[0], () -> trace.add("first"));
        loop.addReader(pair[0], () -> trace.add("second"));

        runUntil(() -> trace.contains("second"));
        loop.removeReader(pair[0]);
        trace.clear();
        runTurns(1);

        assertEquals(List.of("writer"), trace);
    }

    @Test
    @Spec("WATCH-2")
    void aReaderReplacedInItsOwnTurnIsNotCalled() throws Exception {
        Pipe one = readablePipe();
        Pipe two = readablePipe();
        loop.addReader(one.source(), () -> replaceBoth(one, two));
        loop.addReader(two.source(), () -> replaceBoth(one, two));

        runTurns(1);

        assertEquals(1, trace.stream().filter("replaced"::equals).count());
    }

    private void replaceBoth(Pipe one, Pipe two) {
        trace.add("replaced");
        loop.addReader(one.source(), () -> trace.add("new"));
        loop.addReader(two.source(), () -> trace.add("new"));
    }

    @Test
    @Spec("WATCH-3")
    void removeTellsWhetherThereWasSomething() throws Exception {
        Pipe pipe = pipe();

        assertFalse(loop.removeReader(pipe.source()));
        loop.addReader(pipe.source(), () -> {});
        assertFalse(loop.removeWriter(pipe.source()));
        assertTrue(loop.removeReader(pipe.source()));
        assertFalse(loop.removeReader(pipe.source()));
        loop.addReader(pipe.source(), () -> {});
        loop.close();
        assertFalse(loop.removeReader(pipe.source()));
        assertFalse(loop.removeWriter(pipe.source()));
    }

    @Test
    @Spec("WATCH-4")
    void aReaderRemovedInTheTurnInProgressIsNotCalled() throws Exception {
        Pipe one = readablePipe();
        Pipe two = readablePipe();
        loop.addReader(one.source(), () -> {
            trace.add("one");
            loop.removeReader(two.source());
        });
        loop.addReader(two.source(), () -> {
            trace.add("two");
            loop.removeReader(one.source());
        });

        runTurns(1);

        assertEquals(1, trace.size(), () -> "both ran: " + trace);
    }

    @Test
    @Spec("WATCH-4")
    void aHandlerCancelledOrPausedInTheTurnInProgressIsNotCalled() throws Exception {
        Registration[] registrations = new Registration[3];
        for (int i = 0; i < 3; i++) {
            registrations[i] = loop.register(readablePipe().source(), SelectionKey.OP_READ, ops -> {
                trace.add("called");
                registrations[0].cancel();
                registrations[1].interestOps(0);
                registrations[2].close();
            });
        }

        runTurns(3);

        assertEquals(1, trace.size());
        assertEquals(0, registrations[0].interestOps());
        assertEquals(0, registrations[1].interestOps());
        assertEquals(0, registrations[2].interestOps());
        assertFalse(registrations[2].channel().isOpen());
        registrations[2].interestOps(SelectionKey.OP_READ);
        registrations[2].close();
    }

    @Test
    @Spec({"WATCH-5", "SOCK-12"})
    void aChannelOfATransportIsRefusedAndTheTransportNamed() throws Exception {
        SocketChannel[] pair = connectedPair();
        ReadyHandler transport = new ReadyHandler() {
            @Override
            public void ready(int readyOps) {
                trace.add("transport");
            }

            @Override
            public String toString() {
                return "the transport at work";
            }
        };
        Registration registration = loop.register(pair[0], 0, transport);

        List<Runnable> calls = List.of(
                () -> loop.addReader(pair[0], () -> {}),
                () -> loop.addWriter(pair[0], () -> {}),
                () -> loop.register(pair[0], SelectionKey.OP_READ, ops -> {}),
                () -> loop.sockRecv(pair[0], 10),
                () -> loop.sockRecvInto(pair[0], ByteBuffer.allocate(1)),
                () -> loop.sockSendall(pair[0], ByteBuffer.allocate(1)));
        for (Runnable call : calls) {
            IllegalStateException e = assertThrows(IllegalStateException.class, call::run);
            assertTrue(e.getMessage().contains("the transport at work"), e.getMessage());
        }

        assertSame(transport, loop.owner(pair[0]));
        registration.cancel();
        assertNull(loop.owner(pair[0]));
        loop.addReader(pair[0], () -> {});
        assertNull(loop.owner(pair[0]), "a watch is no owner");
        assertThrows(IllegalStateException.class, () -> loop.register(pair[0], 0, transport));
    }

    @Test
    @Spec("WATCH-6")
    void anUnusableChannelIsRefused() throws Exception {
        Pipe closed = pipe();
        closed.source().close();
        Pipe blocking = loop.provider().openPipe();
        track(blocking.source());
        track(blocking.sink());
        ServerSocketChannel server = nonBlocking(loop.provider().openServerSocketChannel());

        assertThrows(IllegalArgumentException.class, () -> loop.addReader(null, () -> {}));
        assertThrows(IllegalArgumentException.class, () -> loop.addReader(closed.source(), () -> {}));
        assertThrows(IllegalArgumentException.class, () -> loop.addReader(blocking.source(), () -> {}));
        assertThrows(IllegalArgumentException.class, () -> loop.addWriter(server, () -> {}));
        assertThrows(IllegalArgumentException.class, () -> loop.register(closed.source(), 1, ops -> {}));
        assertThrows(IllegalArgumentException.class, () -> loop.register(blocking.source(), 1, ops -> {}));
    }

    @Test
    @Spec("WATCH-7")
    void closingAChannelRightAfterItsRemovalIsSafe() throws Exception {
        Pipe closing = readablePipe();
        Pipe other = readablePipe();
        loop.addReader(closing.source(), () -> {
            trace.add("closing");
            loop.removeReader(closing.source());
            close(closing.source());
        });
        loop.addReader(other.source(), () -> trace.add("other"));

        runTurns(3);

        assertEquals(1, trace.stream().filter("closing"::equals).count());
        assertEquals(3, trace.stream().filter("other"::equals).count());
        assertEquals(List.of(), log.at(java.util.logging.Level.SEVERE));
    }

    @Test
    @Spec({"WATCH-7", "JAVA-41"})
    void closingAWatchedChannelDoesNotDisturbTheLoop() throws Exception {
        Pipe closing = readablePipe();
        Pipe other = readablePipe();
        loop.addReader(closing.source(), () -> trace.add("closing"));
        loop.addReader(other.source(), () -> {
            trace.add("other");
            close(closing.source());
        });

        runTurns(3);

        assertEquals(3, trace.stream().filter("other"::equals).count());
        assertTrue(trace.stream().filter("closing"::equals).count() <= 1);
    }

    @Test
    @Spec("WATCH-8")
    void aChannelThatTheSelectorCannotPollIsRefused() throws Exception {
        SelectableChannel foreign = track(new ForeignChannel());

        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> loop.addReader(foreign, () -> {}));

        assertTrue(e.getMessage().contains("provider"), e.getMessage());
    }

    @Test
    @Spec({"WATCH-1", "ERR-1"})
    void aReaderThatThrowsIsReportedWithItsHandleAndStays() throws Exception {
        List<ErrorContext> reports = new ArrayList<>();
        loop.setExceptionHandler((from, context) -> reports.add(context));
        loop.addReader(readablePipe().source(), () -> {
            throw new IllegalArgumentException("reader");
        });

        runTurns(2);

        assertEquals(2, reports.size());
        assertTrue(reports.get(0).part(ErrorContext.HANDLE).isPresent());
    }

    @Test
    void anAddressIsFreeAsSoonAsItsRegistrationIsClosed() throws Exception {
        InetSocketAddress address = null;
        for (int i = 0; i < 20; i++) {
            ServerSocketChannel server = nonBlocking(loop.provider().openServerSocketChannel());
            server.setOption(java.net.StandardSocketOptions.SO_REUSEADDR, false);
            server.bind(address == null ? new InetSocketAddress(InetAddress.getLoopbackAddress(), 0) : address);
            address = (InetSocketAddress) server.getLocalAddress();
            Registration registration = loop.register(server, SelectionKey.OP_ACCEPT, ops -> {});
            runTurns(1);
            InetSocketAddress again = address;
            loop.callSoon(() -> {
                registration.close();
                try (ServerSocketChannel next = ServerSocketChannel.open()) {
                    next.setOption(java.net.StandardSocketOptions.SO_REUSEADDR, false);
                    trace.add(next.bind(again) == next);
                } catch (IOException e) {
                    trace.add(e);
                }
            });
            runTurns(1);
            assertEquals(true, trace.get(i));
        }
    }

    @Test
    void aCancelledChannelCanBeRegisteredAgainInTheSameTurn() throws Exception {
        Pipe pipe = readablePipe();
        Registration first = loop.register(pipe.source(), SelectionKey.OP_READ, ops -> trace.add("first"));
        Pipe other = readablePipe();
        loop.register(other.source(), SelectionKey.OP_READ, ops -> trace.add("other"));
        loop.callSoon(() -> {
            first.cancel();
            loop.register(pipe.source(), SelectionKey.OP_READ, ops -> trace.add("second"));
        });

        runTurns(1);
        trace.clear();
        runTurns(1);

        assertEquals(2, trace.size());
        assertTrue(trace.contains("second"), () -> "" + trace);
        assertTrue(trace.contains("other"), "readiness got lost when the old key was flushed");
    }

    @Test
    void aCancelledRegistrationLeavesTheNextOneOfItsChannelAlone() throws Exception {
        Pipe pipe = readablePipe();
        Registration former = loop.register(pipe.source(), SelectionKey.OP_READ, ops -> trace.add("former"));
        former.cancel();
        Registration next = loop.register(pipe.source(), SelectionKey.OP_READ, ops -> trace.add("next"));

        former.interestOps(0);
        former.cancel();
        runTurns(1);

        assertEquals(List.of("next"), trace);
        assertEquals(0, former.interestOps());
        assertEquals(SelectionKey.OP_READ, next.interestOps());
        assertSame(pipe.source(), former.channel());
    }

    @Test
    void theScratchBufferIsOneAndItsViewCannotBeWritten() {
        ByteBuffer scratch = loop.scratch();
        scratch.putInt(42).flip();

        ByteBuffer view = loop.scratchView();
        view.clear().limit(4);

        assertSame(scratch, loop.scratch());
        assertSame(view, loop.scratchView());
        assertTrue(scratch.isDirect());
        assertEquals(256 * 1024, scratch.limit());
        assertTrue(view.isReadOnly());
        assertEquals(42, view.getInt());
    }

    private SocketChannel[] connectedPair() throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            SocketChannel client = track(SocketChannel.open(server.getLocalAddress()));
            SocketChannel accepted = track(server.accept());
            return new SocketChannel[] {nonBlocking(client), nonBlocking(accepted)};
        }
    }

    private static void close(SelectableChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Is selectable by name only: no selector of the JDK knows it. */
    private static final class ForeignChannel extends AbstractSelectableChannel {

        ForeignChannel() throws IOException {
            super(null);
            configureBlocking(false);
        }

        @Override
        protected void implCloseSelectableChannel() {
            // holds nothing
        }

        @Override
        protected void implConfigureBlocking(boolean block) {
            // has no modes
        }

        @Override
        public int validOps() {
            return SelectionKey.OP_READ;
        }
    }

    @Test
    @Spec("SWITCH-37")
    void keepsNothingOfAChannelThatIsClosed() throws Exception {
        List<WeakReference<ReadyHandler>> handlers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            handlers.add(new WeakReference<>(closedWhenReady(readablePipe())));
        }
        runTurns(2);
        assertEquals(5, trace.size());

        loop.register(readablePipe().source(), SelectionKey.OP_READ, ops -> trace.add("other"));
        runTurns(2);

        await(() -> {
            System.gc();
            return handlers.stream().allMatch(handler -> handler.get() == null);
        });
    }

    /** Registers a handler that the loop alone holds. */
    private ReadyHandler closedWhenReady(Pipe pipe) {
        Registration[] registration = new Registration[1];
        ReadyHandler handler = ops -> {
            trace.add(ops);
            registration[0].close();
        };
        registration[0] = loop.register(pipe.source(), SelectionKey.OP_READ, handler);
        return handler;
    }
}
