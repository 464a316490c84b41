// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.pipe;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.spi.ConnectionObserver;
import dev.turnout.core.EventLoops;
import dev.turnout.testkit.Hook;
import dev.turnout.testkit.LoopThread;
import dev.turnout.testkit.contract.Link;
import dev.turnout.testkit.contract.OpenLog;
import dev.turnout.testkit.contract.Peer;
import dev.turnout.testkit.contract.PipePeer;
import dev.turnout.testkit.contract.StreamFixture;
import dev.turnout.transport.nio.Direction;
import dev.turnout.transport.nio.PipeChannel;
import dev.turnout.transport.nio.PolledPipe;
import dev.turnout.transport.nio.PumpedPipe;
import dev.turnout.transport.nio.StreamChannelTransport;
import dev.turnout.transport.nio.StreamSettings;
import java.io.IOException;
import java.nio.channels.Pipe;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Opens connections over two pipes of opposite directions. */
final class PipePairFixture implements StreamFixture {

    private static final Set<Capability> MISSING = Set.of(
            Capability.ADOPT,
            Capability.SOCKET_OPTIONS,
            Capability.ADDRESSES,
            Capability.RESET,
            Capability.REFUSAL,
            Capability.SHUTS_AT_ONCE);

    private final boolean pumped;
    private final ConnectionObserver log = new OpenLog();
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private @Nullable Peer lastPeer;

    /** @param pumped whether helper threads move the bytes instead of the loop's selector */
    PipePairFixture(boolean pumped) {
        this.pumped = pumped;
    }

    @Override
    public boolean has(Capability capability) {
        return !MISSING.contains(capability) && !(pumped && capability == Capability.WRITES_AT_ONCE);
    }

    @Override
    public IoLoop newLoop(String name) {
        return EventLoops.newEventLoop(name);
    }

    @Override
    public Link open(LoopThread loop, BaseProtocol protocol, Map<String, String> options, Hook<Peer> early) {
        return open(loop, () -> protocol, options, early);
    }

    private Link open(
            LoopThread loop, Supplier<? extends BaseProtocol> factory, Map<String, String> options, Hook<Peer> early) {
        StreamChannelTransport transport = loop.call(() -> {
            Pipe there = Pipe.open();
            Pipe back = Pipe.open();
            PipePeer peer = new PipePeer(there.source(), back.sink());
            lastPeer = peer;
            open.push(peer);
            Hook.call(early, peer);
            return begin(loop, back.source(), there.sink(), protocol(factory, back, there), options);
        });
        loop.settle();
        return new Link(transport, lastPeer());
    }

    private static BaseProtocol protocol(Supplier<? extends BaseProtocol> factory, Pipe back, Pipe there)
            throws IOException {
        try {
            return factory.get();
        } catch (RuntimeException e) {
            back.source().close();
            there.sink().close();
            throw e;
        }
    }

    private StreamChannelTransport begin(
            LoopThread loop,
            Pipe.SourceChannel in,
            Pipe.SinkChannel out,
            BaseProtocol protocol,
            Map<String, String> options)
            throws IOException {
        PipeChannel channel =
                pumped ? PumpedPipe.both(in, out, "pumped", "pipe") : PolledPipe.both(in, out, "polled", "pipe");
        return StreamChannelTransport.begin(
                loop.loop(),
                channel,
                "pipe",
                Direction.BOTH,
                protocol,
                StreamSettings.of(ConnectOptions.DEFAULTS.with(options)),
                log);
    }

    @Override
    public void openPair(LoopThread loop, BaseProtocol server, BaseProtocol client) {
        loop.run(on -> {
            Pipe there = Pipe.open();
            Pipe back = Pipe.open();
            begin(loop, there.source(), back.sink(), server, Map.of());
            begin(loop, back.source(), there.sink(), client, Map.of());
        });
        loop.settle();
    }

    @Override
    public void connectToNobody(LoopThread loop, Supplier<BaseProtocol> factory) {
        throw new UnsupportedOperationException("there is always somebody at a pair of pipes");
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
        while (!open.isEmpty()) {
            Hook.call(AutoCloseable::close, open.pop());
        }
    }
}
