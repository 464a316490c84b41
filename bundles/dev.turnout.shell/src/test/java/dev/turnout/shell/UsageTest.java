// SPDX-License-Identifier: Apache-2.0
package dev.turnout.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.NetworkControl;
import dev.turnout.api.network.NetworkRuntime;
import dev.turnout.api.network.SwitchEvent;
import dev.turnout.api.network.dto.LeakDTO;
import dev.turnout.api.network.dto.NetworkDTO;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.apache.felix.service.command.CommandSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever types a command as it is not to be typed is told how, by the shell that most have. */
class UsageTest {

    private final List<String> calls = new ArrayList<>();
    private final ThreadIOImpl streams = new ThreadIOImpl();
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private CommandSession session;

    /** Notes what it is asked for. */
    private final class Control implements NetworkControl {

        private CompletionStage<Void> noted(String call) {
            calls.add(call);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<Void> suspend(String server) {
            return noted("suspend " + server);
        }

        @Override
        public CompletionStage<Void> resume(String server) {
            return noted("resume " + server);
        }

        @Override
        public CompletionStage<Void> drain(String server, Duration deadline) {
            return noted("drain " + server + " " + deadline);
        }

        @Override
        public CompletionStage<SwitchEvent> switchProtocol(long connection, String protocol) {
            calls.add("switch " + connection + " " + protocol);
            return CompletableFuture.failedFuture(new IllegalStateException("not here"));
        }

        @Override
        public CompletionStage<List<LeakDTO>> leaks() {
            calls.add("leaks");
            return CompletableFuture.completedFuture(List.of());
        }
    }

    @BeforeEach
    void openShell() {
        streams.start();
        CommandProcessorImpl shell = new CommandProcessorImpl(streams);
        NetworkRuntime runtime = () -> {
            calls.add("snapshot");
            return CompletableFuture.completedFuture(new NetworkDTO());
        };
        TurnoutCommands pictures = new TurnoutCommands(runtime);
        for (String name : List.of("servers", "connections", "protocols", "loops")) {
            shell.addCommand("turnout", pictures, name);
        }
        SwitchCommands commands = new SwitchCommands(runtime, new Control(), Clock.systemUTC());
        for (String name : List.of("switch", "drain", "suspend", "resume", "switches", "leaks")) {
            shell.addCommand("turnout", commands, name);
        }
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        session = shell.createSession(new ByteArrayInputStream(new byte[0]), out, out);
    }

    @AfterEach
    void closeShell() {
        session.close();
        streams.stop();
    }

    @ParameterizedTest
    @ValueSource(strings = {"switch", "drain", "suspend", "resume"})
    void isShownIfNothingIsGiven(String command) throws Exception {
        session.execute("turnout:" + command);

        assertTrue(printed.toString(StandardCharsets.UTF_8).startsWith("turnout:" + command + " "), printed::toString);
        assertEquals(List.of(), calls);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "switch 1",
                "drain a 1s b",
                "suspend a b",
                "resume a b",
                "leaks foo",
                "servers x",
                "connections x",
                "protocols x",
                "loops x",
                "switches foo",
                "switches -n 3 foo",
                "switches -n 0",
                "switches -n -3",
                "switches --lines many",
                "switches -n",
                "switches --lines",
                "switches --lines $undefined",
                "drain $undefined",
                "drain a $undefined",
                "suspend $undefined",
                "resume $undefined",
                "switch 1 $undefined",
                "leaks $undefined",
                "servers $undefined"
            })
    void isPartOfTheRefusalOfWrongArguments(String line) {
        Exception refusal = assertThrows(IllegalArgumentException.class, () -> session.execute("turnout:" + line));

        String command = line.substring(0, line.indexOf(' '));
        assertTrue(refusal.getMessage().contains("\nturnout:" + command + " "), refusal::toString);
        assertEquals(List.of(), calls);
    }

    @ParameterizedTest
    @CsvSource({
        "drain a, drain a null",
        "drain a 1s, drain a PT1S",
        "suspend a, suspend a",
        "resume a, resume a",
        "leaks, leaks",
        "servers, snapshot",
        "connections, snapshot",
        "protocols, snapshot",
        "loops, snapshot",
        "switches, snapshot",
        "switches -n 3, snapshot",
        "switches --lines 3, snapshot"
    })
    void isNotInTheWayOfWhatIsRight(String line, String call) throws Exception {
        session.execute("turnout:" + line);

        assertEquals(call, calls.get(0));
    }
}
