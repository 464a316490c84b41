// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.ProcessOptions;
import dev.turnout.api.spi.ProcessRequest;
import dev.turnout.api.transport.SubprocessTransport;
import dev.turnout.testkit.Spec;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Puts something of the test between a child's transport and the system or the loop. */
class StandInTest {

    private final Processes processes = new Processes();

    @AfterEach
    void end() {
        processes.close();
    }

    @Test
    @Spec("PROC-41")
    void aProcessThatHasTheNumberOfAnEndedChildIsLeftAlone() throws Exception {
        Process other = new ProcessBuilder("/bin/cat").start();
        try {
            Ended ended = new Ended(other.pid());
            RecordingChild protocol = new RecordingChild();
            SubprocessTransport transport = processes.thread.call(() -> ChildTransport.begin(
                    processes.loop,
                    new Child(ended, "none", "/bin/cat", Arrays.asList(null, null, null)),
                    new Family(),
                    protocol,
                    dev.turnout.transport.nio.StreamSettings.of(dev.turnout.api.network.ConnectOptions.DEFAULTS),
                    processes.log));

            processes.thread.run(loop -> {
                transport.sendSignal(10);
                transport.sendSignal(15);
                transport.kill();
            });
            Thread sender = signalSender(other.pid());
            if (sender != null) {
                sender.join();
            }
            ended.exit.complete(ended);
            processes.awaitLost(protocol);

            assertEquals(List.of(), ended.asked);
            assertTrue(Processes.runs(other.pid()), "the other process goes on");
        } finally {
            other.destroyForcibly();
        }
    }

    private static @org.jspecify.annotations.Nullable Thread signalSender(long pid) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("turnout-signal-" + pid))
                .findAny()
                .orElse(null);
    }

    @Test
    @Spec("PROC-19")
    void thereAreNoPipesBeforeTheyAreConnected() {
        List<Object> seen = new ArrayList<>();
        IoLoop watched = (IoLoop) Proxy.newProxyInstance(
                IoLoop.class.getClassLoader(), new Class<?>[] {IoLoop.class}, (proxy, method, args) -> {
                    if (method.getName().equals("attach") && args[0] instanceof SubprocessTransport transport) {
                        assertNull(transport.getPipeTransport(0));
                        assertNull(transport.getPipeTransport(1));
                        seen.add(transport);
                    }
                    try {
                        return method.invoke(processes.loop, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        RecordingChild child = new RecordingChild().onMade(Processes::closeInput);

        SubprocessTransport transport = processes
                .thread
                .join(
                        processes.thread.call(() -> processes.provider.spawn(new ProcessRequest(
                                watched, List.of("/bin/cat"), ProcessOptions.DEFAULTS, () -> child, processes.log))),
                        "a child")
                .transport();
        processes.awaitLost(child);

        assertEquals(List.of(transport), seen);
    }

    /** Has ended, and its number belongs to another process now. */
    private static final class Ended extends Process {

        private final long pid;
        private final List<String> asked = new ArrayList<>();
        private final CompletableFuture<Process> exit = new CompletableFuture<>();

        Ended(long pid) {
            this.pid = pid;
        }

        @Override
        public long pid() {
            return pid;
        }

        @Override
        public boolean isAlive() {
            return false;
        }

        @Override
        public CompletableFuture<Process> onExit() {
            return exit;
        }

        @Override
        public OutputStream getOutputStream() {
            return OutputStream.nullOutputStream();
        }

        @Override
        public InputStream getInputStream() {
            return InputStream.nullInputStream();
        }

        @Override
        public InputStream getErrorStream() {
            return InputStream.nullInputStream();
        }

        @Override
        public int waitFor() {
            return 0;
        }

        @Override
        public int exitValue() {
            return 0;
        }

        @Override
        public void destroy() {
            asked.add("destroy");
        }

        @Override
        public Process destroyForcibly() {
            asked.add("destroyForcibly");
            return this;
        }
    }
}
