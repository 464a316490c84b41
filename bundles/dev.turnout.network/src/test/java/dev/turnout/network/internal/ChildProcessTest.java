// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static dev.turnout.network.TestNetwork.get;
import static dev.turnout.network.TestNetwork.until;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.Connection;
import dev.turnout.api.network.Network;
import dev.turnout.api.network.ProcessOptions;
import dev.turnout.api.network.SwitchEvent;
import dev.turnout.api.network.dto.ConnectionDTO;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.HandoverContext;
import dev.turnout.api.protocol.HandoverState;
import dev.turnout.api.protocol.ProtocolFactory;
import dev.turnout.api.protocol.SubprocessProtocol;
import dev.turnout.api.protocol.SwitchSupport;
import dev.turnout.api.protocol.Switchable;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.ReadTransport;
import dev.turnout.api.transport.SubprocessTransport;
import dev.turnout.api.transport.Transport;
import dev.turnout.api.transport.WriteTransport;
import dev.turnout.core.Loops;
import dev.turnout.network.TestNetwork;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import dev.turnout.transport.pipe.PipeProvider;
import dev.turnout.transport.process.ProcessProvider;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.spi.SelectorProvider;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Starts children and connects pipes by the network's operations, and exchanges protocols of children as operators and bundles do. */
class ChildProcessTest {

    private final Loops loops = new Loops(1, "children", SelectorProvider.provider());
    private final Core core = new Core(loops);
    private final ProcessProvider provider = new ProcessProvider();
    private final Network network = new BoundNetwork(core, "me");

    ChildProcessTest() {
        core.addTransport("process", provider, Map.of());
        core.addTransport("pipe", new PipeProvider(), Map.of());
    }

    @AfterEach
    void end() {
        core.close();
        provider.close();
        loops.close();
    }

    private IoLoop loop() {
        return loops.loops().get(0);
    }

    /** Is the seeds' example: collects a date, and is done when both exit and loss of output have come. */
    private static final class DateProtocol implements SubprocessProtocol {

        private final StringBuilder output = new StringBuilder();
        private final CompletableFuture<String> done = new CompletableFuture<>();
        private boolean exited;
        private boolean lost;

        @Override
        public void pipeDataReceived(int fd, ByteBuffer data) {
            output.append(UTF_8.decode(data));
        }

        @Override
        public void pipeConnectionLost(int fd, @Nullable Throwable cause) {
            lost |= fd == 1;
            check();
        }

        @Override
        public void processExited() {
            exited = true;
            check();
        }

        private void check() {
            if (exited && lost) {
                done.complete(output.toString());
            }
        }
    }

    @Test
    @Spec({"EX-7", "EX-8", "PROC-2", "PROC-1"})
    void theDateComesFromAChildByExecAndByShell() {
        DateProtocol exec = new DateProtocol();
        DateProtocol shell = new DateProtocol();

        get(network.subprocessExec(() -> exec, List.of("/bin/date", "+%Y"), ProcessOptions.DEFAULTS));
        get(network.subprocessShell(() -> shell, "date '+%Y' | cat", ProcessOptions.DEFAULTS));

        assertTrue(get(exec.done).matches("\\d{4}\n"));
        assertTrue(get(shell.done).matches("\\d{4}\n"));
    }

    @Test
    @Spec({"PROC-4", "PROC-3"})
    void optionsOfTextsAreNoneOfAChilds() {
        for (String name : List.of("universal.newlines", "text", "encoding", "errors", "bufsize", "shell")) {
            assertThrows(
                    IllegalArgumentException.class, () -> ProcessOptions.DEFAULTS.with(Map.of(name, "true")), name);
        }
    }

    @Test
    @Spec({"PIPE-1", "STREAM-14"})
    void aPipeIsConnectedAtBothEnds() throws Exception {
        Pipe pipe = Pipe.open();
        RecordingProtocol reader = new RecordingProtocol();
        Connection<ReadTransport> in = get(network.connectReadPipe(() -> reader, pipe.source()));
        Connection<WriteTransport> out = get(network.connectWritePipe(RecordingProtocol::new, pipe.sink()));

        assertEquals(2, get(core.snapshot()).connections.length);
        TestNetwork.on(loop(), () -> {
            out.transport().write("through".getBytes(UTF_8));
            out.transport().writeEof();
            return in.transport().isReading();
        });
        reader.awaitLost();

        assertEquals("through", reader.text());
        until("no connection is left", () -> core.sessions.isEmpty());
    }

    @Test
    void picturesShowProcessAndProgramButNoArguments() {
        Connection<SubprocessTransport> child =
                get(network.subprocessExec(DateProtocol::new, List.of("/bin/sleep", "94"), ProcessOptions.DEFAULTS));

        ConnectionDTO picture = get(core.snapshot()).connections[0];

        assertEquals("process", picture.scheme);
        assertEquals("pid " + child.transport().getPid() + " /bin/sleep", picture.peer);
    }

    @Test
    @Spec({"PROC-42", "PROC-47"})
    void childrenAndTheirDescendantsEndWithTheirOwner() throws Exception {
        BoundNetwork mine = new BoundNetwork(core, "a bundle");
        DateProtocol protocol = new DateProtocol();
        Connection<SubprocessTransport> child =
                get(mine.subprocessShell(() -> protocol, "setsid sleep 93 & echo $!; wait", ProcessOptions.DEFAULTS));
        until(
                "the descendant runs",
                () -> TestNetwork.on(loop(), protocol.output::toString).endsWith("\n"));
        long descendant = Long.parseLong(protocol.output.toString().strip());

        mine.release();

        until(
                "both are gone",
                () -> ProcessHandle.of(child.transport().getPid()).isEmpty()
                        && ProcessHandle.of(descendant)
                                .filter(ProcessHandle::isAlive)
                                .isEmpty());
        assertEquals(Map.of(), core.sessions);
    }

    @Test
    void anEndpointOfAProgramIsAStream() {
        RecordingProtocol protocol = new RecordingProtocol();
        Connection<Transport> connection = get(network.createConnection(
                () -> protocol,
                dev.turnout.api.network.Endpoint.parse("process:/bin/cat?arg=-u"),
                dev.turnout.api.network.ConnectOptions.DEFAULTS));

        TestNetwork.on(loop(), () -> {
            connection.transport().write("there and back".getBytes(UTF_8));
            connection.transport().writeEof();
            return true;
        });
        protocol.awaitLost();

        assertEquals("there and back", protocol.text());
    }

    /** Follows a child, and can hand it over. */
    private static class Follower implements SubprocessProtocol, Switchable {

        private final String name;
        private final List<String> events;

        Follower(String name, List<String> events) {
            this.name = name;
            this.events = events;
        }

        static ProtocolFactory factory(String name, List<String> events) {
            return context -> new Follower(name, events);
        }

        @Override
        public void pipeDataReceived(int fd, ByteBuffer data) {
            events.add(name + " data " + UTF_8.decode(data));
        }

        @Override
        public void processExited() {
            events.add(name + " exited");
        }

        @Override
        public void connectionLost(@Nullable Throwable cause) {
            events.add(name + " lost");
        }

        @Override
        public SwitchSupport switchSupport() {
            return new SwitchSupport("follow", 1, 1);
        }

        @Override
        public HandoverState handOver(HandoverContext context) {
            return HandoverState.empty();
        }

        @Override
        public void takeOver(BaseTransport transport, HandoverState state, HandoverContext context) {
            events.add(name + " takes over");
        }
    }

    @Test
    @Spec({"SWITCH-32", "SWITCH-46"})
    void operatorsAndBetterServicesExchangeTheProtocolOfAChild() {
        List<String> events = new CopyOnWriteArrayList<>();
        BaseProtocol first = new Follower("first", events);
        Connection<SubprocessTransport> child =
                get(network.subprocessExec(() -> first, List.of("/bin/cat"), ProcessOptions.DEFAULTS));
        core.addProtocol("follow", Follower.factory("second", events), Map.of("service.ranking", 1));
        long id = get(core.snapshot()).connections[0].id;

        SwitchEvent event = get(core.switchProtocol(id, "follow"));
        say(child, "1");
        until("the second hears", () -> events.contains("second data 1"));
        core.addProtocol("follow", Follower.factory("third", events), Map.of("service.ranking", 2));
        until("the third takes over", () -> events.contains("third takes over"));
        say(child, "2");
        until("the third hears", () -> events.contains("third data 2"));
        TestNetwork.on(loop(), () -> {
            ((WriteTransport) child.transport().getPipeTransport(0)).close();
            return true;
        });
        until("the end", () -> events.contains("third lost"));

        assertEquals(SwitchEvent.Kind.SWITCHED, event.kind());
        assertEquals(
                Arrays.asList(
                        "second takes over",
                        "second data 1",
                        "third takes over",
                        "third data 2",
                        "third exited",
                        "third lost"),
                events);
    }

    @Test
    @Spec({"SWITCH-27", "SWITCH-32"})
    void anOperatorsSwitchInsideACallbackOfAChildFollowsIt() {
        List<String> events = new CopyOnWriteArrayList<>();
        CompletableFuture<SwitchEvent> told = new CompletableFuture<>();
        core.addProtocol("follow", Follower.factory("second", events), Map.of());
        BaseProtocol first = new Follower("first", events) {
            @Override
            public void pipeDataReceived(int fd, ByteBuffer data) {
                core.switchProtocol(core.sessions.values().iterator().next().id, "follow")
                        .whenComplete((event, failure) -> {
                            if (failure == null) {
                                told.complete(event);
                            } else {
                                told.completeExceptionally(failure);
                            }
                        });
                super.pipeDataReceived(fd, data);
            }
        };
        Connection<SubprocessTransport> child =
                get(network.subprocessExec(() -> first, List.of("/bin/cat"), ProcessOptions.DEFAULTS));

        say(child, "1");

        assertEquals(SwitchEvent.Kind.SWITCHED, get(told).kind());
        say(child, "2");
        until("the second hears", () -> events.contains("second data 2"));
        assertEquals(List.of("first data 1", "second takes over", "second data 2"), events);
        assertEquals(List.of("SWITCHED"), kinds());
    }

    private Connection<SubprocessTransport> startFollowed(ProtocolFactory factory, List<String> events) {
        Connection<SubprocessTransport> child = get(network.subprocessExec(
                () -> new Follower("code", events), List.of("/bin/cat"), ProcessOptions.DEFAULTS));
        core.addProtocol("follow", factory, Map.of());
        get(core.switchProtocol(get(core.snapshot()).connections[0].id, "follow"));
        return child;
    }

    private List<String> kinds() {
        return core.events.latest().stream().map(event -> event.kind().name()).toList();
    }

    @Test
    @Spec({"SWITCH-32", "SWITCH-61", "SWITCH-62"})
    void aChildIsHeldUntilTheNextVersionOfItsProtocolComes() {
        List<String> events = new CopyOnWriteArrayList<>();
        ProtocolFactory old = Follower.factory("old", events);
        Connection<SubprocessTransport> child = startFollowed(old, events);

        core.removeProtocol(old, true);
        say(child, "meanwhile");
        long held = child.transport().getPid();
        core.addProtocol("follow", Follower.factory("next", events), Map.of());
        until("the next hears", () -> events.contains("next data meanwhile"));

        assertEquals(List.of("old takes over", "next takes over", "next data meanwhile"), events);
        assertTrue(ProcessHandle.of(held).isPresent());
        assertEquals(List.of("SWITCHED", "PARKED", "RESUMED"), kinds());
    }

    @Test
    @Spec({"SWITCH-27", "SWITCH-28", "SWITCH-32"})
    void whatAHeldChildHasToldGoesToWhoIsInChargeWhenASwitchComesInBetween() {
        List<String> events = new CopyOnWriteArrayList<>();
        ProtocolFactory old = Follower.factory("old", events);
        Connection<SubprocessTransport> child = startFollowed(old, events);
        core.removeProtocol(old, true);
        TestNetwork.on(loop(), () -> {
            ((WriteTransport) child.transport().getPipeTransport(0)).close();
            return true;
        });
        until(
                "it has ended",
                () -> !ProcessHandle.of(child.transport().getPid())
                        .filter(ProcessHandle::isAlive)
                        .isPresent());
        // its exit and its pipes have been told by now, or are told in the turns before this one
        TestNetwork.on(loop(), () -> true);
        ProtocolFactory last = Follower.factory("last", events);

        core.addProtocol(
                "follow",
                context -> new Follower("next", events) {
                    @Override
                    public void processExited() {
                        core.addProtocol("follow", last, Map.of("service.ranking", 1));
                        super.processExited();
                    }

                    @Override
                    public HandoverState handOver(HandoverContext handing) {
                        events.add("next hands over");
                        return super.handOver(handing);
                    }
                },
                Map.of());
        until("the end", () -> events.stream().anyMatch(event -> event.endsWith(" lost")));

        int handed = events.indexOf("next hands over");
        List<String> after = handed < 0 ? List.of() : events.subList(handed + 1, events.size());
        assertTrue(after.stream().noneMatch(event -> event.startsWith("next ")), events::toString);
        assertTrue(handed < 0 || handed > events.indexOf("next exited"), events::toString);
    }

    @Test
    @Spec({"SWITCH-32", "SWITCH-28"})
    void theEndOfAHeldChildIsToldToTheNextVersion() {
        List<String> events = new CopyOnWriteArrayList<>();
        ProtocolFactory old = Follower.factory("old", events);
        Connection<SubprocessTransport> child = startFollowed(old, events);
        core.removeProtocol(old, true);

        say(child, "last words");
        TestNetwork.on(loop(), () -> {
            ((WriteTransport) child.transport().getPipeTransport(0)).close();
            return true;
        });
        until(
                "the end of the child",
                () -> TestNetwork.on(loop(), child.transport()::getReturncode).isPresent());
        core.addProtocol("follow", Follower.factory("next", events), Map.of());
        until("the end", () -> events.contains("next lost"));

        assertEquals(
                List.of("old takes over", "next takes over", "next exited", "next data last words", "next lost"),
                events);
    }

    private void say(Connection<SubprocessTransport> child, String text) {
        TestNetwork.on(loop(), () -> {
            ((WriteTransport) child.transport().getPipeTransport(0)).write(text.getBytes(UTF_8));
            return true;
        });
    }
}
