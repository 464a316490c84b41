// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.loop.io.ReadyHandler;
import dev.turnout.api.loop.io.Registration;
import dev.turnout.api.spi.Logs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.WritableByteChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Is a pipe that no selector can poll, such as a FIFO, a device or a stream of the JDK: each direction has a {@link Pump} with a thread of its own.
 *
 * <p>A thread that waits for the system is woken when the channel is closed, if the end is one of the JDK's file channels; else it stays until the
 * system returns, as a thread of the kind that keeps no process alive.
 *
 * @see "JAVA-35"
 */
public final class PumpedPipe extends PipeChannel {

    private final @Nullable ReadPump reader;
    private final @Nullable WritePump writer;

    private PumpedPipe(@Nullable ReadPump reader, @Nullable WritePump writer, String name, Object pipe) {
        super(SelectorProvider.provider(), name, pipe);
        this.reader = reader;
        this.writer = writer;
    }

    private static ReadPump pump(ReadableByteChannel source, String name) {
        return new ReadPump(source, "turnout-read-" + name);
    }

    private static WritePump pump(WritableByteChannel sink, String name) {
        return new WritePump(sink, "turnout-write-" + name);
    }

    static PumpedPipe join(PumpedPipe reading, PumpedPipe writing, String name) {
        return new PumpedPipe(reading.reader, writing.writer, name, reading.pipe());
    }

    /** Returns a channel that reads; the end belongs to it. */
    public static PumpedPipe reading(ReadableByteChannel source, String name, Object pipe) {
        return new PumpedPipe(pump(source, name), null, name, pipe);
    }

    /** Returns a channel that writes; the end belongs to it. */
    public static PumpedPipe writing(WritableByteChannel sink, String name, Object pipe) {
        return new PumpedPipe(null, pump(sink, name), name, pipe);
    }

    /** Returns a channel that reads one pipe and writes another one. */
    public static PumpedPipe both(ReadableByteChannel source, WritableByteChannel sink, String name, Object pipe) {
        return new PumpedPipe(pump(source, name), pump(sink, name), name, pipe);
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return Objects.requireNonNull(reader, "the reading end").read(target);
    }

    @Override
    public int write(ByteBuffer data) throws IOException {
        return (int) write(new ByteBuffer[] {data}, 0, 1); // the pump copies and locks anyway
    }

    @Override
    public long write(ByteBuffer[] data, int offset, int length) throws IOException {
        return Objects.requireNonNull(writer, "the writing end").write(data, offset, length);
    }

    @Override
    public PipeChannel shutdownOutput() {
        if (writer != null) {
            writer.close();
        }
        return this;
    }

    @Override
    protected void implCloseSelectableChannel() {
        if (writer != null) {
            writer.close();
        }
        if (reader != null) {
            reader.close();
        }
    }

    @Override
    public Registration register(IoLoop loop, int ops, ReadyHandler handler) {
        Waiting waiting = new Waiting(loop, handler);
        if (reader != null) {
            reader.onChange(waiting::changed);
        }
        if (writer != null) {
            writer.onChange(waiting::changed);
        }
        waiting.interestOps(ops);
        return waiting;
    }

    /** Calls the handler on the loop, at most once a turn, as long as the pumps have what it waits for. */
    private final class Waiting implements Registration {

        private final IoLoop loop;
        private final ReadyHandler handler;
        private int ops;
        private boolean scheduled;
        private boolean cancelled;

        Waiting(IoLoop loop, ReadyHandler handler) {
            this.loop = loop;
            this.handler = handler;
        }

        /** Is told by a pump, on its thread. */
        void changed() {
            try {
                loop.execute(this::schedule);
            } catch (IllegalStateException loopClosed) {
                implCloseSelectableChannel();
            }
        }

        private void schedule() {
            if (!scheduled && !cancelled && readyOps() != 0) {
                scheduled = true;
                loop.callSoon(this::call);
            }
        }

        private void call() {
            scheduled = false;
            int ready = readyOps();
            if (ready != 0 && !cancelled) {
                handler.ready(ready);
                schedule();
            }
        }

        private int readyOps() {
            int ready = 0;
            if (reader != null ? reader.isReadable() : writer != null && writer.isReaderGone()) {
                ready = SelectionKey.OP_READ;
            }
            if (writer != null && writer.isWritable()) {
                ready |= SelectionKey.OP_WRITE;
            }
            return ready & ops;
        }

        @Override
        public SelectableChannel channel() {
            return PumpedPipe.this;
        }

        @Override
        public int interestOps() {
            return ops;
        }

        @Override
        public void interestOps(int wanted) {
            if (cancelled) {
                return;
            }
            ops = wanted;
            boolean reading = (wanted & SelectionKey.OP_READ) != 0;
            if (reader != null) {
                reader.want(reading);
            } else if (writer != null && reading) {
                writer.watchReader();
            }
            schedule();
        }

        @Override
        public void cancel() {
            cancelled = true;
            ops = 0;
            if (reader != null) {
                reader.want(false);
            }
        }

        @Override
        public void close() {
            cancel();
            try {
                PumpedPipe.this.close();
            } catch (IOException e) {
                Logs.of(PumpedPipe.class.getName())
                        .log(System.Logger.Level.DEBUG, "cannot close " + PumpedPipe.this, e);
            }
        }
    }
}
