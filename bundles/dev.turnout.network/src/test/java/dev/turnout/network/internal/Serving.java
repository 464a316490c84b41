// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static dev.turnout.network.TestNetwork.get;

import dev.turnout.api.network.SwitchEvent;
import dev.turnout.api.network.SwitchEvent.Kind;
import dev.turnout.api.protocol.ProtocolFactory;
import dev.turnout.core.Loops;
import dev.turnout.network.TestNetwork;
import dev.turnout.transport.tcp.TcpProvider;
import java.io.IOException;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;

/** Is a network with configured servers of the protocol {@code tally}, and clients that are closed after the test. */
abstract class Serving {

    final Loops loops;
    final Core core;
    final List<SwitchEvent> events = new CopyOnWriteArrayList<>();
    private final List<LineClient> clients = new CopyOnWriteArrayList<>();

    Serving(int loopCount) {
        loops = new Loops(loopCount, "serving", SelectorProvider.provider());
        core = new Core(loops);
        core.addTransport("tcp", new TcpProvider(), Map.of());
        core.addListener(events::add);
    }

    @AfterEach
    void closeAll() throws IOException {
        for (LineClient client : clients) {
            client.close();
        }
        core.close();
        loops.close();
    }

    static Map<String, Object> configuration(String... pairs) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("endpoint", "tcp://127.0.0.1:0");
        properties.put("protocol", "tally");
        for (int i = 0; i < pairs.length; i += 2) {
            properties.put(pairs[i], pairs[i + 1]);
        }
        return properties;
    }

    final ConfiguredServer configured(String... pairs) {
        return named("test", pairs);
    }

    final ConfiguredServer named(String name, String... pairs) {
        ConfiguredServer server = new ConfiguredServer(core, name);
        get(server.update(configuration(pairs)));
        return server;
    }

    final LineClient connect(ConfiguredServer server) throws IOException {
        LineClient client = new LineClient(TestNetwork.port(server.entry().server()));
        clients.add(client);
        return client;
    }

    final List<LineClient> connect(ConfiguredServer server, int count) throws IOException {
        List<LineClient> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(connect(server));
        }
        return all;
    }

    final void add(ProtocolFactory factory, int ranking) {
        core.addProtocol("tally", factory, Map.of("service.ranking", ranking));
    }

    final List<Kind> kinds() {
        return events.stream().map(SwitchEvent::kind).toList();
    }

    /** Returns what runs an action when it is run for the first time. */
    static Runnable once(Runnable action) {
        AtomicBoolean done = new AtomicBoolean();
        return () -> {
            if (!done.getAndSet(true)) {
                action.run();
            }
        };
    }
}
