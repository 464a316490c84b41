// SPDX-License-Identifier: Apache-2.0
package dev.turnout.shell;

import dev.turnout.api.network.Effect;
import dev.turnout.api.network.NetworkControl;
import dev.turnout.api.network.NetworkRuntime;
import dev.turnout.api.network.Option;
import dev.turnout.api.network.SwitchEvent;
import dev.turnout.api.network.dto.LeakDTO;
import dev.turnout.api.network.dto.NetworkDTO;
import dev.turnout.api.network.dto.ServerDTO;
import dev.turnout.api.network.dto.SwitchDTO;
import dev.turnout.api.network.dto.VersionDTO;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.felix.service.command.Descriptor;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Switches, drains and suspends by hand, and shows what was switched and what a departed bundle has left behind.
 *
 * <p>What cannot be done is thrown, so that scripts notice; shells print its text.
 */
@Component(
        service = SwitchCommands.class,
        property = {
            "osgi.command.scope=turnout",
            "osgi.command.function=switch",
            "osgi.command.function=drain",
            "osgi.command.function=suspend",
            "osgi.command.function=resume",
            "osgi.command.function=switches",
            "osgi.command.function=leaks"
        })
public final class SwitchCommands {

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration PATIENCE_FOR_COLLECTIONS = Duration.ofSeconds(30);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);
    private static final long NANOS_PER_MICRO = 1000;
    private static final String HOW_TO_SWITCH = """
            turnout:switch ID PROTOCOL - hands one open connection over to another protocol, with its unread bytes
               ID         the connection's number, as turnout:connections shows it
               PROTOCOL   the protocol's name, as turnout:protocols shows it""";
    private static final String HOW_TO_DRAIN = """
            turnout:drain SERVER [DEADLINE] - stops a server from accepting, and closes its connections at a deadline
               SERVER     the server's name, as turnout:servers shows it
               DEADLINE   how long connections may go on, such as 250ms, 30s, 5m, 1h; the server's drain.deadline unless given""";
    private static final String HOW_TO_SUSPEND = """
            turnout:suspend SERVER - stops a server from accepting; its open connections go on
               SERVER     the server's name, as turnout:servers shows it""";
    private static final String HOW_TO_RESUME = """
            turnout:resume SERVER - lets a suspended or drained server accept again
               SERVER     the server's name, as turnout:servers shows it""";
    private static final String HOW_TO_SHOW_SWITCHES = """
            turnout:switches [-n LINES] - lists the latest switches, roll-backs, drains and deadlines
               LINES      how many lines at most, the latest ones; 40 unless given""";
    private static final String TAKES_LINES = "turnout:switches takes nothing but -n LINES";
    private static final Set<String> LINES = Set.of("-n", "--lines");
    private static final int DEFAULT_LINES = 40;
    private static final String HOW_TO_SHOW_LEAKS =
            "turnout:leaks - tells whether the classes of departed bundles were collected, or what holds them";
    private static final Option<Duration> DEADLINE =
            Option.delay("deadline", Duration.ZERO, Effect.LIVE, "How long connections may go on.");

    private final NetworkRuntime runtime;
    private final NetworkControl control;
    private final Clock clock;

    /** Makes the commands over a network. */
    @Activate
    public SwitchCommands(@Reference NetworkRuntime runtime, @Reference NetworkControl control) {
        this(runtime, control, Clock.system(ZoneId.systemDefault()));
    }

    SwitchCommands(NetworkRuntime runtime, NetworkControl control, Clock clock) {
        this.runtime = runtime;
        this.control = control;
        this.clock = clock;
    }

    /**
     * Hands one connection over; shells drop the underscore, which Java needs as the name is one of its own words. Takes any number of arguments, as
     * the shell would tell of a method with an underscore when their number is wrong, and its help does not find one.
     */
    @Descriptor("hands one open connection over to another protocol, with its unread bytes")
    public void _switch(
            @Descriptor("the connection's number, as turnout:connections shows it, and the protocol's name")
                    String... arguments) {
        if (!Usage.isEnough(
                arguments, 2, 2, "turnout:switch takes a connection's number and a protocol's name", HOW_TO_SWITCH)) {
            return;
        }
        SwitchEvent event = await(control.switchProtocol(number(arguments[0]), arguments[1]), PATIENCE);
        System.out.println("connection " + event.connection() + " was switched from " + event.from() + " to "
                + event.to() + " in " + event.nanos() / NANOS_PER_MICRO + " us"
                + (event.unread() == 0 ? "" : ", " + event.unread() + " unread bytes carried"));
    }

    /** Drains a server by a deadline, or its own one. */
    @Descriptor("stops a server from accepting, and closes its connections at a deadline")
    public void drain(
            @Descriptor(
                            "the server's name, as turnout:servers shows it; then, if its own drain.deadline is not to hold, how long connections may go on, "
                                    + "such as 250ms, 30s, 5m, 1h")
                    String... arguments) {
        if (Usage.isEnough(arguments, 1, 2, "turnout:drain takes a server's name and a deadline", HOW_TO_DRAIN)) {
            begin(arguments[0], arguments.length == 1 ? null : DEADLINE.parse(arguments[1]));
        }
    }

    /** Suspends a server. */
    @Descriptor("stops a server from accepting; its open connections go on")
    public void suspend(@Descriptor("the server's name, as turnout:servers shows it") String... arguments) {
        if (Usage.isEnough(arguments, 1, 1, "turnout:suspend takes a server's name", HOW_TO_SUSPEND)) {
            String server = arguments[0];
            await(control.suspend(server), PATIENCE);
            System.out.println("server " + server + " is suspended: it accepts nobody, and its open connections go on; "
                    + "turnout:resume " + server + " lets it accept again");
        }
    }

    /** Resumes a server. */
    @Descriptor("lets a suspended or drained server accept again")
    public void resume(@Descriptor("the server's name, as turnout:servers shows it") String... arguments) {
        if (Usage.isEnough(arguments, 1, 1, "turnout:resume takes a server's name", HOW_TO_RESUME)) {
            String server = arguments[0];
            await(control.resume(server), PATIENCE);
            long until = drainsUntil(picture(), server);
            System.out.println("server " + server + " accepts again"
                    + (until == 0
                            ? ""
                            : "; its drain goes on: the connections that take part are closed at " + at(until)));
        }
    }

    /** Lists the latest events about switches. Reads its option itself, as the shell would tell of a method when the value is missing. */
    @Descriptor("lists the latest switches, roll-backs, drains and deadlines")
    public void switches(
            @Descriptor("-n or --lines, and how many lines at most, the latest ones; 40 unless given")
                    String... arguments) {
        Usage.isEnough(arguments, 0, 2, TAKES_LINES, HOW_TO_SHOW_SWITCHES);
        if (arguments.length > 0 && !LINES.contains(arguments[0])) {
            throw new IllegalArgumentException(TAKES_LINES + "\n" + HOW_TO_SHOW_SWITCHES);
        }
        if (arguments.length == 1) {
            throw new IllegalArgumentException(arguments[0] + " needs a number of lines\n" + HOW_TO_SHOW_SWITCHES);
        }
        int most = arguments.length == 0 ? DEFAULT_LINES : lines(arguments[1]);
        System.out.println(new SwitchesText(picture(), clock.getZone(), most));
    }

    private static int lines(String text) {
        try {
            int lines = Integer.parseInt(text);
            if (lines > 0) {
                return lines;
            }
        } catch (NumberFormatException e) {
            // it is refused as one that is too small
        }
        throw new IllegalArgumentException(
                "cannot show \"" + text + "\" lines: LINES is a number from 1\n" + HOW_TO_SHOW_SWITCHES);
    }

    /** Tells what departed bundles have left behind. */
    @Descriptor("tells whether the classes of departed bundles were collected, or what holds them")
    public void leaks(@Descriptor("nothing") String... arguments) {
        Usage.isEnough(arguments, 0, 0, "turnout:leaks takes nothing", HOW_TO_SHOW_LEAKS);
        List<LeakDTO> leaks = await(control.leaks(), PATIENCE_FOR_COLLECTIONS);
        if (leaks.isEmpty()) {
            System.out.println("No bundle with a protocol, transport or filter has left yet.");
            return;
        }
        Table table = new Table("LEFT AT", "BUNDLE", "CLASSES", "HELD BY");
        for (LeakDTO leak : leaks) {
            table.row(Times.ofDay(leak.left, clock.getZone()), leak.bundle, state(leak), holders(leak));
        }
        System.out.println(table);
    }

    private static String state(LeakDTO leak) {
        return leak.collected ? "collected" : leak.installed ? "still installed" : "! HELD";
    }

    private static String holders(LeakDTO leak) {
        if (leak.holders.length > 0) {
            return String.join(", ", leak.holders);
        }
        return leak.collected || leak.installed
                ? ""
                : "nothing that Turnout knows; find it in a heap dump (jcmd PID GC.heap_dump FILE)";
    }

    private static long number(String id) {
        try {
            return Long.parseLong(id);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "cannot switch connection \"" + id + "\": not a number; turnout:connections shows them", e);
        }
    }

    /** Begins a drain and says so once it has begun; the shell does not wait for its end. */
    private void begin(String server, @Nullable Duration deadline) {
        long asked = clock.millis();
        long until = System.nanoTime() + PATIENCE.toNanos();
        Future<Void> drained = control.drain(server, deadline).toCompletableFuture();
        while (System.nanoTime() - until < 0) {
            if (isOver(drained, server)) {
                System.out.println("server " + server + " is suspended, and none of its connections is left; "
                        + "turnout:resume " + server + " lets it accept again");
                return;
            }
            NetworkDTO network = picture();
            for (SwitchDTO event : network.switches) {
                if (event.kind.equals("DRAIN_BEGUN") && event.server.equals(server) && event.time >= asked) {
                    System.out.println(begun(event, network, deadline, asked));
                    return;
                }
            }
        }
        throw new IllegalStateException("the drain of server " + server + " has not begun within "
                + PATIENCE.toSeconds() + " s: a callback blocks a loop; turnout:loops shows which");
    }

    private static boolean isOver(Future<Void> drained, String server) {
        try {
            drained.get(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw failure(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted; the drain of server " + server + " goes on", e);
        }
    }

    private String begun(SwitchDTO event, NetworkDTO network, @Nullable Duration deadline, long asked) {
        long until = deadline != null ? event.time + deadline.toMillis() : drainsUntil(network, event.server);
        String when = until == 0
                ? "its drain.deadline"
                : Times.ofDay(until, clock.getZone()) + " (" + Times.span(until - event.time) + ")";
        boolean again = Arrays.stream(network.switches)
                .anyMatch(earlier -> earlier.kind.equals("DRAIN_ENDED")
                        && earlier.server.equals(event.server)
                        && earlier.time >= asked
                        && earlier.connections > 0);
        ServerDTO closed = closed(network, event.server);
        return "server " + event.server + (closed == null ? " is suspended; " : " is closed; ") + event.connections
                + (event.connections == 1 ? " connection" : " connections") + " may go on until " + when
                + ", then what is left is closed" + (again ? "; this takes the place of the drain before" : "")
                + "\nturnout:servers shows how many are left"
                + (closed == null ? ", turnout:resume " + event.server + " lets it accept again" : "");
    }

    private String at(long until) {
        return Times.ofDay(until, clock.getZone()) + " (" + Times.span(until - clock.millis()) + ")";
    }

    private static long drainsUntil(NetworkDTO network, String name) {
        return Arrays.stream(network.servers)
                .filter((ServerDTO server) -> server.name.equals(name))
                .flatMap(server -> Arrays.stream(server.versions))
                .mapToLong((VersionDTO version) -> version.drainsUntil)
                .max()
                .orElse(0);
    }

    /** Returns the picture of a server whose configuration is gone, or null. */
    private static @Nullable ServerDTO closed(NetworkDTO network, String name) {
        List<ServerDTO> all = Arrays.stream(network.servers)
                .filter(server -> server.name.equals(name))
                .toList();
        return all.stream().allMatch(server -> server.state.equals("closed"))
                ? all.stream().findFirst().orElse(null)
                : null;
    }

    private NetworkDTO picture() {
        return await(runtime.snapshot(), PATIENCE);
    }

    private static <T extends @Nullable Object> T await(CompletionStage<T> stage, Duration patience) {
        try {
            return stage.toCompletableFuture().get(patience.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException(
                    "no answer for " + patience.toSeconds() + " s: a callback blocks a loop; turnout:loops shows which",
                    e);
        } catch (ExecutionException e) {
            throw failure(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted; what was asked for goes on", e);
        }
    }

    private static RuntimeException failure(ExecutionException e) {
        return e.getCause() instanceof RuntimeException cause
                ? cause
                : new IllegalStateException(String.valueOf(e.getCause()), e.getCause());
    }
}
