// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.Connection;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.spi.ConnectRequest;
import dev.turnout.api.transport.Transport;
import dev.turnout.core.EventLoops;
import dev.turnout.testkit.Hook;
import dev.turnout.testkit.LoopThread;
import dev.turnout.testkit.contract.Link;
import dev.turnout.testkit.contract.OpenLog;
import dev.turnout.testkit.contract.Peer;
import dev.turnout.testkit.contract.PipePeer;
import dev.turnout.testkit.contract.StreamFixture;
import dev.turnout.transport.nio.Direction;
import dev.turnout.transport.nio.PolledPipe;
import dev.turnout.transport.nio.StreamChannelTransport;
import dev.turnout.transport.nio.StreamSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections over the standard streams of a child, of which the test becomes the other end: when the child has shown that it has them, it lets
 * go of them and lives on, as one does that has passed them on.
 */
final class ProcessFixture implements StreamFixture {

    private static final Set<Capability> MISSING = Set.of(
            Capability.ADOPT,
            Capability.SOCKET_OPTIONS,
            Capability.ADDRESSES,
            Capability.RESET,
            Capability.SHUTS_AT_ONCE);

    private static final String WORD = "the child has both\n";

    /** Sends back one line, which shows that it has the streams. Its argument is a file that it makes when it has let go of them. */
    private static final String SCRIPT = "read -r line && echo \"$line\"; exec <&- >&-; : > \"$0\"; exec sleep 600";

    private final KeptPipes pipes = new KeptPipes();
    private final ProcessProvider provider = new ProcessProvider();
    private final OpenLog log = new OpenLog();
    private final Deque<Path> files = new ArrayDeque<>();
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private @Nullable Peer lastPeer;

    @Override
    public boolean has(Capability capability) {
        return !MISSING.contains(capability);
    }

    @Override
    public IoLoop newLoop(String name) {
        return EventLoops.newEventLoop(name, pipes);
    }

    private Transport start(
            LoopThread loop,
            Supplier<? extends BaseProtocol> factory,
            Map<String, String> options,
            Hook<KeptPipes.Standard> whenLetGo) {
        Path file = newFile();
        ConnectOptions all = ConnectOptions.DEFAULTS
                .with(options)
                .with(ConnectOptions.ARG, List.of("-c", SCRIPT, file.toString()))
                .with(ConnectOptions.STDERR, ConnectOptions.ErrorOutput.DISCARD);
        Supplier<BaseProtocol> made = () -> {
            Hook.call(
                    streams -> {
                        streams.say(WORD);
                        Eventually.until("the child to let go of its standard streams", () -> Files.exists(file));
                        assertEquals(WORD, streams.hear());
                        whenLetGo.run(streams);
                    },
                    pipes.last());
            return factory.get();
        };
        Connection<Transport> connection = loop.await(() -> provider.connect(
                new ConnectRequest(loop.loop(), Endpoint.of("process", "/bin/sh"), all, made, false, log)));
        loop.settle();
        return connection.transport();
    }

    private Path newFile() {
        try {
            Path folder = Files.createTempDirectory("child");
            files.push(folder);
            files.push(folder.resolve("let-go"));
            return folder.resolve("let-go");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Link open(
            LoopThread loop, Supplier<? extends BaseProtocol> factory, Map<String, String> options, Hook<Peer> early) {
        Transport transport = start(loop, factory, options, streams -> {
            PipePeer peer = new PipePeer(streams.childsInput(), streams.childsOutput());
            lastPeer = peer;
            open.push(peer);
            Hook.call(early, peer);
        });
        return new Link(transport, lastPeer());
    }

    @Override
    public Link open(LoopThread loop, BaseProtocol protocol, Map<String, String> options, Hook<Peer> early) {
        return open(loop, () -> protocol, options, early);
    }

    @Override
    public void openPair(LoopThread loop, BaseProtocol server, BaseProtocol client) {
        start(
                loop,
                () -> client,
                Map.of(),
                streams -> StreamChannelTransport.begin(
                        loop.loop(),
                        PolledPipe.both(streams.childsInput(), streams.childsOutput(), "child's side", "pipe"),
                        "pipe",
                        Direction.BOTH,
                        server,
                        StreamSettings.of(ConnectOptions.DEFAULTS),
                        log));
    }

    @Override
    public void connectToNobody(LoopThread loop, Supplier<BaseProtocol> factory) {
        loop.await(() -> provider.connect(new ConnectRequest(
                loop.loop(),
                Endpoint.of("process", "/no/such/program"),
                ConnectOptions.DEFAULTS,
                factory,
                false,
                log)));
    }

    @Override
    public Link connect(LoopThread loop, Supplier<BaseProtocol> factory) {
        return open(loop, factory, Map.of(), peer -> {});
    }

    @Override
    public Peer lastPeer() {
        return Objects.requireNonNull(lastPeer, "no connection was opened yet");
    }

    @Override
    public void close() {
        provider.close();
        while (!open.isEmpty()) {
            Hook.call(AutoCloseable::close, open.pop());
        }
        pipes.close();
        while (!files.isEmpty()) {
            Hook.call(Files::deleteIfExists, files.pop());
        }
    }
}
