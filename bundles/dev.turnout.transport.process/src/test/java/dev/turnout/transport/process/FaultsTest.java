// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.ProcessOptions;
import dev.turnout.api.transport.ReadTransport;
import dev.turnout.api.transport.SubprocessTransport;
import dev.turnout.api.transport.WriteTransport;
import dev.turnout.testkit.ForwardingSelectorProvider;
import dev.turnout.testkit.LogCapture;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.nio.channels.Pipe;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs children that behave badly, and looks for what they leave behind: nothing. */
class FaultsTest {

    private static final int MANY = 200;
    private static final int MUCH = 100 << 20;

    private Processes processes;
    private int descriptors;

    @BeforeEach
    void count() {
        try (Processes warmUp = new Processes()) {
            warmUp.run("true");
        }
        descriptors = Processes.descriptors();
        processes = new Processes();
    }

    @AfterEach
    void nothingIsLeft() {
        assertEquals(List.of(), processes.thread.reports());
        try (LogCapture log = new LogCapture()) {
            processes.close();
            assertEquals(
                    0, log.warnings("was closed while"), () -> log.messages().toString());
        }
        Eventually.until("descriptors to be back at " + descriptors, () -> Processes.descriptors() <= descriptors);
        Eventually.until(
                "no child to be left", () -> ProcessHandle.current().children().noneMatch(ProcessHandle::isAlive));
        Eventually.until(
                "no thread to be left",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("turnout-")));
    }

    private static long number(RecordingChild child) {
        return Long.parseLong(child.text(1).lines().findFirst().orElseThrow().strip());
    }

    @Test
    @Spec("PROC-42")
    void aChildThatIgnoresTermIsKilledByClose() {
        RecordingChild child = new RecordingChild();
        SubprocessTransport transport = processes.shell(child, "trap '' TERM; echo ready; while :; do sleep 1; done");
        processes.until("ready", () -> child.text(1).contains("ready"));

        processes.thread.run(loop -> transport.terminate());
        processes.thread.settle();
        assertFalse(child.has("exited"));
        processes.thread.run(loop -> transport.close());
        processes.awaitLost(child);

        assertTrue(child.has("exited -9"));
    }

    @Test
    @Spec({"PROC-22", "PROC-26"})
    void aChildThatClosesItsOutputsEarlyIsFollowedToItsEnd() {
        RecordingChild child = new RecordingChild();
        SubprocessTransport transport = processes.shell(child, "exec 1>&- 2>&-; read line; exit 5");
        processes.until("both outputs to be lost", () -> child.has("lost 1") && child.has("lost 2"));
        assertFalse(child.has("exited"));

        processes.thread.run(loop -> Processes.closeInput(transport));
        processes.awaitLost(child);

        assertTrue(child.has("exited 5"));
    }

    @Test
    @Spec({"PROC-24", "PIPE-12"})
    void aChildThatStopsReadingItsInputIsNoticedWithoutAWrite() {
        RecordingChild child = new RecordingChild();
        SubprocessTransport transport = processes.shell(child, "exec 0<&-; echo closed; sleep 100");

        processes.until("the loss of input", () -> child.has("lost 0"));

        assertTrue(child.events().contains("lost 0"), () -> child.events().toString());
        assertFalse(child.has("exited"));
        processes.thread.run(loop -> transport.close());
        processes.awaitLost(child);
    }

    @Test
    @Spec({"PROC-24", "PROC-50", "PIPE-13"})
    void aChildThatStopsReadingWhileBytesWaitBreaksThePipe() {
        RecordingChild child = new RecordingChild();
        SubprocessTransport transport = processes.shell(child, "head -c 10 > /dev/null; exec 0<&-; sleep 100");

        processes.thread.run(loop -> ((WriteTransport) transport.getPipeTransport(0)).write(new byte[1 << 20]));
        processes.until("the loss of input", () -> child.has("lost 0"));

        assertTrue(child.events().contains("pauseWriting"));
        assertTrue(
                child.events().contains("lost 0 BrokenPipeException"),
                () -> child.events().toString());
        processes.thread.run(loop -> transport.close());
        processes.awaitLost(child);
    }

    @Test
    void aChildWhoseProtocolRunsOutOfMemoryAsItBeginsIsEnded() {
        RecordingChild child = new RecordingChild().onMade(transport -> {
            throw new OutOfMemoryError("none for the test");
        });

        CompletionStage<?> starting = processes.begin(child, ProcessOptions.DEFAULTS, "sleep", "100");
        assertThrows(OutOfMemoryError.class, () -> processes.thread.join(starting, "a failure"));
        processes.thread.runAgain();
        processes.awaitLost(child);

        assertTrue(child.has("exited -9"), () -> child.events().toString());
        assertEquals(1, processes.thread.reports().size());
        processes.thread.reports().clear();
    }

    @Test
    @Spec("PROC-48")
    void aChildWhoseStartIsCancelledAsItBeginsIsEnded() {
        CompletableFuture<CompletionStage<?>> starting = new CompletableFuture<>();
        RecordingChild child = new RecordingChild()
                .onMade(transport -> starting.join().toCompletableFuture().cancel(false));

        starting.complete(processes.begin(child, ProcessOptions.DEFAULTS, "sleep", "100"));
        processes.awaitLost(child);

        assertTrue(child.has("exited -9"), () -> child.events().toString());
    }

    @Test
    void aChildThatCannotBeginIsEnded() {
        RecordingChild child = new RecordingChild();
        processes.log.insteadOfNextOpened(transport -> {
            throw new LinkageError("a plugin is gone");
        });

        CompletionStage<?> starting = processes.begin(child, ProcessOptions.DEFAULTS, "sleep", "100");
        assertThrows(LinkageError.class, () -> processes.thread.join(starting, "a failure"));
        Eventually.until(
                "no child to be left", () -> ProcessHandle.current().children().noneMatch(ProcessHandle::isAlive));
        processes.thread.settle();

        assertEquals(List.of(), child.events());
    }

    @Test
    @Spec({"PROC-49", "PROC-21", "READ-12"})
    void aHundredMegabytesOfErrorsPassWhileNobodyReadsOutput() {
        RecordingChild child = new RecordingChild().counting().onMade(transport -> {
            Processes.closeInput(transport);
            ((ReadTransport) transport.getPipeTransport(1)).pauseReading();
        });
        SubprocessTransport transport = processes.shell(child, "echo unread; head -c " + MUCH + " /dev/zero >&2");

        processes.until("all errors", () -> child.received.get() >= MUCH);
        assertEquals(MUCH, child.received.get());
        processes.thread.run(loop -> ((ReadTransport) transport.getPipeTransport(1)).resumeReading());
        processes.awaitLost(child);

        assertEquals(MUCH + "unread\n".length(), child.received.get());
    }

    @Test
    @Spec("PROC-49")
    void aChildWhoseOutputIsNotReadBlocks() {
        RecordingChild child = new RecordingChild().counting().onMade(transport -> {
            Processes.closeInput(transport);
            ((ReadTransport) transport.getPipeTransport(1)).pauseReading();
        });
        SubprocessTransport transport = processes.shell(child, "head -c 1000000 /dev/zero; echo done >&2");

        processes.thread.settle();
        assertFalse(child.has("exited"), "it waits for its output to be read");
        processes.thread.run(loop -> ((ReadTransport) transport.getPipeTransport(1)).resumeReading());
        processes.awaitLost(child);

        assertEquals(1_000_005, child.received.get());
    }

    @Test
    @Spec("PROC-52")
    void closingAnOutputBreaksTheChildsNextWriteThere() {
        RecordingChild child = new RecordingChild();
        SubprocessTransport transport =
                processes.shell(child, "trap '' PIPE; read line; echo lost || echo broken >&2; exit 6");

        processes.thread.run(loop -> transport.getPipeTransport(1).close());
        processes.until("the loss of the output", () -> child.has("lost 1"));
        processes.thread.settle(); // the descriptor is released a turn later
        processes.thread.run(loop -> {
            ((WriteTransport) transport.getPipeTransport(0)).write("go\n".getBytes(UTF_8));
        });
        processes.awaitLost(child);

        assertTrue(child.text(2).contains("broken"), () -> child.text(2));
        assertTrue(child.has("exited"));
    }

    @Test
    @Spec({"PROC-28", "PROC-29", "PROC-42"})
    void aGrandchildThatHoldsTheOutputDelaysItsLossAndNotTheExitAndEndsWithClose() {
        RecordingChild child = new RecordingChild().onMade(Processes::closeInput);
        SubprocessTransport transport = processes.shell(child, "sleep 100 & echo $!");
        processes.until("the exit", () -> child.has("exited 0"));
        assertEquals(0, processes.thread.join(processes.thread.call(transport::waitFor), "the code"));
        processes.thread.settle();
        long grandchild = number(child);
        assertFalse(child.has("lost 1"));
        assertTrue(Processes.runs(grandchild));

        processes.thread.run(loop -> transport.close());
        processes.awaitLost(child);

        processes.until("the grandchild to be gone", () -> !Processes.runs(grandchild));
    }

    @Test
    @Spec({"PROC-43", "PROC-47"})
    void allDescendantsEndWithTheProviderEvenThoseWithoutAParent() {
        List<RecordingChild> children = new ArrayList<>();
        for (String script : List.of(
                "echo $$; exec sleep 100",
                "setsid sh -c 'echo $$; exec sleep 100'",
                "(setsid sh -c 'echo $$; exec sleep 100' &) ; exit 0")) {
            RecordingChild child = new RecordingChild();
            processes.shell(child, script);
            children.add(child);
        }
        processes.until(
                "all to run",
                () -> children.stream().allMatch(child -> child.text(1).endsWith("\n")));
        processes.until("the third to exit", () -> children.get(2).has("exited"));
        List<Long> pids = children.stream().map(FaultsTest::number).toList();
        assertTrue(pids.stream().allMatch(Processes::runs));

        processes.provider.close();

        children.forEach(processes::awaitLost);
        for (long pid : pids) {
            processes.until("process " + pid + " to be gone", () -> !Processes.runs(pid));
        }
    }

    @Test
    @Spec("PROC-47")
    void aChildWhosePipesFailAfterItsStartIsKilled() {
        SelectorProvider failing = new ForwardingSelectorProvider() {
            @Override
            public Pipe openPipe() throws IOException {
                return new OncePipe(super.openPipe());
            }
        };
        ProcessBuilder builder = new ProcessBuilder("sleep", "100");
        Child.Piped output = new Child.Piped(false, true, false);

        assertThrows(
                IllegalStateException.class, () -> Child.start(builder, output, failing, true, new Family()), "begun");
    }

    @Test
    @Spec({"PROC-47", "PROC-53"})
    void twoHundredChildrenAtOnceAllComeAndGo() {
        List<RecordingChild> children = new ArrayList<>();
        List<java.util.concurrent.CompletionStage<?>> starts = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            RecordingChild child = new RecordingChild().onMade(transport -> {
                ((WriteTransport) transport.getPipeTransport(0)).write("to each its own".getBytes(UTF_8));
                Processes.closeInput(transport);
            });
            children.add(child);
            starts.add(processes.begin(child, ProcessOptions.DEFAULTS, "/bin/cat"));
        }

        starts.forEach(start -> processes.thread.join(start, "a child"));
        children.forEach(processes::awaitLost);

        // a cat that had inherited an end of another one's pipes would not have ended
        for (RecordingChild child : children) {
            assertEquals("to each its own", child.text(1));
            assertTrue(child.has("exited 0"));
        }
    }

    @Test
    @Spec({"PROC-53"})
    void aChildHasItsThreeStreamsOnly() {
        RecordingChild other = new RecordingChild();
        SubprocessTransport holder = processes.start(other, ProcessOptions.DEFAULTS, "/bin/cat");

        RecordingChild child = processes.run("exec ls /proc/self/fd");

        assertEquals("0\n1\n2\n3\n", child.text(1), "the fourth is the folder that ls lists");
        processes.thread.run(loop -> holder.close());
        processes.awaitLost(other);
    }

    @Test
    @Spec({"PROC-54", "FLOW-27"})
    void megabytesPassInBothDirectionsAtOnce() {
        byte[] much = new byte[4 << 20];
        RecordingChild child = new RecordingChild().counting().onMade(transport -> {
            WriteTransport input = (WriteTransport) transport.getPipeTransport(0);
            input.write(much);
            input.close();
        });

        processes.start(child, ProcessOptions.DEFAULTS, "/bin/cat");
        processes.awaitLost(child);

        assertEquals(much.length, child.received.get());
        assertTrue(child.has("resumeWriting"));
    }

    @Test
    @Spec("PROC-57")
    void aChildWhoseLoopIsClosedUnderItIsKilled() {
        Processes dropped = new Processes();
        SubprocessTransport transport =
                dropped.start(new RecordingChild(), ProcessOptions.DEFAULTS, "/bin/sleep", "97");
        long pid = transport.getPid();
        assertTrue(Processes.runs(pid));

        CompletionStage<Integer> waiting = dropped.thread.call(transport::waitFor);

        dropped.thread.close();

        Eventually.until("the child to be gone", () -> !Processes.exists(pid));
        CompletionException told = assertThrows(
                CompletionException.class, () -> waiting.toCompletableFuture().join());
        assertTrue(String.valueOf(told.getCause()).contains("was closed before"), told::toString);
        assertTrue(transport.waitFor().toCompletableFuture().isCompletedExceptionally());
    }

    @Test
    @Spec("PROC-56")
    void loopsOfSeveralThreadsStartChildren() {
        try (Processes other = new Processes()) {
            RecordingChild here = processes.run("echo here");
            RecordingChild there = other.run("echo there");

            assertEquals("here\n", here.text(1));
            assertEquals("there\n", there.text(1));
        }
    }

    @Test
    @Spec("CB-12")
    void callbacksThatFailAreReportedAndTheOthersCome() {
        RecordingChild child = new RecordingChild() {
            @Override
            public void pipeDataReceived(int fd, java.nio.ByteBuffer data) {
                note("data");
                throw new IllegalStateException("on purpose");
            }

            @Override
            public void pipeConnectionLost(int fd, Throwable cause) {
                note("lost");
                throw new IllegalStateException("on purpose");
            }

            @Override
            public void processExited() {
                note("exited");
                throw new IllegalStateException("on purpose");
            }
        }.onMade(Processes::closeInput);

        processes.shell(child, "echo x");
        processes.awaitLost(child);

        assertEquals(
                List.of("connectionLost", "connectionMade", "data", "exited", "lost", "lost", "lost"),
                child.events().stream().sorted().toList());
        assertEquals(5, processes.thread.reports().size());
        processes.thread.reports().clear();
    }

    /** Is a pipe that can be read while its files are looked for, and never again. */
    private static final class OncePipe extends Pipe {

        private final Pipe pipe;
        private boolean taken;

        OncePipe(Pipe pipe) {
            this.pipe = pipe;
        }

        @Override
        public SourceChannel source() {
            boolean before = taken;
            taken = !before;
            if (before) {
                throw new IllegalStateException("taken twice");
            }
            return pipe.source();
        }

        @Override
        public SinkChannel sink() {
            return pipe.sink();
        }
    }
}
