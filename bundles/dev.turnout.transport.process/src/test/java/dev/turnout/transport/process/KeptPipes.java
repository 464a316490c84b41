// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.process;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.turnout.testkit.ForwardingSelectorProvider;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.ArrayList;
import java.util.List;

/**
 * Opens the JDK's pipes and keeps the ends that are a child's, when this process lets go of them. The first pipe of two is that of standard input, as
 * {@link Child} opens them.
 */
final class KeptPipes extends ForwardingSelectorProvider implements AutoCloseable {

    private static final int MOST_HEARD = 100;

    private final List<Pipe> opened = new ArrayList<>();

    /**
     * Holds the pipes of one child.
     *
     * @param in its standard input
     * @param out its standard output
     */
    record Standard(Pipe in, Pipe out) {

        /** Returns what the child reads. */
        Pipe.SourceChannel childsInput() {
            return in.source();
        }

        /** Returns what the child writes. */
        Pipe.SinkChannel childsOutput() {
            return out.sink();
        }

        /** Writes to the child. */
        void say(String text) throws IOException {
            in.sink().write(ByteBuffer.wrap(text.getBytes(US_ASCII)));
        }

        /** Reads what the child has written. */
        String hear() throws IOException {
            ByteBuffer heard = ByteBuffer.allocate(MOST_HEARD);
            out.source().read(heard);
            return US_ASCII.decode(heard.flip()).toString();
        }
    }

    /** Returns the pipes of the child started last. */
    synchronized Standard last() {
        int count = opened.size();
        return new Standard(opened.get(count - 2), opened.get(count - 1));
    }

    @Override
    public synchronized Pipe openPipe() throws IOException {
        Pipe pipe = super.openPipe();
        opened.add(pipe);
        return opened.size() % 2 == 1
                ? new Ends(new KeptSource(pipe.source()), pipe.sink())
                : new Ends(pipe.source(), new KeptSink(pipe.sink()));
    }

    /** Closes what is left. */
    @Override
    public synchronized void close() {
        for (Pipe pipe : opened) {
            SystemPipe.close(pipe.source());
            SystemPipe.close(pipe.sink());
        }
    }

    /** Is a pipe of these two ends. */
    private static final class Ends extends Pipe {

        private final SourceChannel source;
        private final SinkChannel sink;

        Ends(SourceChannel source, SinkChannel sink) {
            this.source = source;
            this.sink = sink;
        }

        @Override
        public SourceChannel source() {
            return source;
        }

        @Override
        public SinkChannel sink() {
            return sink;
        }
    }

    /** Is a reading end that outlives its close. */
    private static final class KeptSource extends Pipe.SourceChannel {

        private final Pipe.SourceChannel source;

        KeptSource(Pipe.SourceChannel source) {
            super(source.provider());
            this.source = source;
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            return source.read(target);
        }

        @Override
        public long read(ByteBuffer[] targets) throws IOException {
            return source.read(targets);
        }

        @Override
        public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
            return source.read(targets, offset, length);
        }

        @Override
        protected void implCloseSelectableChannel() {
            // the end is kept
        }

        @Override
        protected void implConfigureBlocking(boolean block) throws IOException {
            source.configureBlocking(block);
        }
    }

    /** Is a writing end that outlives its close. */
    private static final class KeptSink extends Pipe.SinkChannel {

        private final Pipe.SinkChannel sink;

        KeptSink(Pipe.SinkChannel sink) {
            super(sink.provider());
            this.sink = sink;
        }

        @Override
        public int write(ByteBuffer data) throws IOException {
            return sink.write(data);
        }

        @Override
        public long write(ByteBuffer[] data) throws IOException {
            return sink.write(data);
        }

        @Override
        public long write(ByteBuffer[] data, int offset, int length) throws IOException {
            return sink.write(data, offset, length);
        }

        @Override
        protected void implCloseSelectableChannel() {
            // the end is kept
        }

        @Override
        protected void implConfigureBlocking(boolean block) throws IOException {
            sink.configureBlocking(block);
        }
    }
}
