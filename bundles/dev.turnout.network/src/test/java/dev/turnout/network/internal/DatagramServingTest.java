// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static dev.turnout.network.TestNetwork.get;
import static dev.turnout.network.TestNetwork.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.Server;
import dev.turnout.api.network.SwitchEvent.Kind;
import dev.turnout.api.network.dto.ConnectionDTO;
import dev.turnout.api.network.dto.FailedDTO;
import dev.turnout.api.network.dto.ServerDTO;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.ProtocolContext;
import dev.turnout.api.protocol.ProtocolFactory;
import dev.turnout.api.spi.ListenRequest;
import dev.turnout.api.spi.TransportProvider;
import dev.turnout.network.ShiftFilter;
import dev.turnout.network.TestNetwork;
import dev.turnout.testkit.Spec;
import dev.turnout.transport.udp.UdpProvider;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Servers of datagrams live by their configuration and follow the services of their protocol, as servers of streams do. */
class DatagramServingTest extends Serving {

    private final Counting first = new Counting("a");
    private final Counting second = new Counting("b");
    private final DatagramSocket client;

    DatagramServingTest() throws IOException {
        super(2);
        core.addTransport("udp", new UdpProvider(), Map.of());
        client = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        client.setSoTimeout((int) TestNetwork.DEADLINE.toMillis());
    }

    @AfterEach
    void closeClient() {
        client.close();
    }

    private ConfiguredServer serving(String... more) {
        String[] pairs = new String[more.length + 4];
        pairs[0] = "endpoint";
        pairs[1] = "udp://127.0.0.1:0";
        pairs[2] = "protocol";
        pairs[3] = "counting";
        System.arraycopy(more, 0, pairs, 4, more.length);
        return configured(pairs);
    }

    private void add(Counting factory, int ranking) {
        core.addProtocol("counting", factory, Map.of("service.ranking", ranking));
    }

    private static InetSocketAddress address(ConfiguredServer server) {
        return new InetSocketAddress(
                InetAddress.getLoopbackAddress(),
                TestNetwork.port(server.entry().server()));
    }

    private void send(InetSocketAddress to, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        client.send(new DatagramPacket(bytes, bytes.length, to));
    }

    private String receive() throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[100], 100);
        client.receive(packet);
        return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII);
    }

    private String ask(InetSocketAddress to, String text) throws IOException {
        send(to, text);
        return receive();
    }

    private ServerDTO picture() {
        return get(core.snapshot()).servers[0];
    }

    private static int freePort() throws IOException {
        try (DatagramSocket probe = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    @Test
    @Spec({"SWITCH-27", "SWITCH-62"})
    void parksAnEndpointWhoseServiceLeavesInsideItsOwnCallbackWhenThatHasReturned() throws IOException {
        add(first, 0);
        ConfiguredServer server = serving();
        first.atNext.set(() -> core.removeProtocol(first, true));

        assertEquals("a1:one", ask(address(server), "one"));
        until("it is parked", () -> server.counters.parked.get() == 1);
        send(address(server), "two");
        add(second, 0);

        assertEquals("b2:two", receive());
        until("both are told", () -> kinds().size() == 2);
        assertEquals(List.of(Kind.PARKED, Kind.RESUMED), kinds());
    }

    @Test
    void takesNoFilters() {
        core.addFilter("tls", new ShiftFilter.Provider("tls"), Map.of());
        add(first, 0);

        serving("endpoint", "tls+udp://127.0.0.1:0");

        FailedDTO failed = get(core.snapshot()).failed[0];
        assertEquals("endpoint", failed.property);
        assertTrue(failed.reason.contains("tls is for streams of both directions, and udp has none"), failed.reason);
    }

    @Test
    void servesAsItsConfigurationSaysAndCountsDatagrams() throws IOException {
        add(first, 0);
        ConfiguredServer server = serving("receive.limit", "10");

        assertEquals("a1:one", ask(address(server), "one"));
        send(address(server), "longer than ten bytes");
        assertEquals("a2:two", ask(address(server), "two"));

        ServerDTO picture = picture();
        assertEquals("serving", picture.state);
        assertEquals(1, picture.connections);
        ConnectionDTO connection = get(core.snapshot()).connections[0];
        assertEquals("udp", connection.scheme);
        assertEquals("", connection.peer);
        assertEquals(2, connection.datagramsReceived);
        assertEquals(2, connection.datagramsSent);
        assertEquals(1, connection.datagramsDropped);
        assertEquals(0, connection.datagramErrors);
        assertTrue(connection.reading);
    }

    @Test
    @Spec({"SWITCH-31", "SWITCH-61", "SWITCH-62", "SWITCH-17", "SWITCH-18"})
    void handsTheEndpointOverWhenTheServiceGoesAndComesBack() throws IOException {
        add(first, 0);
        ConfiguredServer server = serving();
        assertEquals("a1:one", ask(address(server), "one"));

        core.removeProtocol(first, true);
        assertEquals(1, server.counters.parked.get());
        assertEquals("waiting for its protocol", picture().state);
        send(address(server), "two");
        add(second, 0);

        assertEquals("b2:two", receive());
        assertEquals(List.of("connectionMade", "handOver"), first.calls);
        assertEquals(List.of("takeOver"), second.calls);
        until("both are told", () -> kinds().equals(List.of(Kind.PARKED, Kind.RESUMED)));
    }

    @Test
    @Spec({"SWITCH-43", "SWITCH-44", "SWITCH-31"})
    void leavesDatagramsToTheKernelUntilTheServiceComes() throws IOException {
        ConfiguredServer server = serving();
        send(address(server), "one");
        send(address(server), "two");

        add(first, 0);

        assertEquals("a1:one", receive());
        assertEquals("a2:two", receive());
        assertEquals(List.of("connectionMade"), first.calls);
    }

    @Test
    @Spec({"SWITCH-31", "SWITCH-46"})
    void answersEveryDatagramOnceWhileServicesReplaceEachOther() throws Exception {
        add(first, 0);
        InetSocketAddress at = address(serving());
        CountDownLatch begun = new CountDownLatch(1);
        Thread replacing = new Thread(() -> {
            begun.countDown();
            for (int i = 1; i <= 30; i++) {
                add(i % 2 == 0 ? first : second, i);
                core.removeProtocol(i % 2 == 0 ? second : first, true);
            }
        });

        replacing.start();
        assertTrue(begun.await(TestNetwork.DEADLINE.toSeconds(), TimeUnit.SECONDS));
        for (int sent = 0, count = 1; sent < 600; sent += 20) {
            for (int i = 0; i < 20; i++) {
                send(at, "x" + (sent + i));
            }
            for (int i = 0; i < 20; i++, count++) {
                assertEquals(count + ":x" + (sent + i), receive().substring(1));
            }
        }
        replacing.join(TestNetwork.DEADLINE.toMillis());

        until("the switches are told", () -> events.size() >= 30);
        assertEquals(0, picture().lost);
    }

    @Test
    @Spec({"SWITCH-39", "SWITCH-46"})
    void drainsAndThenServesAnewAtTheSameAddress() throws IOException {
        InetSocketAddress at = new InetSocketAddress(InetAddress.getLoopbackAddress(), freePort());
        add(first, 0);
        serving("endpoint", "udp://127.0.0.1:" + at.getPort(), "departure", "drain", "drain.deadline", "1m");
        assertEquals("a1:one", ask(at, "one"));

        core.removeProtocol(first, false);
        add(second, 0);
        assertEquals("a2:two", ask(at, "two"));
        send(at, "close");
        until("the new one has begun", () -> second.calls.contains("connectionMade"));

        assertEquals("b1:three", ask(at, "three"));
    }

    @Test
    @Spec({"SWITCH-39", "SWITCH-46"})
    void servesAnewAtTheSameAddressAfterTheDeadlineOfADrain() throws IOException {
        InetSocketAddress at = new InetSocketAddress(InetAddress.getLoopbackAddress(), freePort());
        add(first, 0);
        serving("endpoint", "udp://127.0.0.1:" + at.getPort(), "departure", "drain", "drain.deadline", "100ms");
        assertEquals("a1:one", ask(at, "one"));

        core.removeProtocol(first, false);
        add(second, 0);
        until("the old protocol has ended", () -> first.calls.contains("connectionLost"));
        until("the new one has begun", () -> second.calls.contains("connectionMade"));

        assertEquals("b1:three", ask(at, "three"));
    }

    @Test
    @Spec({"SWITCH-45", "SWITCH-61"})
    void dropsWhatItHeldForTooLongAndStartsAnewWithTheNextService() throws IOException {
        add(first, 0);
        ConfiguredServer server = serving("park.timeout", "50ms");
        InetSocketAddress at = address(server);
        assertEquals("a1:one", ask(at, "one"));

        core.removeProtocol(first, true);
        send(at, "too old");
        until("the time is over", () -> kinds().contains(Kind.EXPIRED));
        send(at, "dropped");
        until("it is dropped", () -> get(core.snapshot()).connections[0].datagramsReceived == 3);
        add(second, 0);

        assertEquals("b1:new", ask(at, "new"));
        assertEquals(List.of("connectionMade"), second.calls);
        assertEquals(1, picture().lost);
        assertEquals(0, picture().parked);
    }

    @Test
    @Spec("SWITCH-43")
    void refusesUntilTheServiceComesIfAskedTo() throws IOException {
        InetSocketAddress at = new InetSocketAddress(InetAddress.getLoopbackAddress(), freePort());
        add(first, 0);
        serving("endpoint", "udp://127.0.0.1:" + at.getPort(), "absence", "refuse");
        assertEquals("a1:one", ask(at, "one"));

        core.removeProtocol(first, true);
        client.connect(at);
        assertThrows(PortUnreachableException.class, () -> ask(at, "two"));
        client.disconnect();
        add(second, 0);
        until("it serves again", () -> second.calls.contains("connectionMade"));

        assertEquals("b1:three", ask(at, "three"));
        assertEquals(
                List.of("connectionMade", "connectionLost"),
                first.calls.stream()
                        .filter(call -> call.startsWith("connection"))
                        .toList());
    }

    @Test
    void opensAnewAtTheSameAddressWhenItsProtocolChanges() throws IOException {
        InetSocketAddress at = new InetSocketAddress(InetAddress.getLoopbackAddress(), freePort());
        String endpoint = "udp://127.0.0.1:" + at.getPort();
        add(first, 0);
        core.addProtocol("others", second, Map.of());
        ConfiguredServer server = serving("endpoint", endpoint);
        assertEquals("a1:one", ask(at, "one"));

        get(server.update(configuration("endpoint", endpoint, "protocol", "others")));
        assertEquals("b1:two", ask(at, "two"));
        get(server.update(configuration("endpoint", endpoint, "protocol", "others", "protocol.mode", "x")));
        assertEquals("b1:three", ask(at, "three"));
        get(server.update(
                configuration("endpoint", endpoint, "protocol", "others", "protocol.mode", "x", "departure", "drain")));
        assertEquals("b2:four", ask(at, "four"));
    }

    @Test
    void opensAnewWhatItsProtocolHasClosed() throws IOException {
        InetSocketAddress at = new InetSocketAddress(InetAddress.getLoopbackAddress(), freePort());
        add(first, 0);
        serving("endpoint", "udp://127.0.0.1:" + at.getPort());
        assertEquals("a1:one", ask(at, "one"));

        send(at, "close");
        until(
                "it is open again",
                () -> first.calls.equals(List.of("connectionMade", "connectionLost", "connectionMade")));

        assertEquals("a1:two", ask(at, "two"));
    }

    @Test
    @Spec("SWITCH-54")
    void leavesDatagramsToTheKernelWhileAnOperatorHasSuspendedIt() throws IOException {
        add(first, 0);
        ConfiguredServer server = serving();
        get(core.suspend("test"));
        assertEquals("suspended", picture().state);

        send(address(server), "one");
        get(core.resume("test"));

        assertEquals("a1:one", receive());
    }

    @Test
    @Spec({"SWITCH-50", "SWITCH-57"})
    void closesWithItsTransportAndOpensWithTheNext() throws IOException {
        InetSocketAddress at = new InetSocketAddress(InetAddress.getLoopbackAddress(), freePort());
        add(first, 0);
        UdpProvider leaving = (UdpProvider) core.transports.find("udp");
        ConfiguredServer server = serving("endpoint", "udp://127.0.0.1:" + at.getPort());
        assertEquals("a1:one", ask(at, "one"));

        core.removeTransport(leaving, true);
        until("it is closed", () -> server.entry() == null && first.calls.contains("connectionLost"));
        core.addTransport("udp", new UdpProvider(), Map.of());
        until("it is open", () -> server.entry() != null);

        assertEquals("a1:two", ask(at, "two"));
    }

    @Test
    @Spec("SWITCH-48")
    void keepsItsSocketAndWhatComesMeanwhileForTheNextVersionOfItsTransport() throws IOException {
        add(first, 0);
        UdpProvider leaving = (UdpProvider) core.transports.find("udp");
        ConfiguredServer server = serving();
        InetSocketAddress at = address(server);
        assertEquals("a1:one", ask(at, "one"));

        core.removeTransport(leaving, true);
        assertEquals(List.of("connectionMade", "connectionLost"), first.calls);
        send(at, "two");
        send(at, "three");
        core.addTransport("udp", new UdpProvider(), Map.of());

        assertEquals("a1:two", receive());
        assertEquals("a2:three", receive());
        assertEquals(at, address(server));
    }

    @Test
    @Spec({"SWITCH-50", "SWITCH-48"})
    void closesItsSocketWhenNoNextVersionOfItsTransportComes() throws IOException {
        add(first, 0);
        ConfiguredServer server = serving("park.timeout", "50ms");
        InetSocketAddress at = address(server);

        core.removeTransport(core.transports.find("udp"), true);

        until("the address is free", () -> {
            try (DatagramSocket next = new DatagramSocket(at)) {
                return next.isBound();
            } catch (IOException e) {
                return false;
            }
        });
    }

    @Test
    void saysOnceThatAProtocolIsNotForStreamsAndParksForOneThatIs() throws IOException {
        core.addProtocol("counting", first, Map.of("service.id", 1L));
        Tally streams = new Tally("t");
        try (LogLines log = new LogLines()) {
            ConfiguredServer server = serving("endpoint", "tcp://127.0.0.1:0");
            LineClient one = connect(server);
            until("it is told", () -> server.failure() != null);
            LineClient other = connect(server);
            until("both are parked", () -> server.counters.parked.get() == 2);
            until("it is logged", () -> !log.warnings().isEmpty());

            Shortfall.Failure failure = server.failure();
            assertEquals("protocol", failure.property());
            assertEquals("counting", failure.value());
            assertTrue(failure.reason().contains("no protocol for streams"), failure.reason());
            assertEquals(1, log.warnings().size(), () -> log.warnings().toString());

            core.removeProtocol(first, true);
            core.addProtocol("counting", streams, Map.of("service.id", 2L));
            assertEquals("t1:one", one.ask("one"));
            assertEquals("t1:two", other.ask("two"));
            assertEquals(null, server.failure());
            assertEquals(List.of(), first.calls);
        }
    }

    /** Runs some turns of the loops, in which what is on its way happens. */
    private void runTurns() {
        for (int turns = 0; turns < 50; turns++) {
            get(core.snapshot());
        }
    }

    @Test
    void saysItOnceThoughTheEndOfEachHandshakeLooksForAProtocolAgain() throws IOException {
        core.addFilter("shift", new ShiftFilter.Provider("shift"), Map.of());
        core.addProtocol("counting", first, Map.of());
        try (LogLines log = new LogLines()) {
            ConfiguredServer server = serving("endpoint", "shift+tcp://127.0.0.1:0?shift.by=0");
            LineClient early = connect(server);
            until("it is told", () -> server.failure() != null);
            LineClient late = connect(server);
            until("both are parked", () -> server.counters.parked.get() == 2);
            until("it is logged", () -> !log.warnings().isEmpty());

            early.send("s");
            late.send("s");
            until("both handshakes are over", () -> {
                get(core.snapshot());
                return core.sessions.values().stream().allMatch(session -> session.face() != null);
            });
            runTurns();

            assertEquals(1, log.warnings().size(), () -> log.warnings().toString());
            assertEquals(0, server.counters.failed.get());
            assertEquals(List.of(), core.events.latest());
            core.removeProtocol(first, true);
            core.addProtocol("counting", new Tally("t"), Map.of());
            assertEquals("st1:one", early.ask("one"));
            assertEquals("st1:two", late.ask("two"));
        }
    }

    @Test
    @Spec("SWITCH-43")
    void saysOnceThatItRefusesConnectsAsAProtocolIsNotForStreams() throws IOException {
        core.addProtocol("counting", first, Map.of());
        try (LogLines log = new LogLines(Level.INFO)) {
            ConfiguredServer server = serving("endpoint", "tcp://127.0.0.1:0", "absence", "refuse");
            LineClient client = connect(server);
            until("it refuses", server::isRefusing);
            until("it is logged", () -> !log.warnings().isEmpty());
            runTurns();

            Shortfall.Failure failure = server.failure();
            for (int changes = 0; changes < 3; changes++) {
                get(server.reconsider());
                assertEquals(failure, server.failure());
            }
            assertTrue(failure != null && failure.reason().contains("no protocol for streams"), "" + failure);
            assertEquals(1, log.warnings().size(), () -> log.warnings().toString());
            assertEquals(
                    1,
                    log.at(Level.INFO).stream()
                            .filter(line -> line.contains("refuses connects until"))
                            .count());

            core.removeProtocol(first, true);
            core.addProtocol("counting", new Tally("t"), Map.of());
            assertEquals("t1:one", client.ask("one"));
            until("it listens", () -> server.entry() != null);
            assertEquals("t1:two", connect(server).ask("two"));
            assertEquals(null, server.failure());
        }
    }

    @Test
    void doesNotHoldAgainstAnEndpointWhatTheFormerOneHasFound() throws IOException {
        CompletableFuture<Void> gate = new CompletableFuture<>();
        core.addTransport("udp", new Late(gate), Map.of("service.ranking", 1));
        core.addProtocol("counting", first, Map.of());
        ConfiguredServer server = serving("endpoint", "tcp://127.0.0.1:0");
        connect(server);
        until("it is told", () -> server.failure() != null);

        CompletionStage<Void> changed =
                server.update(configuration("endpoint", "udp://127.0.0.1:0", "protocol", "counting"));
        connect(server);
        until("the former one has parked another", () -> server.counters.parked.get() == 2);
        gate.complete(null);
        get(changed);
        get(server.reconsider());

        assertEquals(null, server.failure());
        assertEquals("a1:one", ask(address(server), "one"));
    }

    /** Listens no earlier than a gate opens. */
    private record Late(CompletableFuture<Void> gate) implements TransportProvider {

        @Override
        public String scheme() {
            return "udp";
        }

        @Override
        public boolean hasStreams() {
            return false;
        }

        @Override
        public CompletionStage<Server> listen(ListenRequest request) {
            return gate.thenComposeAsync(open -> new UdpProvider().listen(request), request.loop());
        }
    }

    /** Makes protocols for streams or for datagrams, as its option or else its state says. */
    private static final class Either implements ProtocolFactory {

        final Counting datagrams = new Counting("d");
        final Tally streams = new Tally("t");
        volatile String kind = "datagrams";

        @Override
        public BaseProtocol newProtocol(ProtocolContext context) {
            return context.options().getOrDefault("kind", kind).equals("datagrams")
                    ? datagrams.newProtocol(context)
                    : streams.newProtocol(context);
        }

        @Override
        public void validate(Map<String, String> options) {}
    }

    @Test
    void triesAServiceAgainWhosePropertiesHaveChanged() throws IOException {
        Either factory = new Either();
        core.addProtocol("counting", factory, Map.of("service.id", 1L));
        ConfiguredServer server = serving("endpoint", "tcp://127.0.0.1:0");
        LineClient parked = connect(server);
        until("it is told", () -> server.failure() != null);

        factory.kind = "streams";
        core.addProtocol("counting", factory, Map.of("service.id", 1L, "kind", "streams"));

        assertEquals("t1:one", parked.ask("one"));
        assertEquals("t1:two", connect(server).ask("two"));
        assertEquals(null, server.failure());
    }

    @Test
    void triesAServiceAgainWithOtherOptions() throws IOException {
        core.addProtocol("counting", new Either(), Map.of());
        ConfiguredServer server = serving("endpoint", "tcp://127.0.0.1:0", "protocol.kind", "streams");
        assertEquals("t1:one", connect(server).ask("one"));

        for (int changes = 0; changes < 2; changes++) {
            get(server.update(configuration("protocol", "counting", "protocol.kind", "datagrams")));
            connect(server);
            until("it is told", () -> server.failure() != null);
            get(server.update(configuration("protocol", "counting", "protocol.kind", "streams")));

            assertEquals(null, server.failure());
            assertEquals("t1:one", connect(server).ask("one"));
        }
    }

    @Test
    void leavesParkedWhatAProtocolOfAnotherKindCannotBegin() throws IOException {
        ConfiguredServer server = serving("endpoint", "tcp://127.0.0.1:0");
        LineClient client = connect(server);
        until("it is parked", () -> server.counters.parked.get() == 1);

        core.addProtocol("counting", first, Map.of("service.id", 1L));
        until("it is told", () -> kinds().equals(List.of(Kind.FAILED)));
        core.removeProtocol(first, true);
        core.addProtocol("counting", new Tally("t"), Map.of("service.id", 2L));

        assertEquals("t1:one", client.ask("one"));
    }

    @Test
    void saysThatAProtocolIsNotForDatagrams() {
        core.addProtocol("tally", new Tally("t"), Map.of());

        ConfiguredServer server = configured("endpoint", "udp://127.0.0.1:0");

        Shortfall.Failure failure = server.failure();
        assertTrue(failure != null && failure.reason().contains("DatagramProtocol"), String.valueOf(failure));
    }
}
