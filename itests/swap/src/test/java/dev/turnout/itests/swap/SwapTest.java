// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.swap;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.turnout.itests.support.Await;
import dev.turnout.itests.support.Container;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Replaces a protocol in the packaged container, in every way, while a process beside it loads its connections and counts what is lost. */
class SwapTest {

    private static final int CONNECTIONS = Integer.parseInt(Container.property("swap.connections"));
    private static final int UPDATES = Integer.parseInt(Container.property("swap.updates"));
    private static final int TURNS_PER_SECOND = 5000;
    private static final int CHILDREN = 10;

    /**
     * Is how peers come in.
     *
     * @param name the name of its server
     * @param endpoint where it listens, with HERE for a path of its own and PORT for a free port
     * @param protocol what serves it
     * @param oneIn how many of the connections it has
     */
    private record Transport(String name, String endpoint, String protocol, int oneIn) {

        int peers(int connections) {
            return connections / oneIn;
        }

        /** Returns how many connections the container has for them: one endpoint serves all who send datagrams. */
        int followers(int connections) {
            return isDatagrams() ? 1 : peers(connections);
        }

        boolean isDatagrams() {
            return endpoint.startsWith("udp:");
        }

        int freePort() throws IOException {
            if (!isDatagrams()) {
                return Container.freePort();
            }
            try (DatagramSocket probe = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
                return probe.getLocalPort();
            }
        }
    }

    private static final List<Transport> TRANSPORTS = List.of(
            new Transport("swap-tcp", "tcp://127.0.0.1:PORT", "swap", 1),
            new Transport("swap-unix", "unix:HERE", "swap", 10),
            new Transport("swap-tls", "tls+tcp://127.0.0.1:PORT", "swap", 20),
            new Transport("swap-udp", "udp://127.0.0.1:PORT", "swap-datagrams", 20));

    @TempDir
    Path folder;

    private Container container;
    private final List<String> endpoints = new ArrayList<>();
    private List<String> leftWhileOpen = List.of();

    @BeforeEach
    void start() throws Exception {
        long descriptors = (Long) ManagementFactory.getPlatformMBeanServer()
                .getAttribute(new ObjectName("java.lang:type=OperatingSystem"), "MaxFileDescriptorCount");
        int needed = 2 * peers(CONNECTIONS) * 6 / 10 + 1000;
        assumeTrue(
                descriptors >= needed,
                CONNECTIONS + " connections need " + needed + " descriptors in each process, and only " + descriptors
                        + " are allowed: raise them by ulimit -n");
        container = Container.prepare();
        container.launch(List.of());
        container.awaitServing();
        for (Transport transport : TRANSPORTS) {
            String endpoint = transport
                    .endpoint()
                    .replace("PORT", Integer.toString(transport.freePort()))
                    .replace("HERE", container.data().resolve(transport.name()).toString());
            endpoints.add(endpoint);
            container.configure(
                    transport.name(),
                    "endpoint=" + endpoint,
                    "protocol=" + transport.protocol(),
                    "backlog=1024",
                    "max.connections=100000",
                    "max.connections.per.address=100000",
                    "park.connections=100000");
            container.awaitLine(
                    "that it opened",
                    line -> line.contains("server " + transport.name() + ": " + transport.protocol() + " at "));
        }
    }

    @AfterEach
    void stop() throws IOException {
        if (container != null) {
            container.close();
        }
    }

    private static int peers(int connections) {
        return TRANSPORTS.stream()
                .mapToInt(transport -> transport.peers(connections))
                .sum();
    }

    private static int followers(int connections) {
        return TRANSPORTS.stream()
                .mapToInt(transport -> transport.followers(connections))
                .sum();
    }

    private LoadProcess load(int connections) throws Exception {
        List<String> arguments = new ArrayList<>();
        for (int i = 0; i < endpoints.size(); i++) {
            arguments.add(endpoints.get(i));
            arguments.add(Integer.toString(TRANSPORTS.get(i).peers(connections)));
        }
        return LoadProcess.start(TURNS_PER_SECOND, container.data().resolve("tls/default.pem"), arguments);
    }

    @Test
    @Timeout(3600)
    @Spec({
        "SWITCH-20",
        "SWITCH-30",
        "SWITCH-31",
        "SWITCH-32",
        "SWITCH-34",
        "SWITCH-37",
        "SWITCH-40",
        "SWITCH-46",
        "SWITCH-47",
        "SWITCH-48",
        "SWITCH-59",
        "SWITCH-60",
        "SWITCH-61",
        "SWITCH-62"
    })
    void losesNothingWhileItsProtocolIsReplacedInEveryWay() throws Exception {
        Bundles bundles = new Bundles(folder);
        container.load(bundles.control(), "control.jar");
        String said = container.awaitLine("the control's port", line -> line.startsWith("swap control at "));
        try (Control control = new Control(Integer.parseInt(said.substring(said.lastIndexOf(' ') + 1)))) {
            Events events = new Events(control);
            ChildPeers children = new ChildPeers(control);
            Updates updates = new Updates(container, control, bundles, events, children);
            warmUp(updates, children);
            List<String> threads = control.threads();
            int descriptors = control.descriptors();

            String finished = update(updates, children, control);

            Figures figures = figures(updates, events, finished);
            Await.value("as many descriptors as at the start", control::descriptors, now -> now <= descriptors);
            Await.value("no child process", this::processes, now -> now == 0);
            // those for what must not be done on a loop go when they have had nothing to do for ten seconds
            Await.value("the threads of the start", 30, control::threads, now -> threads.containsAll(now));
            List<String> left = leftBehind(control);
            figures.add("threads.back", true);
            figures.add("descriptors.back", true);
            figures.add("children.back", true);
            figures.add("loaders.collected", left.isEmpty() && leftWhileOpen.isEmpty());
            System.out.println(figures.write(Path.of(Container.property("swap.figures"))));
            assertAll(
                    () -> assertEquals(0, counted("lost.bytes", finished), finished),
                    () -> assertEquals(0, counted("lost.connections", finished), finished),
                    () -> assertEquals(0, counted("refused", finished), finished),
                    () -> assertEquals(0, counted("wrong.bytes", finished), finished),
                    () -> assertEquals(0, counted("new.handshakes", finished), finished),
                    () -> assertEquals(0, counted("process:lost.requests", finished), finished),
                    () -> assertEquals(0, counted("process:lost.connections", finished), finished),
                    () -> assertEquals(0, counted("process:wrong.bytes", finished), finished),
                    () -> assertEquals(List.of(), silent(finished), finished),
                    () -> assertTrue(counted("resets", finished) > 0, finished),
                    () -> assertTrue(counted("stalls", finished) > 0, finished),
                    () -> assertEquals(0, kind("ABORTED", events) + kind("EXPIRED", events), events.total() + finished),
                    () -> assertEquals(List.of(), leftWhileOpen, "class loaders that open connections hold"),
                    () -> assertEquals(List.of(), left, "class loaders that are left"));
        }
    }

    private static List<String> leftBehind(Control control) throws IOException {
        return control.tell("leaks").stream()
                .filter(line -> !line.contains("collected=true") && !line.contains("installed=true"))
                .toList();
    }

    private long processes() {
        return ProcessHandle.of(container.pid()).orElseThrow().descendants().count();
    }

    /** Lets the container make what it makes once, such as the threads of its loops. */
    private void warmUp(Updates updates, ChildPeers children) throws Exception {
        try (LoadProcess load = load(20)) {
            children.start(CHILDREN);
            updates.follow(load, peers(20), followers(20));
            updates.run(Updates.Way.UPDATED);
            updates.run(Updates.Way.SIDE_BY_SIDE);
            load.finish();
            children.finish();
        }
        updates.forget();
    }

    private String update(Updates updates, ChildPeers children, Control control) throws Exception {
        try (LoadProcess load = load(CONNECTIONS)) {
            children.start(CHILDREN);
            updates.follow(load, peers(CONNECTIONS), followers(CONNECTIONS));
            Updates.Way[] ways = Updates.Way.values();
            Map<Updates.Way, Long> longest = new EnumMap<>(Updates.Way.class);
            for (int i = 0; i < UPDATES; i++) {
                Updates.Way way = ways[i % ways.length];
                long began = System.nanoTime();
                if (way == Updates.Way.UPDATED) {
                    updateWhileAnotherLoadIsKilled(updates);
                } else {
                    updates.run(way);
                }
                longest.merge(way, (System.nanoTime() - began) / 1_000_000, Math::max);
            }
            System.out.println("longest until every peer had an answer, in ms: " + longest);
            leftWhileOpen = leftBehind(control);
            String finished = load.finish() + children.finish();
            load.complaints().forEach(System.out::println);
            return finished;
        }
    }

    private void updateWhileAnotherLoadIsKilled(Updates updates) throws Exception {
        try (LoadProcess killed = load(CONNECTIONS / 10)) {
            Thread killer = new Thread(killed::kill, "killer");
            killer.start();
            updates.run(Updates.Way.UPDATED);
            killer.join();
        }
    }

    private static Figures figures(Updates updates, Events events, String finished) throws IOException {
        Figures figures = new Figures();
        figures.add(
                "machine",
                System.getProperty("os.name") + " " + System.getProperty("os.arch") + ", "
                        + Runtime.getRuntime().availableProcessors() + " processors");
        figures.add("jdk", System.getProperty("java.runtime.version"));
        Map<String, Object> peers = new LinkedHashMap<>();
        TRANSPORTS.forEach(transport -> peers.put(transport.name(), transport.peers(CONNECTIONS)));
        figures.add("connections", peers);
        figures.add("updates", UPDATES);
        Map<String, Map<String, Object>> kinds = new LinkedHashMap<>();
        for (String word : finished.split(" ", -1)) {
            int equals = word.indexOf('=');
            int colon = word.indexOf(':');
            if (equals > 0) {
                kinds.computeIfAbsent(word.substring(0, Math.max(0, colon)), kind -> new LinkedHashMap<>())
                        .put(word.substring(colon + 1, equals), Long.valueOf(word.substring(equals + 1)));
            }
        }
        kinds.remove("").forEach(figures::add);
        figures.add("kinds", kinds);
        figures.add("pause.side.by.side.ms", updates.sideBySide);
        figures.add("pause.in.place.ms", updates.inPlace);
        figures.add("roll.over.side.by.side.ms", updates.sideBySideRollOvers);
        figures.add("roll.over.in.place.ms", updates.inPlaceRollOvers);
        figures.add("events", events.total());
        return figures;
    }

    /** Returns the kinds of peers that have got no reply at all. */
    private static List<String> silent(String finished) {
        return Pattern.compile(" ([^ :]+):replies=0 ")
                .matcher(finished)
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    private static long counted(String what, String finished) {
        return Pattern.compile(" " + Pattern.quote(what) + "=(\\d+)")
                .matcher(finished)
                .results()
                .mapToLong(match -> Long.parseLong(match.group(1)))
                .findFirst()
                .orElseThrow();
    }

    private static int kind(String kind, Events events) throws IOException {
        return events.total().getOrDefault(kind, 0);
    }
}
