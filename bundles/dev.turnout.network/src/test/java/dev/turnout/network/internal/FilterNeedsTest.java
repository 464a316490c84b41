// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static dev.turnout.network.TestNetwork.get;
import static dev.turnout.network.TestNetwork.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.ErrorContext;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.TlsOptions;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.spi.Filter;
import dev.turnout.api.spi.FilterProvider;
import dev.turnout.api.spi.Side;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.core.Loops;
import dev.turnout.network.ShiftFilter;
import dev.turnout.network.TestNetwork;
import dev.turnout.transport.tcp.TcpProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of an open server whose filter loses something that it needs, as TLS its key. */
class FilterNeedsTest {

    private static final String REASON = "the dictionary is not there";

    private final Loops loops = new Loops(1, "needs", SelectorProvider.provider());
    private final LogLines log = new LogLines();
    private final AtomicBoolean ready = new AtomicBoolean(true);
    private final List<ErrorContext> errors = new CopyOnWriteArrayList<>();
    private final AtomicInteger seen = new AtomicInteger();
    private Core core;

    @AfterEach
    void close() {
        core.close();
        loops.close();
        log.close();
    }

    /** Makes filters only while it has what they need. */
    private record Needy(AtomicBoolean ready) implements FilterProvider {

        @Override
        public String name() {
            return "zip";
        }

        @Override
        public void check(Side side, TlsOptions tls, Map<String, String> options) {
            if (!ready.get()) {
                throw new IllegalStateException(REASON);
            }
        }

        @Override
        public Filter wrap(IoLoop loop, BaseProtocol upper, Side side, TlsOptions tls, Map<String, String> options) {
            check(side, tls, options);
            return new ShiftFilter.Provider("zip").wrap(loop, upper, side, tls, options);
        }
    }

    private ConfiguredServer serving(Duration settling, String... pairs) {
        core = new Core(loops, settling);
        core.addTransport("tcp", new TcpProvider(), Map.of());
        core.addFilter("zip", new Needy(ready), Map.of());
        core.addProtocol(
                "echo",
                context -> new Protocol() {
                    @Override
                    public void connectionMade(BaseTransport transport) {
                        seen.incrementAndGet();
                    }
                },
                Map.of());
        loops.loops().get(0).setExceptionHandler((loop, context) -> errors.add(context));
        ConfiguredServer server = new ConfiguredServer(core, "needy");
        get(server.update(configuration("zip+tcp://127.0.0.1:0", pairs)));
        assertNotNull(server.entry());
        return server;
    }

    private static Map<String, Object> configuration(String endpoint, String... pairs) {
        Map<String, Object> all = new HashMap<>(Map.of("endpoint", endpoint, "protocol", "echo"));
        for (int i = 0; i < pairs.length; i += 2) {
            all.put(pairs[i], pairs[i + 1]);
        }
        return all;
    }

    private String state() {
        return get(core.snapshot()).servers[0].state;
    }

    private static Socket connect(ConfiguredServer server) throws IOException {
        Socket socket = new Socket(
                InetAddress.getLoopbackAddress(),
                TestNetwork.port(server.entry().server()));
        socket.setSoTimeout((int) TestNetwork.DEADLINE.toMillis());
        return socket;
    }

    private static int greeting(Socket socket) throws IOException {
        socket.getOutputStream().write('z');
        return socket.getInputStream().read();
    }

    @Test
    void letsConnectsWaitAndSaysWhyUntilItIsThereAgain() throws IOException {
        ConfiguredServer server = serving(Duration.ofHours(1));
        ServerEntry open = server.entry();

        ready.set(false);
        get(server.reconsider());

        Shortfall.Failure failure = server.failure();
        assertNotNull(failure, "pictures show it at once");
        assertEquals("endpoint", failure.property());
        assertTrue(failure.reason().endsWith(REASON), failure.reason());
        assertSame(open, server.entry());
        assertEquals("waiting for its filter", state());

        try (Socket waiting = connect(server)) {
            ready.set(true);
            get(server.reconsider());

            assertNull(server.failure());
            assertEquals("serving", state());
            assertEquals('z', greeting(waiting));
        }
        assertEquals(List.of(), log.warnings());
        assertEquals(List.of(), errors);
    }

    @Test
    void logsTheReasonOnceWhenItDoesNotComeBack() {
        ConfiguredServer server = serving(Duration.ofMillis(1));

        ready.set(false);
        get(server.reconsider());
        until("it is logged", () -> !log.warnings().isEmpty());
        get(server.reconsider());
        get(server.update(configuration("zip+tcp://127.0.0.1:0", "max.connections", "7")));

        assertEquals(1, log.warnings().size(), log.warnings()::toString);
        String line = log.warnings().get(0);
        assertTrue(line.contains(REASON + "; connects to zip+tcp://127.0.0.1:0 wait"), line);
    }

    @Test
    void acceptsAtANewEndpointThatNeedsNothing() throws IOException {
        ConfiguredServer server = serving(Duration.ofHours(1));
        ready.set(false);
        get(server.reconsider());

        get(server.update(configuration("tcp://127.0.0.1:0")));

        assertNull(server.failure());
        assertEquals("serving", state());
        connect(server).close();
        until("its protocol has it", () -> seen.get() == 1);
    }

    @Test
    void stopsAcceptingWhereItStaysWhenAChangeCannotBeHad() {
        ConfiguredServer server = serving(Duration.ofHours(1));
        ServerEntry open = server.entry();
        get(server.update(configuration("gone+tcp://127.0.0.1:0")));
        assertEquals("serving", state(), "what was open goes on");

        ready.set(false);
        get(server.reconsider());

        assertSame(open, server.entry());
        assertEquals("waiting for its filter", state());
    }

    @Test
    void closesAConnectionThatComesInTheVeryMomentAndCountsIt() throws IOException {
        ConfiguredServer server = serving(Duration.ofHours(1));
        ready.set(false);

        try (Socket late = connect(server)) {
            assertEquals(-1, greeting(late));
        } catch (SocketException reset) {
            // is an end, too
        }

        assertEquals(1, server.entry().origin().failedFilters.get());
        assertEquals(0, seen.get());
        assertEquals(List.of(), errors);
        assertEquals(1, log.warnings().size(), log.warnings()::toString);
        assertEquals(List.of(), log.at(Level.SEVERE));
        until("it is over", () -> core.sessions.isEmpty() && server.counters.open.get() == 0);

        ready.set(true);
        try (Socket next = connect(server)) {
            assertEquals('z', greeting(next));
        }
        until("the next one begins", () -> seen.get() == 1);
    }
}
