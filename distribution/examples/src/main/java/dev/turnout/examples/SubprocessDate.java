// SPDX-License-Identifier: Apache-2.0
package dev.turnout.examples;

import dev.turnout.api.network.Connection;
import dev.turnout.api.network.ProcessOptions;
import dev.turnout.api.network.ProcessOptions.Standard;
import dev.turnout.api.protocol.SubprocessProtocol;
import dev.turnout.api.transport.SubprocessTransport;
import dev.turnout.core.Loops;
import dev.turnout.network.Networks;
import dev.turnout.transport.process.ProcessProvider;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Lets the program {@code date} print the date, collects what it prints, and waits for its end. */
public final class SubprocessDate {

    private SubprocessDate() {}

    private static final class DateProtocol implements SubprocessProtocol {

        private final CompletableFuture<String> output;
        private final ByteArrayOutputStream collected = new ByteArrayOutputStream();
        private boolean pipeClosed;
        private boolean exited;

        DateProtocol(CompletableFuture<String> output) {
            this.output = output;
        }

        @Override
        public void pipeDataReceived(int fd, ByteBuffer data) {
            while (data.hasRemaining()) {
                collected.write(data.get());
            }
        }

        @Override
        public void pipeConnectionLost(int fd, @Nullable Throwable cause) {
            pipeClosed = true;
            checkForExit();
        }

        @Override
        public void processExited() {
            exited = true;
            checkForExit();
        }

        /** Either may come first; the output is whole when both are there. */
        private void checkForExit() {
            if (pipeClosed && exited) {
                output.complete(collected.toString(StandardCharsets.UTF_8).strip());
            }
        }
    }

    /** Prints the date as the child tells it, after waiting a minute for it at most. */
    public static void main(String[] args) throws Exception {
        CompletableFuture<String> output = new CompletableFuture<>();
        try (Loops loops = new Loops(1);
                Networks networks = Networks.of(loops, List.of(new ProcessProvider()))) {
            // standard output is a pipe, which is the default; the other two are those of this program
            ProcessOptions options = ProcessOptions.DEFAULTS
                    .with(ProcessOptions.STDIN, Standard.INHERIT)
                    .with(ProcessOptions.STDERR, Standard.INHERIT);
            Connection<SubprocessTransport> child = networks.network()
                    .subprocessExec(() -> new DateProtocol(output), List.of("date"), options)
                    .toCompletableFuture()
                    .get();

            System.out.println("Current date: " + output.get(1, TimeUnit.MINUTES));
            SubprocessTransport transport = child.transport();
            transport.loop().execute(transport::close);
        }
    }
}
