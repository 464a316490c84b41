// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.process;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;

/**
 * Opens the JDK's pipes and keeps the ends that are a child's, when this process lets go of them. The first pipe of two is that of standard input, as
 * {@link Child} opens them.
 */
final class KeptPipes extends SelectorProvider implements AutoCloseable {

    private static final int MOST_HEARD = 100;

    private final SelectorProvider jdk = SelectorProvider.provider();
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
        Pipe pipe = jdk.openPipe();
        opened.add(pipe);
        return opened.size() % 2 == 1 ? new InputPipe(pipe) : new OutputPipe(pipe);
    }

    /** Closes what is left. */
    @Override
    public synchronized void close() {
        for (Pipe pipe : opened) {
            SystemPipe.close(pipe.source());
            SystemPipe.close(pipe.sink());
        }
    }

    /** Is a pipe whose reading end outlives its close. */
    private static final class InputPipe extends Pipe {

        private final Pipe pipe;
        private final KeptSource source;

        InputPipe(Pipe pipe) {
            this.pipe = pipe;
            this.source = new KeptSource(pipe.source());
        }

        @Override
        public SourceChannel source() {
            return source;
        }

        @Override
        public SinkChannel sink() {
            return pipe.sink();
        }
    }

    /** Is a pipe whose writing end outlives its close. */
    private static final class OutputPipe extends Pipe {

        private final Pipe pipe;
        private final KeptSink sink;

        OutputPipe(Pipe pipe) {
            this.pipe = pipe;
            this.sink = new KeptSink(pipe.sink());
        }

        @Override
        public SourceChannel source() {
            return pipe.source();
        }

        @Override
        public SinkChannel sink() {
            return sink;
        }
    }

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

    @Override
    public DatagramChannel openDatagramChannel() throws IOException {
        return jdk.openDatagramChannel();
    }

    @Override
    public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
        return jdk.openDatagramChannel(family);
    }

    @Override
    public AbstractSelector openSelector() throws IOException {
        return jdk.openSelector();
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() throws IOException {
        return jdk.openServerSocketChannel();
    }

    @Override
    public SocketChannel openSocketChannel() throws IOException {
        return jdk.openSocketChannel();
    }
}
