// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.work;

import dev.turnout.api.network.Connection;
import dev.turnout.api.network.Network;
import dev.turnout.api.network.ProcessOptions;
import dev.turnout.api.network.ProcessOptions.Standard;
import dev.turnout.api.protocol.SubprocessProtocol;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.SubprocessTransport;
import dev.turnout.api.transport.WriteTransport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Starts children, or sends chunks through one child and back, by Turnout, as {@link Children} does by the JDK. */
final class TurnoutChildren {

    private final Network network;

    TurnoutChildren(Network network) {
        this.network = network;
    }

    /** Starts a child, reads what it says, and waits for its end. */
    int child() throws Exception {
        Saying saying = new Saying();
        CompletionStage<Connection<SubprocessTransport>> started = network.subprocessExec(
                () -> saying,
                Children.ECHO,
                ProcessOptions.DEFAULTS
                        .with(ProcessOptions.STDIN, Standard.DEVNULL)
                        .with(ProcessOptions.STDERR, Standard.DEVNULL));
        started.toCompletableFuture().get();
        saying.end.get().check();
        return 1;
    }

    /** Starts the child that gives back chunks. */
    Callable<Integer> pipes() {
        Chunks chunks = new Chunks();
        Connection<SubprocessTransport> child = network.subprocessExec(
                        () -> chunks,
                        Children.CAT,
                        ProcessOptions.DEFAULTS.with(ProcessOptions.STDERR, Standard.DEVNULL))
                .toCompletableFuture()
                .join();
        return () -> {
            CompletableFuture<Integer> done = new CompletableFuture<>();
            child.transport().loop().execute(() -> chunks.begin(done));
            return done.get();
        };
    }

    /**
     * The end of a child.
     *
     * @param said what it said until then
     */
    private record End(String said, int status) {

        void check() throws IOException {
            Children.check(said, status);
        }
    }

    private static final class Saying implements SubprocessProtocol {
        private final CompletableFuture<End> end = new CompletableFuture<>();
        private final StringBuilder said = new StringBuilder();
        private @Nullable SubprocessTransport child;

        @Override
        public void connectionMade(BaseTransport transport) {
            child = (SubprocessTransport) transport;
        }

        @Override
        public void pipeDataReceived(int fd, ByteBuffer data) {
            said.append(StandardCharsets.US_ASCII.decode(data));
        }

        @Override
        public void connectionLost(@Nullable Throwable cause) {
            int status = Objects.requireNonNull(child).getReturncode().orElse(-1);
            end.complete(new End(said.toString(), status));
        }
    }

    /** One after the other: a next one when one is back. */
    private static final class Chunks implements SubprocessProtocol {
        private final ByteBuffer pattern = ByteBuffer.allocateDirect(2 * Children.CHUNK)
                .put(Children.pattern())
                .clear();
        private final ByteBuffer expected = pattern.duplicate();
        private @Nullable WriteTransport pipe;
        private CompletableFuture<Integer> done = new CompletableFuture<>();
        private long number;
        private int left;

        @Override
        public void connectionMade(BaseTransport transport) {
            pipe = (WriteTransport) ((SubprocessTransport) transport).getPipeTransport(0);
        }

        void begin(CompletableFuture<Integer> wanted) {
            done = wanted;
            left = Children.CHUNKS;
            send();
        }

        private void send() {
            int place = Children.place(number++);
            set(expected, place);
            Objects.requireNonNull(pipe).write(set(pattern, place));
        }

        private static ByteBuffer set(ByteBuffer view, int place) {
            return view.limit(place + Children.CHUNK).position(place);
        }

        @Override
        public void pipeDataReceived(int fd, ByteBuffer data) {
            int end = expected.limit();
            int count = data.remaining();
            if (count > expected.remaining() || data.mismatch(expected.limit(expected.position() + count)) != -1) {
                done.completeExceptionally(new IOException("other bytes came back than were sent"));
                return;
            }
            expected.position(expected.limit()).limit(end);
            if (!expected.hasRemaining() && --left == 0) {
                done.complete(Children.CHUNKS);
            } else if (!expected.hasRemaining()) {
                send();
            }
        }

        @Override
        public void connectionLost(@Nullable Throwable cause) {
            done.completeExceptionally(new IOException("the child has ended", cause));
        }
    }
}
