// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static dev.turnout.network.TestNetwork.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.TlsOptions;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.spi.Filter;
import dev.turnout.api.spi.FilterProvider;
import dev.turnout.api.spi.Side;
import dev.turnout.core.Loops;
import dev.turnout.network.TestNetwork;
import dev.turnout.testkit.ManualLoop;
import dev.turnout.transport.tcp.TcpProvider;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What configured servers log while a container starts, one bundle after the other. */
class SettlingTest {

    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration SHORT = Duration.ofMillis(50);

    private final Loops loops = new Loops(1, "settle", SelectorProvider.provider());
    private final LogLines log = new LogLines();

    @AfterEach
    void close() {
        loops.close();
        log.close();
    }

    private static Map<String, Object> configuration(String endpoint) {
        return Map.of(
                "service.pid", "dev.turnout.server~late",
                "felix.fileinstall.filename", "file:/etc/dev.turnout.server~late.cfg",
                "endpoint", endpoint,
                "protocol", "echo");
    }

    private Core core(Duration settling) {
        Core core = new Core(loops, settling);
        core.addProtocol("echo", context -> new Protocol() {}, Map.of());
        return core;
    }

    @Test
    void logsNoWarningWhenTheTransportComesLater() {
        Core core = core(LONG);
        ConfiguredServer server = new ConfiguredServer(core, "late");
        get(server.update(configuration("tcp://127.0.0.1:0")));
        assertNotNull(server.failure(), "pictures show it at once");

        core.addTransport("tcp", new TcpProvider(), Map.of());
        get(server.reconsider());

        assertNotNull(server.entry());
        assertNull(server.failure());
        assertEquals(List.of(), log.warnings());
        core.close();
    }

    @Test
    void logsNoWarningWhenTheTransportLeavesBeforeTheServer() {
        Core core = core(LONG);
        TcpProvider tcp = new TcpProvider();
        core.addTransport("tcp", tcp, Map.of());
        ConfiguredServer server = new ConfiguredServer(core, "late");
        get(server.update(configuration("tcp://127.0.0.1:0")));

        core.removeTransport(tcp, true);
        get(server.reconsider());
        get(server.close());

        assertEquals(List.of(), log.warnings());
        core.close();
    }

    @Test
    void logsTheFullTextWhenTheTransportDoesNotCome() {
        Core core = core(SHORT);
        ConfiguredServer server = new ConfiguredServer(core, "late");

        get(server.update(configuration("tcp://127.0.0.1:0")));
        TestNetwork.until("it is logged", () -> !log.warnings().isEmpty());

        assertEquals(
                List.of("server late (file:/etc/dev.turnout.server~late.cfg): endpoint=tcp://127.0.0.1:0:"
                        + " cannot listen at tcp://127.0.0.1:0: no transport has scheme \"tcp\"; present: none;"
                        + " install feature turnout-tcp; it is closed"),
                log.warnings());
        core.close();
    }

    @Test
    void logsTheFullTextWhenAFilterDoesNotComeAndKeepsTheListener() {
        Core core = core(SHORT);
        core.addTransport("tcp", new TcpProvider(), Map.of());
        ConfiguredServer server = new ConfiguredServer(core, "late");
        get(server.update(configuration("tcp://127.0.0.1:0")));
        ServerEntry before = server.entry();
        int port = TestNetwork.port(before.server());

        get(server.update(configuration("zip+tcp://127.0.0.1:" + port)));
        TestNetwork.until("it is logged", () -> !log.warnings().isEmpty());

        assertSame(before, server.entry());
        assertEquals(1, log.warnings().size());
        String line = log.warnings().get(0);
        assertTrue(line.contains("install feature turnout-zip"), line);
        assertTrue(line.contains("it stays at tcp://127.0.0.1:0"), line);
        core.close();
    }

    @Test
    void logsNoWarningWhenWhatAFilterNeedsComesLater() {
        AtomicBoolean ready = new AtomicBoolean();
        Core core = core(LONG);
        core.addTransport("tcp", new TcpProvider(), Map.of());
        core.addFilter("zip", new Needy(ready), Map.of());
        ConfiguredServer server = new ConfiguredServer(core, "late");
        get(server.update(configuration("zip+tcp://127.0.0.1:0")));
        assertNotNull(server.failure(), "pictures show it at once");

        ready.set(true);
        get(server.reconsider());

        assertNotNull(server.entry());
        assertEquals(List.of(), log.warnings());
        core.close();
    }

    /** Is a filter that cannot work before something else is there. */
    private record Needy(AtomicBoolean ready) implements FilterProvider {

        @Override
        public String name() {
            return "zip";
        }

        @Override
        public void check(Side side, TlsOptions tls, Map<String, String> options) {
            if (!ready.get()) {
                throw new IllegalStateException("the dictionary is not there");
            }
        }

        @Override
        public Filter wrap(IoLoop loop, BaseProtocol upper, Side side, TlsOptions tls, Map<String, String> options) {
            throw new AssertionError("nobody connects");
        }
    }

    @Test
    void logsOtherFailuresAtOnce() {
        Core core = core(LONG);
        ConfiguredServer server = new ConfiguredServer(core, "late");
        get(server.update(configuration("tcp://127.0.0.1:0")));

        get(server.update(configuration("nonsense")));

        assertEquals(1, log.warnings().size());
        assertTrue(
                log.warnings().get(0).contains("endpoint=nonsense"),
                log.warnings().get(0));
        core.close();
    }

    @Test
    void runsOnlyTheLastReportAndNoneThatWasDropped() {
        ManualLoop loop = new ManualLoop();
        DelayedAction delayed = new DelayedAction();
        List<String> told = new ArrayList<>();
        loop.runUntilIdle();

        delayed.hold(loop, Duration.ofSeconds(10), () -> told.add("first"));
        loop.advance(Duration.ofSeconds(9));
        delayed.hold(loop, Duration.ofSeconds(10), () -> told.add("second"));
        loop.advance(Duration.ofSeconds(9));
        assertEquals(List.of(), told);
        loop.advance(Duration.ofSeconds(2));
        assertEquals(List.of("second"), told);

        delayed.hold(loop, Duration.ofSeconds(10), () -> told.add("third"));
        delayed.drop();
        loop.advance(Duration.ofMinutes(1));
        assertEquals(List.of("second"), told);
    }
}
