// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.process;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.Connection;
import dev.turnout.api.network.ProcessOptions;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.spi.ProcessRequest;
import dev.turnout.api.transport.SubprocessTransport;
import dev.turnout.api.transport.WriteTransport;
import dev.turnout.core.EventLoops;
import dev.turnout.testkit.LoopThread;
import dev.turnout.testkit.contract.OpenLog;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** Is a loop in debug mode, and a provider whose children end with it. */
final class Processes implements AutoCloseable {

    final IoLoop loop = EventLoops.newEventLoop("processes");
    final LoopThread thread = new LoopThread(loop);
    final OpenLog log = new OpenLog();
    final ProcessProvider provider;

    Processes() {
        this(true);
    }

    Processes(boolean polled) {
        provider = new ProcessProvider(polled);
    }

    CompletionStage<Connection<SubprocessTransport>> begin(
            BaseProtocol protocol, ProcessOptions options, String... command) {
        return thread.call(
                () -> provider.spawn(new ProcessRequest(loop, List.of(command), options, () -> protocol, log)));
    }

    SubprocessTransport start(BaseProtocol protocol, ProcessOptions options, String... command) {
        return thread.join(begin(protocol, options, command), "a child").transport();
    }

    SubprocessTransport shell(BaseProtocol protocol, String script) {
        return start(protocol, ProcessOptions.DEFAULTS, "/bin/sh", "-c", script);
    }

    /** Runs a script with empty input and returns when all is over. */
    RecordingChild run(String script) {
        return run(ProcessOptions.DEFAULTS, script);
    }

    RecordingChild run(ProcessOptions options, String script) {
        RecordingChild child = new RecordingChild().onMade(Processes::closeInput);
        start(child, options, "/bin/sh", "-c", script);
        awaitLost(child);
        return child;
    }

    static void closeInput(SubprocessTransport transport) {
        WriteTransport input = (WriteTransport) transport.getPipeTransport(0);
        if (input != null) {
            input.close();
        }
    }

    void awaitLost(RecordingChild child) {
        thread.until("the end of " + child.events(), child::isLost);
    }

    void until(String what, BooleanSupplier condition) {
        thread.until(what, condition);
    }

    /** Returns how many descriptors this process has open. */
    static int descriptors() {
        File[] files = new File("/proc/self/fd").listFiles();
        return files == null ? 0 : files.length;
    }

    /** Tells whether a process runs that is no zombie. */
    static boolean runs(long pid) {
        return state(pid).filter(state -> !state.equals("Z")).findAny().isPresent();
    }

    /** Tells whether the system knows the process, be it as a zombie. */
    static boolean exists(long pid) {
        return Files.exists(Path.of("/proc/" + pid));
    }

    private static Stream<String> state(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return Stream.of(stat.substring(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3));
        } catch (java.nio.file.NoSuchFileException e) {
            return Stream.empty();
        } catch (IOException e) {
            if (!exists(pid)) {
                return Stream.empty();
            }
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        provider.close();
        if (!loop.isClosed()) {
            thread.settle();
        }
        thread.close();
    }
}
