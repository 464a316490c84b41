// SPDX-License-Identifier: Apache-2.0
package dev.turnout.shell;

import dev.turnout.api.network.dto.NetworkDTO;
import dev.turnout.api.network.dto.SwitchDTO;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Writes the latest events about switches. What happened to many connections alike is one line: an event joins the last line that says the same, unless
 * its connection is in that line already, or the line is older than a second. What did not go as wanted is in capitals and says why.
 */
final class SwitchesText {

    private static final long SAME_RUN_MILLIS = 1000;
    private static final long NANOS_PER_MICRO = 1000;

    /** What tells transports apart in reasons: their number, addresses and state. */
    private static final Pattern WHICH_TRANSPORT = Pattern.compile(" #\\d+ \\([^()]*\\)");

    /** Tells lines apart. */
    private record Key(String kind, String server, String from, String to, String reason) {}

    /** Is one line. */
    private static final class Run {
        final SwitchDTO first;
        final Set<Long> connections = new HashSet<>();
        final List<Long> nanos = new ArrayList<>();
        long unread;
        long last;

        Run(SwitchDTO first) {
            this.first = first;
            this.last = first.time;
        }

        boolean takes(SwitchDTO event) {
            return !connections.contains(event.connection) && event.time - last <= SAME_RUN_MILLIS;
        }

        void add(SwitchDTO event) {
            connections.add(event.connection);
            nanos.add(event.nanos);
            unread += event.unread;
            last = event.time;
        }

        long median() {
            return nanos.stream()
                    .sorted()
                    .skip((nanos.size() - 1) / 2)
                    .findFirst()
                    .orElse(0L);
        }

        long max() {
            return nanos.stream().mapToLong(Long::longValue).max().orElse(0);
        }
    }

    private final List<Run> runs = new ArrayList<>();
    private final ZoneId zone;
    private final int most;
    private final long forgotten;

    /**
     * Sums up events.
     *
     * @param network what has the events
     * @param zone where the reader is
     * @param most how many lines to write, the latest ones
     */
    SwitchesText(NetworkDTO network, ZoneId zone, int most) {
        this.forgotten = network.forgottenSwitches;
        this.zone = zone;
        this.most = most;
        Map<Key, Run> latest = new HashMap<>();
        for (SwitchDTO event : network.switches) {
            if (event.connection == 0) {
                runs.add(new Run(event));
                continue;
            }
            Key key = new Key(event.kind, event.server, event.from, event.to, common(event.reason));
            Run run = latest.get(key);
            if (run == null || !run.takes(event)) {
                run = new Run(event);
                latest.put(key, run);
                runs.add(run);
            }
            run.add(event);
        }
    }

    @Override
    public String toString() {
        if (runs.isEmpty()) {
            return "Nothing was switched yet. Update the bundle of a protocol while connections are open, or try turnout:switch.";
        }
        int left = Math.max(0, runs.size() - most);
        Table table = new Table("TIME", "SERVER", "WHAT", "CONNECTIONS", "#P50 us", "#MAX us", "FROM, TO, WHY");
        runs.stream().skip(left).forEach(run -> row(table, run));
        return (forgotten == 0
                        ? ""
                        : forgotten
                                + " earlier events are forgotten, so the oldest line may have had more connections\n")
                + (left == 0
                        ? ""
                        : left + " earlier lines are left out; turnout:switches --lines " + runs.size()
                                + " shows all\n")
                + table;
    }

    private void row(Table table, Run run) {
        SwitchDTO event = run.first;
        boolean one = run.connections.size() == 1;
        table.row(
                Times.fine(event.time, zone),
                event.server,
                what(event.kind),
                event.connection == 0
                        ? count(event.connections)
                        : one ? "#" + event.connection : count(run.connections.size()),
                run.nanos.isEmpty() ? "" : run.median() / NANOS_PER_MICRO,
                run.nanos.isEmpty() ? "" : run.max() / NANOS_PER_MICRO,
                story(run));
    }

    /** Writes a number of connections, so that nobody takes it for the number of one. */
    private static String count(int connections) {
        return connections + (connections == 1 ? " connection" : " connections");
    }

    private static String what(String kind) {
        return switch (kind) {
            case "FAILED" -> "! NOT SWITCHED";
            case "ROLLED_BACK", "ABORTED", "EXPIRED" -> "! " + kind.replace('_', ' ');
            default -> kind.toLowerCase(Locale.ROOT).replace('_', ' ');
        };
    }

    /** Returns a reason without what is true of one connection only. */
    private static String common(String reason) {
        return WHICH_TRANSPORT.matcher(reason).replaceAll("");
    }

    private static String story(Run run) {
        SwitchDTO event = run.first;
        StringBuilder story = new StringBuilder(event.from);
        if (!event.to.isEmpty()) {
            story.append(story.isEmpty() ? "to " : " to ").append(event.to);
        }
        if (run.unread > 0) {
            story.append(", ").append(run.unread).append(" unread bytes carried");
        }
        if (!event.reason.isEmpty()) {
            boolean one = run.connections.size() <= 1;
            story.append(story.isEmpty() ? "" : ": ").append(one ? event.reason : common(event.reason));
        }
        return story.toString();
    }
}
