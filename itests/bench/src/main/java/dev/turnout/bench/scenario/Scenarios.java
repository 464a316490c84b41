// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.scenario;

import java.util.List;

/** Lists all scenarios, in the order of the report. */
public final class Scenarios {

    private Scenarios() {}

    /**
     * Returns them.
     *
     * @param rate messages per second of the open loop
     * @param idle how many connections are idle
     */
    public static List<Scenario> all(double rate, int idle) {
        return List.of(
                EchoScenario.closed("tcp-1x1KiB", "tcp", 1, 1024, 1),
                EchoScenario.closed("tcp-50x1KiB", "tcp", 50, 1024, 1),
                EchoScenario.closed("tcp-50x64B-pipelined-16", "tcp", 50, 64, 16),
                EchoScenario.closed("tcp-10x64KiB", "tcp", 10, 64 * 1024, 1),
                EchoScenario.closed("tcp-1000x256B", "tcp", 1000, 256, 1),
                EchoScenario.open("tcp-50x1KiB-open", "tcp", 50, 1024, rate),
                new ConnectScenario("tcp-connect", "tcp"),
                new IdleScenario("idle-10000", idle),
                EchoScenario.closed("unix-50x1KiB", "unix", 50, 1024, 1),
                new SwitchingScenario("tcp-50x1KiB-switching"));
    }
}
