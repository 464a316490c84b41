// SPDX-License-Identifier: Apache-2.0
package dev.turnout.shell;

import dev.turnout.api.network.dto.FailedDTO;
import dev.turnout.api.network.dto.NetworkDTO;
import dev.turnout.api.network.dto.ServerDTO;
import dev.turnout.api.network.dto.VersionDTO;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Writes what there is to say about servers: the table, the versions where there are several, what was switched, and what is wrong. */
final class ServersText {

    private static final String HOW_TO_SERVE = "To open one, write etc/dev.turnout.server~NAME.cfg with the lines\n"
            + "  endpoint = tcp://127.0.0.1:9000\n  protocol = echo";

    private final NetworkDTO network;
    private final Clock clock;

    ServersText(NetworkDTO network, Clock clock) {
        this.network = network;
        this.clock = clock;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        if (network.servers.length == 0) {
            text.append("No server is open. ").append(HOW_TO_SERVE);
        } else {
            text.append(table());
            appendVersions(text);
            appendCounts(text);
        }
        for (FailedDTO failed : network.failed) {
            text.append("\n\n").append(failed.name).append(" is not as configured: ");
            if (!failed.property.isEmpty()) {
                text.append(failed.property).append(" = ").append(failed.value).append("\n  ");
            }
            text.append(failed.reason);
        }
        return text.toString();
    }

    private Table table() {
        Table table = new Table("NAME", "PROTOCOL", "VERSION", "#CONN", "#TOTAL", "STATE", "WHERE");
        for (ServerDTO server : network.servers) {
            table.row(
                    server.name,
                    server.protocol,
                    inCharge(server),
                    server.connections,
                    server.accepted,
                    server.state,
                    server.sockets.length == 0 ? server.endpoint : String.join(" ", server.sockets));
        }
        return table;
    }

    /** Returns the version of the bundle that new connections are for; the bundle's name is the protocol's business. */
    private static String inCharge(ServerDTO server) {
        return Arrays.stream(server.versions)
                .filter(version -> version.inCharge)
                .map(version -> version.bundle.substring(version.bundle.lastIndexOf(' ') + 1))
                .findFirst()
                .orElse("");
    }

    private void appendVersions(StringBuilder text) {
        Table table = new Table("SERVER", "#CONN", "#BEGUN", "#SWITCHED TO", "STATE", "VERSION");
        boolean several = false;
        for (ServerDTO server : network.servers) {
            List<VersionDTO> serving = Arrays.stream(server.versions)
                    .filter(version -> version.inCharge || version.connections > 0)
                    .toList();
            if (serving.stream().allMatch(version -> version.inCharge && version.drainsUntil == 0)) {
                continue;
            }
            several = true;
            for (VersionDTO version : serving) {
                table.row(
                        server.name,
                        version.connections,
                        version.begun,
                        version.switchedTo,
                        state(version),
                        version.bundle);
            }
        }
        if (several) {
            text.append("\n\n").append(table);
        }
    }

    private String state(VersionDTO version) {
        String state = version.inCharge ? "in charge" : "not for new connections";
        return version.drainsUntil == 0
                ? state
                : "drains until " + Times.ofDay(version.drainsUntil, clock.getZone()) + " ("
                        + Times.span(version.drainsUntil - clock.millis()) + " left)";
    }

    private void appendCounts(StringBuilder text) {
        String gap = "\n\n";
        for (ServerDTO server : network.servers) {
            List<String> counts = new ArrayList<>();
            count(counts, server.parked, "parked");
            count(counts, server.switched, "switched");
            count(counts, server.failed, "not switched");
            count(counts, server.rolledBack, "rolled back");
            count(counts, server.lost, "lost");
            count(counts, server.failedHandshakes, "failed handshakes");
            count(
                    counts,
                    Arrays.stream(server.versions)
                            .filter(version -> version.drainsUntil > 0)
                            .mapToLong(version -> version.connections)
                            .sum(),
                    "draining");
            if (!counts.isEmpty()) {
                text.append(gap).append(server.name).append(": ").append(String.join(", ", counts));
                gap = "\n";
            }
        }
    }

    private static void count(List<String> counts, long count, String what) {
        if (count > 0) {
            counts.add(count + " " + what);
        }
    }
}
