// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.Connection;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.spi.ConnectRequest;
import dev.turnout.api.transport.ExtraInfo;
import dev.turnout.api.transport.Transport;
import dev.turnout.testkit.LogCapture;
import dev.turnout.testkit.LoopThread;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Says that an endpoint makes one stream of a child's input and output, whoever serves its pipes. */
class ProcessEndpointTest {

    private Processes processes;

    @AfterEach
    void end() {
        assertEquals(List.of(), processes.thread.reports());
        processes.close();
    }

    private Transport connect(boolean polled, BaseProtocol protocol, String endpoint) {
        processes = new Processes(polled);
        return processes.thread.await(() -> connecting(protocol, endpoint)).transport();
    }

    private ProcessHandle childOf(Transport transport) {
        return processes
                .thread
                .call(() -> transport.getExtraInfo(ExtraInfo.SUBPROCESS))
                .orElseThrow();
    }

    private CompletionStage<Connection<Transport>> connecting(BaseProtocol protocol, String endpoint) {
        Endpoint parsed = Endpoint.parse(endpoint);
        ConnectOptions options = ConnectOptions.DEFAULTS.with(parsed.options());
        return processes.provider.connect(new ConnectRequest(
                processes.loop, parsed.withoutOptions(), options, () -> protocol, false, processes.log));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Spec({"EOF-4", "WRITE-25", "EXTRA-16"})
    void aProgramIsTheOtherEndOfAStream(boolean polled) {
        RecordingProtocol protocol = new RecordingProtocol();
        Transport transport = connect(polled, protocol, "process:/bin/cat?arg=-u");

        processes.thread.run(loop -> {
            assertTrue(transport.getExtraInfo(ExtraInfo.SUBPROCESS).isPresent());
            assertEquals(Optional.of("/bin/cat"), transport.getExtraInfo(ExtraInfo.COMMAND));
            transport.write("there and back".getBytes(UTF_8));
            transport.writeEof();
        });
        protocol.awaitLost();

        assertEquals(
                List.of("connectionMade", "dataReceived \"there and back\"", "eofReceived", "connectionLost null"),
                protocol.trace());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void argumentsAndMergedErrorsComeFromTheEndpoint(boolean polled) {
        RecordingProtocol protocol = new RecordingProtocol();
        connect(polled, protocol, "process:/bin/sh?arg=-c%0Aecho%20out%3B%20echo%20err%20%3E%262&stderr=merge");

        protocol.awaitLost();

        assertEquals("out\nerr\n", protocol.text());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void closeEndsTheProgramThatGoesOnWithoutInput(boolean polled) {
        RecordingProtocol protocol = new RecordingProtocol();
        Transport transport = connect(polled, protocol, "process:/bin/sleep?arg=95");
        ProcessHandle child = childOf(transport);

        processes.thread.run(loop -> transport.close());
        protocol.awaitLost();

        processes.until("the program to be gone", () -> !child.isAlive());
    }

    @Test
    @Spec("PROC-57")
    void aProgramThatGoesOnWithoutInputEndsWithItsLoop() {
        RecordingProtocol protocol = new RecordingProtocol();
        Transport transport = connect(true, protocol, "process:/bin/sleep?arg=94");
        ProcessHandle child = childOf(transport);
        processes.thread.run(loop -> transport.close());
        protocol.awaitLost();

        try (LogCapture log = new LogCapture()) {
            processes.thread.close();
            assertEquals(
                    1,
                    log.warnings("was closed while child /bin/sleep"),
                    () -> log.messages().toString());
        }

        Eventually.until("the program to be gone", () -> !child.isAlive());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Spec("PROC-57")
    void aProgramWhoseStreamIsOpenEndsWithItsLoop(boolean polled) {
        ProcessHandle child = childOf(connect(polled, new RecordingProtocol(), "process:/bin/sleep?arg=92"));

        processes.thread.close();

        Eventually.until("the program to be gone", () -> !child.isAlive());
    }

    @Test
    void anOrderlyShutdownWaitsForAProgramThatFinishesWhatItDoes() throws Exception {
        Path folder = Files.createTempDirectory("leaving");
        RecordingProtocol protocol = new RecordingProtocol();
        Transport transport = connect(
                true,
                protocol,
                "process:/bin/sh?arg=-c%0Aread%20line%3B%20sleep%200.1%3B%20mkdir%20" + folder + "%2Fdone");
        processes.thread.run(loop -> transport.close());
        protocol.awaitLost();

        processes.loop.shutdown(LoopThread.DEADLINE);

        Files.delete(folder.resolve("done"));
        Files.delete(folder);
    }

    @Test
    @Spec("PROC-48")
    void aProgramWhoseStartIsCancelledAsItBeginsIsKilled() {
        AtomicReference<CompletionStage<?>> starting = new AtomicReference<>();
        AtomicReference<ProcessHandle> child = new AtomicReference<>();
        RecordingProtocol protocol = new RecordingProtocol().onMade(transport -> {
            child.set(transport.getExtraInfo(ExtraInfo.SUBPROCESS).orElseThrow());
            starting.get().toCompletableFuture().cancel(false);
        });
        processes = new Processes(true);
        processes.thread.run(loop -> starting.set(connecting(protocol, "process:/bin/sleep?arg=93")));

        protocol.awaitLost();
        processes.until("the program to be gone", () -> !child.get().isAlive());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Spec("PROC-8")
    void aProgramThatDoesNotExistFailsTheCall(boolean polled) {
        assertThrows(
                NoSuchFileException.class, () -> connect(polled, new RecordingProtocol(), "process:/no/such/program"));
    }
}
