// SPDX-License-Identifier: Apache-2.0
package dev.turnout.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.NetworkControl;
import dev.turnout.api.network.SwitchEvent;
import dev.turnout.api.network.dto.LeakDTO;
import dev.turnout.api.network.dto.NetworkDTO;
import dev.turnout.api.network.dto.ServerDTO;
import dev.turnout.api.network.dto.SwitchDTO;
import dev.turnout.api.network.dto.VersionDTO;
import dev.turnout.testkit.Spec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class SwitchCommandsTest {

    private static final Instant NOW = Instant.ofEpochSecond(1_000_000);
    private static final String OLD = "dev.turnout.protocol.line 1.0.0";
    private static final String NEW = "dev.turnout.protocol.line 1.1.0";

    private final NetworkDTO network = new NetworkDTO();
    private final Control control = new Control();
    private final SwitchCommands commands = new SwitchCommands(
            () -> CompletableFuture.completedFuture(network), control, Clock.fixed(NOW, ZoneOffset.UTC));

    /** Notes what it is asked for, and answers as it is told. */
    private static final class Control implements NetworkControl {
        final List<String> calls = new ArrayList<>();
        final CompletableFuture<Void> drained = new CompletableFuture<>();
        List<LeakDTO> leaks = List.of();
        CompletionStage<Void> answer = CompletableFuture.completedFuture(null);

        @Override
        public CompletionStage<Void> suspend(String server) {
            calls.add("suspend " + server);
            return answer;
        }

        @Override
        public CompletionStage<Void> resume(String server) {
            calls.add("resume " + server);
            return answer;
        }

        @Override
        public CompletionStage<Void> drain(String server, Duration deadline) {
            calls.add("drain " + server + " " + deadline);
            return drained;
        }

        @Override
        public CompletionStage<SwitchEvent> switchProtocol(long connection, String protocol) {
            calls.add("switch " + connection + " " + protocol);
            return CompletableFuture.completedFuture(new SwitchEvent(
                    SwitchEvent.Kind.SWITCHED, 0, "line", connection, 1, OLD, "org.example.echo 2.0.0", 3, 42_000, ""));
        }

        @Override
        public CompletionStage<List<LeakDTO>> leaks() {
            return CompletableFuture.completedFuture(leaks);
        }
    }

    // --- what operators do

    @Test
    void saysWhatWasSwitchedFromWhatToWhat() {
        String text = Printed.by(() -> commands._switch("17", "echo"));

        assertEquals(List.of("switch 17 echo"), control.calls);
        assertEquals(
                "connection 17 was switched from " + OLD
                        + " to org.example.echo 2.0.0 in 42 us, 3 unread bytes carried",
                text);
    }

    @Test
    void saysHowToSwitchWhenToldNothing() {
        assertTrue(Printed.by(commands::_switch).startsWith("turnout:switch ID PROTOCOL - "));
    }

    @Test
    void tellsTheRightUsageWhenTheNumberOfArgumentsIsWrong() {
        IllegalArgumentException few = assertThrows(IllegalArgumentException.class, () -> commands._switch("17"));
        IllegalArgumentException many =
                assertThrows(IllegalArgumentException.class, () -> commands._switch("17", "to", "echo"));

        assertEquals(List.of(), control.calls);
        assertTrue(few.getMessage().contains(", not 1 argument\nturnout:switch ID PROTOCOL - "), few.getMessage());
        assertTrue(many.getMessage().contains(", not 3 arguments\nturnout:switch ID PROTOCOL - "), many.getMessage());
    }

    @Test
    void refusesWhatIsNoNumberOfAConnection() {
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> commands._switch("echo", "17"));

        assertTrue(refusal.getMessage().contains("\"echo\": not a number; turnout:connections"), refusal.getMessage());
    }

    @Test
    @Spec("SWITCH-54")
    void suspendsAndResumes() {
        String suspended = Printed.by(() -> commands.suspend("line"));
        String resumed = Printed.by(() -> commands.resume("line"));

        assertEquals(List.of("suspend line", "resume line"), control.calls);
        assertTrue(suspended.contains("turnout:resume line"), suspended);
        assertEquals("server line accepts again", resumed);
    }

    @Test
    void saysThatADrainGoesOnWhenItsServerIsResumed() {
        network.servers = new ServerDTO[] {drainingServer(300_000)};

        String resumed = Printed.by(() -> commands.resume("line"));

        assertEquals(
                "server line accepts again; its drain goes on: the connections that take part are closed at 13:51:40 (5m)",
                resumed);
    }

    private static ServerDTO drainingServer(long millis) {
        ServerDTO server = new ServerDTO();
        server.name = "line";
        VersionDTO version = new VersionDTO();
        version.drainsUntil = NOW.toEpochMilli() + millis;
        server.versions = new VersionDTO[] {version};
        return server;
    }

    @Test
    void throwsWhatTheNetworkAnswers() {
        control.answer = CompletableFuture.failedStage(new IllegalArgumentException("no server \"x\"; present: line"));

        IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, () -> commands.suspend("x"));

        assertEquals("no server \"x\"; present: line", refusal.getMessage());
    }

    // --- drains

    @Test
    void saysUntilWhenADrainGoesOnWithoutWaitingForItsEnd() {
        network.switches = new SwitchDTO[] {drainBegun(3)};

        String text = Printed.by(() -> commands.drain("line", "5m"));

        assertEquals(List.of("drain line PT5M"), control.calls);
        assertEquals("""
                server line is suspended; 3 connections may go on until 13:51:40 (5m), then what is left is closed
                turnout:servers shows how many are left, turnout:resume line lets it accept again""", text);
    }

    @Test
    void saysTheServersOwnDeadlineIfNoneIsGiven() {
        network.switches = new SwitchDTO[] {drainBegun(1)};
        network.servers = new ServerDTO[] {drainingServer(10_000)};

        String text = Printed.by(() -> commands.drain("line"));

        assertEquals(List.of("drain line null"), control.calls);
        assertTrue(text.startsWith("server line is suspended; 1 connection may go on until 13:46:50 (10s)"), text);
    }

    @Test
    void saysThatADrainTakesThePlaceOfTheOneBefore() {
        SwitchDTO former = event("DRAIN_ENDED", 0, OLD, "", 0, 0);
        former.connections = 3;
        network.switches = new SwitchDTO[] {former, drainBegun(3)};

        String text = Printed.by(() -> commands.drain("line", "5m"));

        assertTrue(text.contains("then what is left is closed; this takes the place of the drain before\n"), text);
    }

    @Test
    void doesNotOfferToResumeAServerWhoseConfigurationIsGone() {
        network.switches = new SwitchDTO[] {drainBegun(3)};
        ServerDTO server = drainingServer(10_000);
        server.state = "closed";
        network.servers = new ServerDTO[] {server};

        String text = Printed.by(() -> commands.drain("line"));

        assertEquals("""
                server line is closed; 3 connections may go on until 13:46:50 (10s), then what is left is closed
                turnout:servers shows how many are left""", text);
    }

    @Test
    void saysThatNothingIsLeftToDrain() {
        control.drained.complete(null);

        String text = Printed.by(() -> commands.drain("line", "0"));

        assertTrue(text.startsWith("server line is suspended, and none of its connections is left"), text);
    }

    @Test
    void refusesADrainOfAnUnknownServerOrForNoTime() {
        control.drained.completeExceptionally(new IllegalArgumentException("no server"));

        assertThrows(IllegalArgumentException.class, () -> commands.drain("x", "1s"));
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> commands.drain("line", "soon"));

        assertTrue(refusal.getMessage().contains("deadline=soon is not legal: expected a time"), refusal.getMessage());
    }

    // --- events

    @Test
    @Spec("SWITCH-56")
    void sumsUpWhatHappenedToManyConnectionsAlike() {
        network.switches = new SwitchDTO[] {
            event("PARKED", 1, OLD, "", 10, 0),
            event("PARKED", 2, OLD, "", 30, 0),
            event("PARKED", 3, OLD, "", 20, 0),
            event("RESUMED", 1, OLD, NEW, 2000, 5),
            event("ROLLED_BACK", 2, OLD, NEW, 70, 0),
            event("RESUMED", 3, OLD, NEW, 3000, 2),
            event("PARKED", 1, NEW, "", 11, 0),
            drainBegun(4),
        };
        network.switches[4].reason = "not today";

        String text = Printed.by(() -> commands.switches("-n", "40"));

        assertEquals("""
                TIME          SERVER  WHAT           CONNECTIONS    #P50 us  #MAX us  FROM, TO, WHY
                13:46:40.000  line    parked         3 connections       20       30  dev.turnout.protocol.line 1.0.0
                13:46:40.000  line    resumed        2 connections     2000     3000  dev.turnout.protocol.line 1.0.0 to dev.turnout.protocol.line 1.1.0, 7 unread bytes carried
                13:46:40.000  line    ! ROLLED BACK  #2                  70       70  dev.turnout.protocol.line 1.0.0 to dev.turnout.protocol.line 1.1.0: not today
                13:46:40.000  line    parked         #1                  11       11  dev.turnout.protocol.line 1.1.0
                13:46:40.000  line    drain begun    4 connections        -        -  dev.turnout.protocol.line 1.0.0: as an operator wants it""", text);
    }

    @Test
    void beginsANewLineForAConnectionThatIsInTheLineOrAfterASecond() {
        network.switches = new SwitchDTO[] {
            event("SWITCHED", 1, OLD, NEW, 1, 0),
            event("SWITCHED", 1, OLD, NEW, 2, 0),
            event("SWITCHED", 2, OLD, NEW, 4, 0),
            event("SWITCHED", 3, OLD, NEW, 8, 0),
        };
        network.switches[3].time += 1001;

        String text = Printed.by(() -> commands.switches("-n", "40"));

        assertEquals(4, text.lines().count(), text);
        assertTrue(text.contains("  2 connections  "), text);
    }

    @Test
    void sumsUpReasonsThatDifferByTheConnectionAlone() {
        network.switches = new SwitchDTO[] {
            event("FAILED", 1, OLD, NEW, 0, 0), event("FAILED", 2, OLD, NEW, 0, 0), event("FAILED", 3, OLD, NEW, 0, 0)
        };
        network.switches[0].reason = "cannot switch tcp transport #1 (/127.0.0.1:9 to /127.0.0.1:40, open) from a to b";
        network.switches[1].reason = "cannot switch tcp transport #2 (/127.0.0.1:9 to /127.0.0.1:41, open) from a to b";
        network.switches[2].reason = "another one";

        String text = Printed.by(() -> commands.switches("-n", "40"));

        assertTrue(text.contains("! NOT SWITCHED  2 connections"), text);
        assertTrue(text.contains(NEW + ": cannot switch tcp transport from a to b"), text);
        assertTrue(text.contains(NEW + ": another one"), text);
    }

    @Test
    void leavesOutEarlierLinesAndSaysHowToSeeThem() {
        network.switches = new SwitchDTO[] {drainBegun(1), drainBegun(2), drainBegun(3)};

        String text = Printed.by(() -> commands.switches("-n", "1"));

        assertTrue(text.startsWith("2 earlier lines are left out; turnout:switches --lines 3 shows all"), text);
        assertTrue(text.contains("3 connections") && !text.contains("2 connections"), text);
    }

    @Test
    void refusesANumberOfLinesThatShowsNothing() {
        for (String wrong : List.of("0", "-3", "many")) {
            IllegalArgumentException refusal =
                    assertThrows(IllegalArgumentException.class, () -> commands.switches("-n", wrong));
            assertTrue(
                    refusal.getMessage()
                            .startsWith("cannot show \"" + wrong + "\" lines: LINES is a number from 1\nturnout:"),
                    refusal.getMessage());
        }
    }

    @Test
    void saysHowManyEventsAreForgotten() {
        network.switches = new SwitchDTO[] {event("SWITCHED", 7, OLD, NEW, 1, 0)};
        network.forgottenSwitches = 5;

        String text = Printed.by(() -> commands.switches("-n", "40"));

        assertTrue(text.startsWith("5 earlier events are forgotten, so the oldest line may have had more"), text);
    }

    @Test
    void saysSoWhenNothingWasSwitched() {
        assertTrue(Printed.by(() -> commands.switches("-n", "40")).startsWith("Nothing was switched yet"));
    }

    // --- leaks

    @Test
    @Spec("SWITCH-37")
    void tellsWhatHoldsTheClassesOfDepartedBundles() {
        control.leaks = List.of(
                leak("a 1.0.0", true, false),
                leak("b 1.0.0", false, true),
                leak("c 1.0.0", false, false, "connection 17", "thread \"x\", by its class"),
                leak("d 1.0.0", false, false));

        String text = Printed.by(commands::leaks);

        assertEquals("""
                LEFT AT   BUNDLE   CLASSES          HELD BY
                13:46:40  a 1.0.0  collected        -
                13:46:40  b 1.0.0  still installed  -
                13:46:40  c 1.0.0  ! HELD           connection 17, thread "x", by its class
                13:46:40  d 1.0.0  ! HELD           nothing that Turnout knows; find it in a heap dump (jcmd PID GC.heap_dump FILE)""", text);
    }

    @Test
    void saysSoWhenNoBundleHasLeft() {
        assertTrue(Printed.by(commands::leaks).startsWith("No bundle"));
    }

    private static LeakDTO leak(String bundle, boolean collected, boolean installed, String... holders) {
        LeakDTO leak = new LeakDTO();
        leak.bundle = bundle;
        leak.left = NOW.toEpochMilli();
        leak.collected = collected;
        leak.installed = installed;
        leak.holders = holders;
        return leak;
    }

    private static SwitchDTO event(String kind, long connection, String from, String to, long micros, int unread) {
        SwitchDTO event = new SwitchDTO();
        event.kind = kind;
        event.time = NOW.toEpochMilli();
        event.server = "line";
        event.connection = connection;
        event.connections = 1;
        event.from = from;
        event.to = to;
        event.nanos = micros * 1000;
        event.unread = unread;
        return event;
    }

    private static SwitchDTO drainBegun(int connections) {
        SwitchDTO event = event("DRAIN_BEGUN", 0, OLD, "", 0, 0);
        event.connections = connections;
        event.reason = "as an operator wants it";
        return event;
    }
}
