// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.process;

import dev.turnout.api.spi.HelperThreads;
import dev.turnout.api.spi.Logs;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Sends signals to one child, in their order. The JDK sends TERM and KILL at once; for others the shell's {@code kill} is run, on a thread of its own,
 * as long as the child is known to live.
 *
 * @see "PROC-36 to PROC-41, JAVA-37"
 */
final class Signals {

    static final int KILL = 9;
    static final int TERM = 15;

    private static final int LAST = 64;
    private static final Path SHELL = Path.of("/bin/sh");

    private final Process child;
    private Thread last = HelperThreads.daemon("turnout-signal", () -> {});

    Signals(Process child) {
        this.child = child;
    }

    /** Sends a signal by its number. Loop's thread. */
    void send(int signal) {
        if (signal < 0 || signal > LAST) {
            throw new IllegalArgumentException("there is no signal " + signal + "; they go from 0 to " + LAST);
        }
        if (signal == KILL) {
            child.destroyForcibly();
        } else if (signal == TERM && !last.isAlive()) {
            child.destroy();
        } else {
            bySystem(signal);
        }
    }

    private void bySystem(int signal) {
        if (!Files.isExecutable(SHELL)) {
            throw new UnsupportedOperationException("signal " + signal
                    + " cannot be sent, as there is no /bin/sh on this system; terminate() and kill() can be used");
        }
        Thread before = last;
        last = HelperThreads.daemon("turnout-signal-" + child.pid(), () -> {
            try {
                before.join();
                run(signal);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        last.start();
    }

    private void run(int signal) throws InterruptedException {
        if (!child.isAlive()) {
            return;
        }
        try {
            Process kill = new ProcessBuilder(SHELL.toString(), "-c", "kill -" + signal + " " + child.pid())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            kill.getOutputStream().close();
            kill.waitFor();
        } catch (IOException e) {
            Logs.of(Signals.class.getName())
                    .log(Level.WARNING, "signal " + signal + " cannot be sent to process " + child.pid(), e);
        }
    }
}
