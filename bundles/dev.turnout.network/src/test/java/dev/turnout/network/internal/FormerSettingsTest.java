// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static dev.turnout.network.TestNetwork.get;
import static dev.turnout.network.TestNetwork.port;
import static dev.turnout.network.TestNetwork.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.ProtocolContext;
import dev.turnout.api.protocol.ProtocolFactory;
import dev.turnout.testkit.Spec;
import dev.turnout.transport.tcp.TcpProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server that cannot be as its file says does when its transport is exchanged: it goes on as it was. */
class FormerSettingsTest extends Serving {

    /** Answers as a tally does, and refuses a line length that is no number. */
    private static final class Strict implements ProtocolFactory {

        private final Tally tally = new Tally("a");

        @Override
        public BaseProtocol newProtocol(ProtocolContext context) {
            return tally.newProtocol(context);
        }

        @Override
        public void validate(Map<String, String> options) {
            String most = options.get("max");
            if (most != null) {
                Integer.parseInt(most);
            }
        }
    }

    FormerSettingsTest() {
        super(2);
    }

    private void leave() {
        core.removeTransport(core.transports.find("tcp"), false);
    }

    private void come() {
        core.addTransport("tcp", new TcpProvider(), Map.of());
    }

    @ParameterizedTest
    @ValueSource(strings = {"park", "refuse"})
    @Spec({"SWITCH-47", "SWITCH-48"})
    void aServerWhoseProtocolRefusesAnOptionIsOpenedAgain(String absence) throws IOException {
        add(new Strict(), 0);
        ConfiguredServer server = configured("absence", absence);
        int port = port(server.entry().server());
        get(server.update(configuration("absence", absence, "protocol.max", "abc")));
        Shortfall.Failure failure = server.failure();

        leave();
        come();
        get(server.reconsider());

        assertEquals("a1:x", connect(server).ask("x"));
        assertEquals(absence.equals("park"), port == port(server.entry().server()), "parked connects need the socket");
        assertEquals("protocol.max", failure.property());
        assertEquals(failure, server.failure());
        get(server.update(configuration("absence", absence, "protocol.max", "7")));
        assertEquals(null, server.failure());
    }

    @Test
    @Spec({"SWITCH-47", "SWITCH-48"})
    void aConnectThatWaitedMeanwhileIsAnswered() throws IOException {
        add(new Strict(), 0);
        ConfiguredServer server = configured();
        int port = port(server.entry().server());
        get(server.update(configuration("protocol.max", "abc")));

        leave();
        try (LineClient waiting = new LineClient(port)) {
            waiting.send("x\n");
            come();

            assertEquals("a1:x", waiting.read());
        }
    }

    @Test
    @Spec({"SWITCH-47", "SWITCH-48"})
    void aServerWhoseProtocolIsNoneForStreamsParksAgain() throws IOException {
        Counting datagrams = new Counting("d");
        add(datagrams, 0);
        ConfiguredServer server = configured("park.timeout", "1m");
        LineClient early = connect(server);
        until("it is told", () -> server.failure() != null);
        Shortfall.Failure failure = server.failure();

        leave();
        come();
        get(server.reconsider());

        LineClient late = connect(server);
        until("both are parked", () -> server.counters.parked.get() == 2);
        assertEquals(failure, server.failure());
        core.removeProtocol(datagrams, false);
        add(new Tally("t"), 0);
        assertEquals("t1:x", early.ask("x"));
        assertEquals("t1:y", late.ask("y"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"switch", "close"})
    @Spec({"SWITCH-47", "SWITCH-48"})
    void aServerThatCannotMoveStaysWhereItWas(String departure) throws IOException {
        add(new Tally("a"), 0);
        ConfiguredServer server = configured("departure", departure);
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String endpoint = "tcp://127.0.0.1:" + taken.getLocalPort();
            get(server.update(configuration("departure", departure, "endpoint", endpoint)));
            int port = port(server.entry().server());

            leave();
            come();
            get(server.reconsider());

            assertEquals("a1:x", connect(server).ask("x"));
            assertEquals(departure.equals("switch"), port == port(server.entry().server()));
            assertEquals(endpoint, server.failure().value());
            assertTrue(
                    server.failure().reason().contains("in use"),
                    server.failure().reason());
        }
        get(server.reconsider());
        assertEquals(null, server.failure());
    }

    @Test
    void whatIsMendedWhileTheTransportIsAwayCounts() throws IOException {
        add(new Strict(), 0);
        ConfiguredServer server = configured();
        get(server.update(configuration("protocol.max", "abc")));

        leave();
        get(server.update(configuration("protocol.max", "7", "backlog", "9")));
        come();
        get(server.reconsider());

        assertEquals("a1:x", connect(server).ask("x"));
        assertEquals(null, server.failure());
    }
}
