// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.scenario;

import dev.turnout.bench.peer.Peers;
import dev.turnout.bench.work.Calls;
import dev.turnout.bench.work.Children;
import dev.turnout.bench.work.Timers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Lists all scenarios, in the order of the report. */
public final class Scenarios {

    private static final String TCP = "tcp";

    private Scenarios() {}

    /**
     * Returns them.
     *
     * @param rate messages per second of the open loop
     * @param idle how many connections are idle
     */
    public static List<Scenario> all(double rate, int idle) {
        List<Scenario> tcp = List.of(
                EchoScenario.closed("tcp-1x1KiB", TCP, 1, 1024, 1),
                EchoScenario.closed("tcp-50x1KiB", TCP, 50, 1024, 1),
                EchoScenario.closed("tcp-50x64B-pipelined-16", TCP, 50, 64, 16),
                EchoScenario.closed("tcp-10x64KiB", TCP, 10, 64 * 1024, 1),
                EchoScenario.closed("tcp-1000x256B", TCP, 1000, 256, 1),
                EchoScenario.open("tcp-50x1KiB-open", TCP, 50, 1024, rate),
                new ConnectScenario("tcp-connect", TCP));
        List<Scenario> all = new ArrayList<>(tcp);
        all.addAll(List.of(
                EchoScenario.closed("tcp-50x64B-messages", Peers.MESSAGES, 50, 64, 16),
                new IdleScenario("idle-10000", idle),
                EchoScenario.closed("unix-50x1KiB", "unix", 50, 1024, 1),
                new ConnectScenario("unix-connect", "unix"),
                EchoScenario.tls("tls-50x1KiB", 50, 1024),
                EchoScenario.tls("tls-10x64KiB", 10, 64 * 1024),
                new HandshakeScenario("tls-handshakes-full", false),
                new HandshakeScenario("tls-handshakes-resumed", true),
                new DatagramScenario("udp-50x512B", 50, 512),
                new WorkScenario(
                        "children",
                        Peers.CHILDREN,
                        "children",
                        "children that say a word, one after the other; processor time without the children's own"),
                new WorkScenario(
                        "pipes",
                        Peers.PIPES,
                        "chunks",
                        "chunks of " + Children.CHUNK
                                + " bytes through a child (cat) and back, one after the other; processor time without the child's own"),
                new WorkScenario(
                        "timers",
                        Peers.TIMERS,
                        "timers",
                        String.format(
                                Locale.ROOT,
                                "%,d timers are scheduled, then cancelled; a timer is one operation",
                                Timers.MANY)),
                new WorkScenario(
                        "calls",
                        Peers.CALLS,
                        "calls",
                        "calls from " + Calls.CALLERS + " threads to another one, at most " + Calls.EACH
                                + " of each thread waiting"),
                LoopsScenario.echo("tcp-50x1KiB-loops"),
                LoopsScenario.working("tcp-50x1KiB-loops-working")));
        tcp.forEach(scenario -> all.add(new SwitchingScenario(scenario)));
        return List.copyOf(all);
    }
}
