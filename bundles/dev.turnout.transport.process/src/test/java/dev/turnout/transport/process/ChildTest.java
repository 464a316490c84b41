// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.error.NoSuchProcessException;
import dev.turnout.api.network.Option;
import dev.turnout.api.network.ProcessOptions;
import dev.turnout.api.network.ProcessOptions.Standard;
import dev.turnout.api.spi.ProcessRequest;
import dev.turnout.api.transport.ExtraInfo;
import dev.turnout.api.transport.ReadTransport;
import dev.turnout.api.transport.SubprocessTransport;
import dev.turnout.api.transport.WriteTransport;
import dev.turnout.testkit.Spec;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Says how children are started, talked to and followed to their end. */
class ChildTest {

    private final Processes processes = new Processes();

    @AfterEach
    void end() {
        processes.close();
    }

    private static WriteTransport input(SubprocessTransport transport) {
        return (WriteTransport) transport.getPipeTransport(0);
    }

    @Test
    @Spec({"PROC-1", "PROC-5", "PROC-11", "PROC-20", "PROC-22", "PROC-26", "PROC-51", "PROC-54"})
    void talksToAChildAndFollowsItToItsEnd() {
        RecordingChild child = new RecordingChild();
        SubprocessTransport transport = processes.start(child, ProcessOptions.DEFAULTS, "/bin/cat");

        processes.thread.run(loop -> {
            input(transport).write("hello".getBytes(UTF_8));
            input(transport).close();
        });
        processes.awaitLost(child);

        List<String> events = child.events();
        assertEquals("hello", child.text(1));
        assertEquals("connectionMade", events.get(0));
        assertEquals("connectionLost", events.get(events.size() - 1));
        assertEquals(
                List.of("data 1", "exited 0", "lost 0", "lost 1", "lost 2"),
                events.subList(1, events.size() - 1).stream().sorted().toList());
        assertTrue(events.indexOf("data 1") < events.indexOf("lost 1"));
        assertSame(transport, processes.log.awaitClosed());
        assertEquals(List.of(), processes.thread.reports());
    }

    @Test
    @Spec({"PROC-14", "PROC-15", "PROC-16", "PROC-17", "PROC-18", "PROC-12", "PROC-13"})
    void theParentWritesInputAndReadsOutputs() {
        RecordingChild child = new RecordingChild();
        SubprocessTransport transport = processes.shell(child, "cat > /dev/null");
        long pid = transport.getPid();
        assertTrue(Processes.runs(pid));

        processes.thread.run(loop -> {
            assertInstanceOf(WriteTransport.class, transport.getPipeTransport(0));
            assertInstanceOf(ReadTransport.class, transport.getPipeTransport(1));
            assertInstanceOf(ReadTransport.class, transport.getPipeTransport(2));
            assertNull(transport.getPipeTransport(3));
            assertNull(transport.getPipeTransport(-1));
            assertThrows(
                    UnsupportedOperationException.class,
                    () -> ((WriteTransport) transport.getPipeTransport(1)).write(new byte[1]));
            input(transport).close();
        });
        processes.awaitLost(child);

        assertEquals(pid, transport.getPid());
        processes.thread.run(loop -> assertTrue(transport.getPipeTransport(1).isClosing()));
    }

    @Test
    @Spec({"PROC-6", "PROC-17"})
    void streamsThatAreNoPipesHaveNoTransport() throws Exception {
        Path file = Files.createTempFile("child", "out");
        Path in = Files.createTempFile("child", "in");
        Files.writeString(in, "from a file");
        RecordingChild child = new RecordingChild().onMade(transport -> {
            assertNull(transport.getPipeTransport(0));
            assertNull(transport.getPipeTransport(1));
            assertNull(transport.getPipeTransport(2));
        });

        processes.start(
                child,
                ProcessOptions.DEFAULTS
                        .with(ProcessOptions.STDIN, new ProcessOptions.File(in))
                        .with(ProcessOptions.STDOUT, new ProcessOptions.File(file))
                        .with(ProcessOptions.STDERR, Standard.DEVNULL),
                "/bin/sh",
                "-c",
                "cat; echo wrong >&2");
        processes.awaitLost(child);

        assertEquals(List.of("connectionMade", "exited 0", "connectionLost"), child.events());
        assertEquals("from a file", Files.readString(file));
        Files.delete(file);
        Files.delete(in);
        assertEquals(List.of(), processes.thread.reports());
    }

    @Test
    @Spec("PROC-7")
    void mergesErrorsIntoOutputInTheOrderOfTheChild() {
        RecordingChild child = processes.run(
                ProcessOptions.DEFAULTS.with(ProcessOptions.STDERR, Standard.STDOUT),
                "echo one; echo two >&2; echo three; echo four >&2");

        assertEquals("one\ntwo\nthree\nfour\n", child.text(1));
        assertFalse(child.has("lost 2"));
    }

    @Test
    @Spec("JAVA-9")
    void refusesInputAndOutputThatGoIntoOutput() {
        assertThrows(
                IllegalArgumentException.class,
                () -> processes.start(
                        new RecordingChild(),
                        ProcessOptions.DEFAULTS.with(ProcessOptions.STDIN, Standard.STDOUT),
                        "/bin/true"));
    }

    @Test
    @Spec({"PROC-8", "STREAM-3"})
    void aProgramThatDoesNotExistFailsTheCallAndLeavesNothing() {
        processes.run("true");
        int before = Processes.descriptors();
        RecordingChild child = new RecordingChild();

        NoSuchFileException failure = assertThrows(
                NoSuchFileException.class,
                () -> processes.start(child, ProcessOptions.DEFAULTS, "/no/such/program", "secret"));

        assertTrue(String.valueOf(failure.getMessage()).contains("/no/such/program"), failure::getMessage);
        assertFalse(String.valueOf(failure.getMessage()).contains("secret"), failure::getMessage);
        assertEquals(List.of(), child.events());
        processes.until("descriptors to be back", () -> Processes.descriptors() <= before);
    }

    @Test
    @Spec({"STREAM-17", "CB-15"})
    void aFactoryThatThrowsAnErrorFailsTheCallAndEndsTheChild() {
        CompletionStage<?> starting = processes.thread.call(() -> processes.provider.spawn(new ProcessRequest(
                processes.loop,
                List.of("/bin/cat"),
                ProcessOptions.DEFAULTS,
                () -> {
                    throw new NoClassDefFoundError("of a bundle that was updated");
                },
                processes.log)));

        assertThrows(NoClassDefFoundError.class, () -> processes.thread.join(starting, "the failure"));

        processes.until(
                "the child to be gone", () -> ProcessHandle.current().children().noneMatch(ProcessHandle::isAlive));
    }

    @Test
    @Spec("PROC-9")
    void anUnusableFileFailsTheCallAndIsNamed() {
        Path missing = Path.of("/no/such/file");
        Path folder = Path.of(System.getProperty("java.io.tmpdir"));

        NoSuchFileException input =
                assertThrows(NoSuchFileException.class, () -> startWith(ProcessOptions.STDIN, missing));
        NoSuchFileException errors =
                assertThrows(NoSuchFileException.class, () -> startWith(ProcessOptions.STDERR, missing));
        FileSystemException output =
                assertThrows(FileSystemException.class, () -> startWith(ProcessOptions.STDOUT, folder));

        assertEquals(
                "/no/such/file: cannot be standard input of /bin/true: No such file or directory", input.getMessage());
        assertEquals(
                "/no/such/file: cannot be standard error of /bin/true: No such file or directory", errors.getMessage());
        assertEquals(folder + ": cannot be standard output of /bin/true: Is a directory", output.getMessage());
    }

    private void startWith(Option<ProcessOptions.Stream> stream, Path file) {
        processes.start(
                new RecordingChild(), ProcessOptions.DEFAULTS.with(stream, new ProcessOptions.File(file)), "/bin/true");
    }

    @Test
    @Spec("PROC-10")
    void environmentAndFolderCanBeSet() throws Exception {
        Path folder = Files.createTempDirectory("child").toRealPath();

        RecordingChild child = processes.run(
                ProcessOptions.DEFAULTS
                        .with(ProcessOptions.ENVIRONMENT, Map.of("GREETING", "hello"))
                        .with(ProcessOptions.DIRECTORY, folder),
                "echo $GREETING $HOME in $(pwd)");
        Files.delete(folder);

        assertEquals("hello in " + folder + "\n", child.text(1));
    }

    @Test
    @Spec("PROC-10")
    void aChildCanHaveASessionOfItsOwn() {
        String script = "cut -d ' ' -f 6 /proc/$$/stat";
        RecordingChild with = processes.run(ProcessOptions.DEFAULTS.with(ProcessOptions.NEW_SESSION, true), script);
        RecordingChild without = processes.run(script);

        assertEquals(with.transport().getPid() + "\n", with.text(1));
        assertNotEquals(without.transport().getPid() + "\n", without.text(1));
        processes.thread.run(
                loop -> assertEquals(Optional.of("/bin/sh"), with.transport().getExtraInfo(ExtraInfo.COMMAND)));
    }

    @Test
    @Spec({"PROC-8", "PROC-10"})
    void aMissingProgramFailsTheCallInANewSessionToo() {
        ProcessOptions session = ProcessOptions.DEFAULTS.with(ProcessOptions.NEW_SESSION, true);

        for (String program : List.of("/no/such/program", "no-such-program")) {
            NoSuchFileException failure = assertThrows(
                    NoSuchFileException.class, () -> processes.start(new RecordingChild(), session, program));
            assertEquals(program, failure.getFile());
        }
    }

    @Test
    @Spec("JAVA-38")
    void aSystemWithoutSetsidRefusesNewSessions() {
        UnsupportedOperationException refused = assertThrows(
                UnsupportedOperationException.class, () -> NewSession.setsid(List.of(Path.of("/no/such/setsid"))));

        assertTrue(String.valueOf(refused.getMessage()).contains("new.session"), refused::toString);
    }

    @Test
    @Spec({"PROC-25", "PROC-27"})
    void outputWrittenBeforeTheExitComesCompletely() {
        RecordingChild child = new RecordingChild().onMade(transport -> {
            Processes.closeInput(transport);
            ((ReadTransport) transport.getPipeTransport(1)).pauseReading();
        });
        SubprocessTransport transport = processes.shell(child, "echo the last words");
        processes.until("the exit", () -> child.has("exited 0"));
        assertEquals("", child.text(1));

        processes.thread.run(loop -> ((ReadTransport) transport.getPipeTransport(1)).resumeReading());
        processes.awaitLost(child);

        assertEquals("the last words\n", child.text(1));
        assertTrue(child.events().indexOf("exited 0") < child.events().indexOf("data 1"));
    }

    @Test
    @Spec({"PROC-29", "PROC-30", "PROC-31", "PROC-32"})
    void allWhoWaitGetTheCode() {
        RecordingChild child = new RecordingChild();
        SubprocessTransport transport = processes.shell(child, "read line; exit 7");
        CompletionStage<Integer> one = processes.thread.call(transport::waitFor);
        CompletionStage<Integer> two = processes.thread.call(transport::waitFor);
        assertEquals(OptionalInt.empty(), processes.thread.call(transport::getReturncode));

        processes.thread.run(loop -> input(transport).write("\n".getBytes(UTF_8)));

        assertEquals(7, processes.thread.join(one, "the code"));
        assertEquals(7, processes.thread.join(two, "the code"));
        assertEquals(7, processes.thread.join(processes.thread.call(transport::waitFor), "the code"));
        processes.awaitLost(child);
        assertTrue(child.has("exited 7"));
    }

    @Test
    @Spec({"PROC-33", "PROC-36", "PROC-37", "PROC-38"})
    void theEndBySignalIsItsNegativeNumber() {
        for (int signal : new int[] {15, 9, 10, 12}) {
            RecordingChild child = new RecordingChild();
            SubprocessTransport transport = processes.start(child, ProcessOptions.DEFAULTS, "/bin/cat");

            processes.thread.run(loop -> {
                if (signal == 15) {
                    transport.terminate();
                } else if (signal == 9) {
                    transport.kill();
                } else {
                    transport.sendSignal(signal);
                }
            });
            processes.awaitLost(child);

            assertEquals(OptionalInt.of(-signal), processes.thread.call(transport::getReturncode));
        }
    }

    @Test
    @Spec("JAVA-36")
    void aCodeThatStandsForASignalCountsAsThatSignalAsTheJdkTellsNoMore() {
        RecordingChild itself = processes.run("exit 137");
        RecordingChild other = processes.run("exit 128");
        RecordingChild high = processes.run("exit 255");

        assertTrue(itself.has("exited -9"), () -> itself.events().toString());
        assertTrue(other.has("exited 128"), () -> other.events().toString());
        assertTrue(high.has("exited 255"), () -> high.events().toString());
    }

    @Test
    @Spec("PROC-36")
    void aSignalThatIsNoneIsRefused() {
        SubprocessTransport transport = processes.start(new RecordingChild(), ProcessOptions.DEFAULTS, "/bin/cat");

        processes.thread.run(loop -> assertThrows(IllegalArgumentException.class, () -> transport.sendSignal(1000)));
    }

    @Test
    @Spec({"PROC-36", "JAVA-37"})
    void signalsThatAChildHandlesDoNotEndIt() {
        RecordingChild child = new RecordingChild();
        SubprocessTransport transport =
                processes.shell(child, "trap 'echo got it' USR1; echo ready; while :; do read x || exit 3; done");
        processes.until("the child to be ready", () -> child.text(1).contains("ready"));

        processes.thread.run(loop -> {
            transport.sendSignal(10);
            input(transport).write("\n".getBytes(UTF_8));
        });
        processes.until("the signal", () -> child.text(1).contains("got it"));
        processes.thread.run(loop -> input(transport).close());
        processes.awaitLost(child);

        assertTrue(child.has("exited 3"));
    }

    @Test
    @Spec({"PROC-39", "PROC-40", "JAVA-14"})
    void nothingIsSentToAChildThatHasEnded() {
        RecordingChild child = new RecordingChild().onMade(transport -> {
            Processes.closeInput(transport);
            ((ReadTransport) transport.getPipeTransport(1)).pauseReading();
        });
        SubprocessTransport transport = processes.shell(child, "echo x");
        processes.until("the exit", () -> child.has("exited"));

        processes.thread.run(loop -> {
            transport.kill(); // between exit and connectionLost
            ((ReadTransport) transport.getPipeTransport(1)).resumeReading();
        });
        processes.awaitLost(child);
        processes.thread.run(loop -> {
            assertNull(transport.getProtocol());
            assertThrows(NoSuchProcessException.class, () -> transport.sendSignal(1));
            assertThrows(NoSuchProcessException.class, transport::terminate);
            assertThrows(NoSuchProcessException.class, transport::kill);
        });

        assertTrue(child.has("exited 0"));
    }

    @Test
    @Spec({"PROC-42", "PROC-43", "PROC-44", "PROC-46", "PROC-47"})
    void closeKillsTheChildAndTheEndIsToldAsEver() {
        RecordingChild child = new RecordingChild();
        SubprocessTransport transport = processes.start(child, ProcessOptions.DEFAULTS, "/bin/sleep", "100");
        long pid = transport.getPid();

        processes.thread.run(loop -> {
            transport.close();
            assertTrue(transport.isClosing());
            transport.close();
        });
        processes.awaitLost(child);

        for (String event : List.of("lost 0", "lost 1", "lost 2", "exited -9", "connectionLost")) {
            assertTrue(child.events().contains(event), () -> child.events().toString());
        }
        assertEquals(6, child.events().size());
        processes.until("no zombie", () -> !Processes.exists(pid));
    }

    @Test
    @Spec({"PROC-45", "EXTRA-16", "EXTRA-17"})
    void closeAfterTheEndDoesNothing() {
        RecordingChild child = processes.run("exit 4");
        SubprocessTransport transport = child.transport();

        processes.thread.run(loop -> {
            transport.close();
            transport.close();
            assertEquals(OptionalInt.of(4), transport.getReturncode());
            assertEquals(
                    Optional.of(transport.getPid()),
                    transport.getExtraInfo(ExtraInfo.SUBPROCESS).map(ProcessHandle::pid));
            assertEquals(Optional.of("/bin/sh"), transport.getExtraInfo(ExtraInfo.COMMAND));
        });

        assertEquals("connectionLost", child.events().get(child.events().size() - 1));
    }

    @Test
    @Spec({"PROC-47", "PROC-48", "LOOP-43"})
    void aCancelledStartLeavesNoChild() throws Exception {
        RecordingChild child = new RecordingChild();
        Path folder = Files.createTempDirectory("child");
        Path file = folder.resolve("pid");
        ProcessRequest request = new ProcessRequest(
                processes.loop,
                List.of(
                        "/bin/sh",
                        "-c",
                        "echo $$ > " + folder + "/new; mv " + folder + "/new " + file + "; exec sleep 98"),
                ProcessOptions.DEFAULTS,
                () -> child,
                processes.log);

        processes.thread.run(loop -> {
            CompletionStage<?> starting = processes.provider.spawn(request);
            // the loop is busy here, so the start cannot come to its end before it is cancelled
            Eventually.until("the child to run", () -> Files.exists(file));
            starting.toCompletableFuture().cancel(false);
        });

        long pid = Long.parseLong(Files.readString(file).strip());
        processes.until("the child to be gone", () -> !Processes.exists(pid));
        processes.thread.settle();
        assertEquals(List.of(), child.events());
        Files.delete(file);
        Files.delete(folder);
    }

    @Test
    @Spec("PROC-23")
    void noDataFollowsTheLossOfItsPipe() {
        RecordingChild child = processes.run("echo out; echo err >&2");

        List<String> events = child.events();
        assertTrue(events.indexOf("data 1") < events.indexOf("lost 1"), events::toString);
        assertTrue(events.indexOf("data 2") < events.indexOf("lost 2"), events::toString);
        assertEquals("out\n", child.text(1));
        assertEquals("err\n", child.text(2));
    }

    @Test
    @Spec("PROC-55")
    void theChildCanReopenItsStreamsByPath() {
        RecordingChild child = processes.run("echo again > /dev/stdout; echo error > /dev/stderr");

        assertEquals("again\n", child.text(1));
        assertEquals("error\n", child.text(2));
    }

    @Test
    @Spec("PROC-58")
    void argumentsAreNotShown() {
        RecordingChild child = new RecordingChild();
        SubprocessTransport transport = processes.start(child, ProcessOptions.DEFAULTS, "/bin/echo", "password");

        processes.awaitLost(child);

        assertFalse(transport.toString().contains("password"), transport::toString);
        assertTrue(transport.toString().contains("/bin/echo"), transport::toString);
    }
}
