// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.loop.io.ReadyHandler;
import dev.turnout.api.loop.io.Registration;
import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.transport.Transport;
import dev.turnout.core.EventLoops;
import dev.turnout.testkit.Hook;
import dev.turnout.testkit.LoopThread;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import dev.turnout.testkit.contract.OpenLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Says which writes of a callback share a system call, and that nothing else tells them from writes that leave by themselves. */
class CollectingTest {

    private final LoopThread loop = new LoopThread(EventLoops.newEventLoop("collecting"));
    private final OpenLog log = new OpenLog();
    private final RecordingProtocol protocol = new RecordingProtocol();
    private final WrittenChannel channel = new WrittenChannel();
    private final StreamChannelTransport transport = open(channel, protocol);

    private StreamChannelTransport open(WrittenChannel on, RecordingProtocol with) {
        return loop.call(() -> StreamChannelTransport.begin(
                loop.loop(), on, "tcp", with, StreamSettings.of(ConnectOptions.DEFAULTS), log));
    }

    @AfterEach
    void close() {
        loop.run(in -> transport.abort());
        protocol.awaitLost();
        loop.close();
    }

    /** Has the protocol do something in {@code dataReceived}, which must not fail. */
    private void inCallback(Hook<Transport> does) {
        callback(does);
        assertEquals(List.of(), loop.reports());
    }

    private void callback(Hook<Transport> does) {
        protocol.onData(data -> does.run(transport));
        loop.run(in -> channel.deliver("go"));
    }

    private void write(String... texts) {
        for (String text : texts) {
            transport.write(text.getBytes(US_ASCII));
        }
    }

    @Test
    void smallWritesOfACallbackLeaveInOneCall() {
        inCallback(t -> write("a", "b", "c"));
        inCallback(t -> write("d"));

        assertEquals(List.of("abc", "d"), channel.writes);
    }

    @Test
    @Spec("WRITE-2")
    void aWriteOutsideOfCallbacksLeavesAtOnce() {
        loop.run(in -> {
            write("a", "b");
            assertEquals(List.of("a", "b"), channel.writes);
        });
    }

    @Test
    @Spec({"WRITE-23", "FLOW-17"})
    void whoAsksForTheSizeFindsThatTheSystemHasThem() {
        inCallback(t -> {
            write("a", "b");
            assertEquals(0, t.getWriteBufferSize());
            assertEquals(List.of("ab"), channel.writes);
        });
    }

    @Test
    @Spec("WRITE-3")
    void keepTheirPlaceAmongAllOtherWrites() {
        String large = "L".repeat(40_000);

        inCallback(t -> {
            write("a", "b", large, "c");
            t.writeOwned(ByteBuffer.wrap("own".getBytes(US_ASCII)));
            write("d");
            t.writelines(List.of(ByteBuffer.wrap("lines".getBytes(US_ASCII))));
            write("e", "f");
        });

        assertEquals(List.of("ab", large, "c", "own", "d", "lines", "ef"), channel.writes);
    }

    @Test
    @Spec("WRITE-3")
    void goBeforeLinesWhoseIterationWritesThem() {
        Iterable<ByteBuffer> lines = () -> {
            write("b");
            return List.of(ByteBuffer.wrap("lines".getBytes(US_ASCII))).iterator();
        };

        inCallback(t -> {
            write("a");
            t.writelines(lines);
            write("c");
        });

        assertEquals(List.of("ab", "lines", "c"), channel.writes);
    }

    @Test
    @Spec("WRITE-2")
    void aWriteLeavesAtOnceAfterACallbackThatFoundNoMemory() {
        RecordingProtocol exhausted = new RecordingProtocol() {
            @Override
            public void pauseWriting() {
                super.pauseWriting();
                throw new OutOfMemoryError("none for the test");
            }
        };
        WrittenChannel full = new WrittenChannel();
        full.room = 0;
        StreamChannelTransport paused = open(full, exhausted);

        loop.run(in -> {
            assertThrows(OutOfMemoryError.class, () -> paused.write(new byte[100_000]));
            full.room = Integer.MAX_VALUE;
            full.drain();
            paused.write("at once".getBytes(US_ASCII));
            assertEquals("at once", full.writes.get(full.writes.size() - 1));
            paused.abort();
        });
    }

    @Test
    @Spec({"FLOW-8", "FLOW-11", "FLOW-15"})
    void nothingIsCollectedAboveTheHighMark() {
        channel.room = 0;

        inCallback(t -> {
            t.setWriteBufferLimits(3);
            write("abc");
            assertEquals(0, protocol.count("pauseWriting"));
            write("d");
            assertEquals(1, protocol.count("pauseWriting"));
            assertEquals(4, t.getWriteBufferSize());
        });
    }

    @Test
    @Spec("FLOW-20")
    void newMarksAreHeldAgainstThem() {
        channel.room = 0;

        inCallback(t -> {
            write("abc");
            t.setWriteBufferLimits(0);
            assertEquals(1, protocol.count("pauseWriting"));
        });
    }

    @Test
    @Spec({"FLOW-6", "FLOW-20"})
    void theDefaultMarksAreHeldAgainstThem() {
        channel.room = 0;

        inCallback(t -> {
            t.setWriteBufferLimits(1 << 20);
            write("m".repeat(30_000), "m".repeat(30_000), "m".repeat(30_000));
            t.setWriteBufferLimits();
            assertEquals(1, protocol.count("pauseWriting"));
        });
    }

    @Test
    @Spec({"WRITE-4", "FLOW-12"})
    void whatTheSystemDoesNotTakeFollowsLater() {
        channel.room = 2;

        inCallback(t -> write("abc", "de"));
        loop.run(in -> {
            assertEquals(3, transport.getWriteBufferSize());
            channel.room = 100;
            channel.drain();
            write("f");
        });

        assertEquals(List.of("ab", "cde", "f"), channel.writes);
    }

    @Test
    void leaveBeforeTheConnectionIsClosed() {
        inCallback(t -> {
            write("a", "b");
            t.close();
        });
        protocol.awaitLost();
        loop.settle();

        assertEquals(List.of("ab", "closed"), channel.writes);
    }

    @Test
    @Spec("WRITE-26")
    void leaveBeforeTheSendingSideIsShut() {
        inCallback(t -> {
            write("a", "b");
            t.writeEof();
            assertEquals(List.of("ab", "shut"), channel.writes);
        });
    }

    @Test
    void leaveBeforeAnAbort() {
        inCallback(t -> {
            write("a", "b");
            t.abort();
            assertEquals(List.of("ab"), channel.writes);
        });
    }

    @Test
    @Spec("CB-4")
    void leaveBeforeAFailingCallbackEndsTheConnection() {
        callback(t -> {
            write("a", "b");
            throw new IllegalStateException("fails after its answer");
        });
        protocol.awaitLost();
        loop.settle();

        assertEquals(List.of("ab", "closed"), channel.writes);
        assertEquals(1, loop.reports().size());
    }

    @Test
    @Spec({"WRITE-21", "WRITE-22"})
    void theirFailureEndsTheConnectionAndThrowsNothing() {
        channel.failure = new IOException("Broken pipe");

        inCallback(t -> write("a", "b"));
        protocol.awaitLost();
        loop.settle();

        assertEquals(List.of("closed"), channel.writes);
        assertTrue(protocol.cause() instanceof IOException, () -> "" + protocol.cause());
        assertEquals(List.of(), loop.reports());
    }

    @Test
    void anotherTransportsCallbackBelowDoesNotMixWithThem() {
        WrittenChannel second = new WrittenChannel();
        RecordingProtocol other = new RecordingProtocol();
        StreamChannelTransport beside = open(second, other);
        other.onData(data -> {
            beside.write("x".getBytes(US_ASCII));
            beside.write("y".getBytes(US_ASCII));
        });

        inCallback(t -> {
            write("a");
            second.deliver("go");
            write("b");
        });

        assertEquals(List.of("x", "y"), second.writes);
        assertEquals(List.of("ab"), channel.writes);
        loop.run(in -> beside.abort());
        other.awaitLost();
    }

    @Test
    void manyLeaveWheneverTheBufferIsFull() {
        String text = "m".repeat(10_000);
        loop.run(in -> transport.setWriteBufferLimits(1 << 20));

        inCallback(t -> {
            for (int i = 0; i < 30; i++) {
                write(text);
            }
        });

        assertEquals(text.repeat(30), String.join("", channel.writes));
        assertEquals(3, channel.writes.size());
        assertFalse(protocol.isLost());
    }

    /** Notes what each call handed to the system, and is ready when the test says so. Thread: the loop's. */
    private static final class WrittenChannel extends PipeChannel {

        final List<String> writes = new CopyOnWriteArrayList<>();
        int room = Integer.MAX_VALUE;

        @Nullable
        IOException failure;

        private ByteBuffer input = ByteBuffer.allocate(0);
        private @Nullable ReadyHandler handler;

        WrittenChannel() {
            super(SelectorProvider.provider(), "written", "written");
        }

        /** Has the transport read. */
        void deliver(String text) {
            input = ByteBuffer.wrap(text.getBytes(US_ASCII));
            ready(SelectionKey.OP_READ);
        }

        /** Has the transport write what waits. */
        void drain() {
            ready(SelectionKey.OP_WRITE);
        }

        private void ready(int ops) {
            ReadyHandler told = handler;
            if (told != null) {
                told.ready(ops);
            }
        }

        @Override
        public int read(ByteBuffer target) {
            int count = input.remaining();
            target.put(input);
            return count;
        }

        @Override
        public int write(ByteBuffer data) throws IOException {
            if (failure != null) {
                throw failure;
            }
            byte[] taken = new byte[Math.min(room, data.remaining())];
            data.get(taken);
            if (taken.length > 0) {
                writes.add(new String(taken, US_ASCII));
            }
            return taken.length;
        }

        @Override
        public long write(ByteBuffer[] data, int offset, int length) throws IOException {
            long written = 0;
            for (int i = offset; i < offset + length; i++) {
                written += write(data[i]);
            }
            return written;
        }

        @Override
        public PipeChannel shutdownOutput() {
            writes.add("shut");
            return this;
        }

        @Override
        protected void implCloseSelectableChannel() {
            writes.add("closed");
        }

        @Override
        public Registration register(IoLoop on, int ops, ReadyHandler told) {
            handler = told;
            return new Registration() {

                private int wanted = ops;

                @Override
                public SelectableChannel channel() {
                    return WrittenChannel.this;
                }

                @Override
                public int interestOps() {
                    return wanted;
                }

                @Override
                public void interestOps(int next) {
                    wanted = next;
                }

                @Override
                public void cancel() {
                    wanted = 0;
                }

                @Override
                public void close() {
                    cancel();
                    try {
                        WrittenChannel.this.close();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            };
        }
    }
}
