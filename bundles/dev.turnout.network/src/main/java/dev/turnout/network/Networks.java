// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network;

import static java.util.Objects.requireNonNull;

import dev.turnout.api.loop.io.LoopGroup;
import dev.turnout.api.network.Network;
import dev.turnout.api.network.NetworkControl;
import dev.turnout.api.network.NetworkRuntime;
import dev.turnout.api.network.SwitchListener;
import dev.turnout.api.protocol.ProtocolFactory;
import dev.turnout.api.spi.FilterProvider;
import dev.turnout.api.spi.TransportProvider;
import dev.turnout.network.internal.BoundNetwork;
import dev.turnout.network.internal.Core;
import java.util.List;
import java.util.Map;

/**
 * Builds a network from loops and transports, without a framework.
 *
 * <pre>{@code
 * public static void main(String[] args) throws Exception {
 *     try (Loops loops = new Loops(2);
 *             Networks networks = Networks.of(loops, List.of(new TcpProvider()))) {
 *         Server server = networks.network()
 *                 .createServer(EchoProtocol::new, Endpoint.parse("tcp://127.0.0.1:8888"), ServerOptions.DEFAULTS)
 *                 .toCompletableFuture()
 *                 .get();
 *         System.out.println("echo at " + server.endpoint());
 *         System.in.read();
 *     }
 * }
 * }</pre>
 *
 * <p>Threads: any. On the class path it needs the API, the loops and the transports; {@link #runtime()}'s pictures need OSGi's {@code org.osgi.dto} too.
 */
public final class Networks implements AutoCloseable {

    private final Core core;
    private final Network network;

    private Networks(LoopGroup loops) {
        core = new Core(requireNonNull(loops, "loops"));
        network = new BoundNetwork(core, "");
    }

    /**
     * Returns a network.
     *
     * @param loops where connections live; they stay the caller's, who closes them after the network
     * @param transports each is found by its scheme; a later one of the same scheme is not used
     */
    public static Networks of(LoopGroup loops, List<? extends TransportProvider> transports) {
        Networks networks = new Networks(loops);
        transports.forEach(transport -> networks.core.addTransport(transport.scheme(), transport, Map.of()));
        return networks;
    }

    /** Adds a filter, found by its name. */
    public Networks with(FilterProvider filter) {
        core.addFilter(filter.name(), filter, Map.of());
        return this;
    }

    /** Adds a protocol that pictures show by its name. */
    public Networks with(String name, ProtocolFactory factory) {
        core.addProtocol(requireNonNull(name, "name"), requireNonNull(factory, "factory"), Map.of());
        return this;
    }

    /** Returns the operations. */
    public Network network() {
        return network;
    }

    /** Returns the picture of what is open. */
    public NetworkRuntime runtime() {
        return core;
    }

    /** Returns what operators can do. */
    public NetworkControl control() {
        return core;
    }

    /** Adds a listener to events about switches, drains and deadlines. */
    public Networks with(SwitchListener listener) {
        core.addListener(requireNonNull(listener, "listener"));
        return this;
    }

    /** Closes servers, then connections, which may flush for some seconds; not from a loop's thread, where it could not wait. */
    @Override
    public void close() {
        core.close();
    }
}
