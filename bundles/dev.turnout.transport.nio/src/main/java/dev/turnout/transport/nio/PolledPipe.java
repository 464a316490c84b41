// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import dev.turnout.api.loop.TimerHandle;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.loop.io.ReadyHandler;
import dev.turnout.api.loop.io.Registration;
import dev.turnout.api.spi.Logs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Is a pipe that the loop's selector polls: no thread, no copy.
 *
 * <p>A writing end alone looks from time to time whether its reader is still there, see {@link ReaderProbe}; while bytes wait the selector tells.
 */
public final class PolledPipe extends PipeChannel {

    private final Pipe.@Nullable SourceChannel source;
    private final Pipe.@Nullable SinkChannel sink;
    private final @Nullable Path descriptor;
    private Runnable look = () -> {};

    private PolledPipe(
            Pipe.@Nullable SourceChannel source,
            Pipe.@Nullable SinkChannel sink,
            @Nullable Path descriptor,
            String name,
            Object pipe)
            throws IOException {
        super(Objects.requireNonNull(source == null ? sink : source).provider(), name, pipe);
        this.source = source;
        this.sink = sink;
        this.descriptor = descriptor;
        if (source != null) {
            source.configureBlocking(false);
        }
        if (sink != null) {
            sink.configureBlocking(false);
        }
    }

    /** Returns a channel that reads. */
    public static PolledPipe reading(Pipe.SourceChannel source, String name, Object pipe) throws IOException {
        return new PolledPipe(source, null, null, name, pipe);
    }

    /**
     * Returns a channel that writes.
     *
     * @param descriptor the file that stands for the end's descriptor, or null if it is not known; with it more JDKs find out that the reader went
     */
    public static PolledPipe writing(Pipe.SinkChannel sink, @Nullable Path descriptor, String name, Object pipe)
            throws IOException {
        return new PolledPipe(null, sink, descriptor, name, pipe);
    }

    /** Returns a channel that reads one pipe and writes another one. */
    public static PolledPipe both(Pipe.SourceChannel source, Pipe.SinkChannel sink, String name, Object pipe)
            throws IOException {
        return new PolledPipe(source, sink, null, name, pipe);
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return Objects.requireNonNull(source, "the reading end").read(target);
    }

    @Override
    public int write(ByteBuffer data) throws IOException {
        return Objects.requireNonNull(sink, "the writing end").write(data);
    }

    @Override
    public long write(ByteBuffer[] data, int offset, int length) throws IOException {
        return Objects.requireNonNull(sink, "the writing end").write(data, offset, length);
    }

    @Override
    public PipeChannel shutdownOutput() throws IOException {
        if (sink != null) {
            sink.close();
        }
        return this;
    }

    @Override
    protected void implCloseSelectableChannel() throws IOException {
        try {
            if (sink != null) {
                sink.close();
            }
        } finally {
            if (source != null) {
                source.close();
            }
        }
    }

    static PolledPipe join(PolledPipe reading, PolledPipe writing, String name) throws IOException {
        return new PolledPipe(reading.source, writing.sink, null, name, reading.pipe());
    }

    /** Tells whether this system lets a writing end whose descriptor is known find out that its reader has gone. */
    public static boolean canLook() {
        return ReaderProbe.works();
    }

    /** Looks soon whether a writing end still has a reader, as there is reason to think that it has none. Loop's thread. */
    public void look() {
        look.run();
    }

    @Override
    public Registration register(IoLoop loop, int ops, ReadyHandler handler) {
        Polling polling = new Polling(loop, handler);
        look = polling::lookNow;
        polling.interestOps(ops);
        return polling;
    }

    private final class Polling implements Registration {

        private final IoLoop loop;
        private final ReadyHandler handler;
        private final @Nullable Registration in;
        private final @Nullable Registration out;
        private final boolean looks;
        private int ops;
        private boolean cancelled;
        private boolean looking;
        private long delayMillis = ReaderProbe.FIRST_MILLIS;
        private @Nullable TimerHandle timer;

        Polling(IoLoop loop, ReadyHandler handler) {
            this.loop = loop;
            this.handler = handler;
            this.in = source == null ? null : loop.register(source, 0, handler);
            this.looks = source == null;
            Registration writing = null;
            try {
                writing = sink == null ? null : loop.register(sink, 0, looks ? this::writable : handler);
            } finally {
                if (sink != null && writing == null && in != null) {
                    in.cancel();
                }
            }
            this.out = writing;
        }

        @Override
        public SelectableChannel channel() {
            return PolledPipe.this;
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
            if (in != null) {
                in.interestOps(wanted & SelectionKey.OP_READ);
            }
            pollForWriting();
            if (looks && !looking && timer == null && (wanted & SelectionKey.OP_READ) != 0) {
                timer = loop.callLater(delayMillis * 1_000_000, this::look);
            }
        }

        private void pollForWriting() {
            if (out != null && sink != null && sink.isOpen()) {
                out.interestOps(looking ? SelectionKey.OP_WRITE : ops & SelectionKey.OP_WRITE);
            }
        }

        /** Waits until the pipe has room or has lost its reader: the probe cannot block then. */
        private void look() {
            timer = null;
            if (!cancelled && (ops & SelectionKey.OP_READ) != 0) {
                looking = true;
                pollForWriting();
            }
        }

        private void lookNow() {
            if (looks && !cancelled) {
                delayMillis = ReaderProbe.FIRST_MILLIS;
                if (timer != null) {
                    timer.cancel();
                }
                look();
            }
        }

        private void writable(int readyOps) {
            boolean looked = looking;
            looking = false;
            if ((ops & SelectionKey.OP_WRITE) != 0) {
                delayMillis = ReaderProbe.FIRST_MILLIS;
                handler.ready(SelectionKey.OP_WRITE);
            } else if (looked && sink != null && ReaderProbe.readerGone(sink, descriptor)) {
                handler.ready(SelectionKey.OP_READ);
            } else {
                delayMillis = Math.min(ReaderProbe.MOST_MILLIS, 2 * delayMillis);
            }
            interestOps(ops);
        }

        @Override
        public void cancel() {
            stop();
            if (in != null) {
                in.cancel();
            }
            if (out != null) {
                out.cancel();
            }
        }

        @Override
        public void close() {
            stop();
            if (in != null) {
                in.close();
            }
            if (out != null) {
                out.close();
            }
            closeQuietly();
        }

        private void stop() {
            cancelled = true;
            ops = 0;
            if (timer != null) {
                timer.cancel();
            }
        }

        private void closeQuietly() {
            try {
                PolledPipe.this.close();
            } catch (IOException e) {
                Logs.of(PolledPipe.class.getName())
                        .log(System.Logger.Level.DEBUG, "cannot close " + PolledPipe.this, e);
            }
        }
    }
}
