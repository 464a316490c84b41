// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.pipe;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnout.api.network.Connection;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.Transport;
import dev.turnout.testkit.LoopThread;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Is a program that copies its standard input to its standard output by transports, closes both, and then uses its standard output as ever. */
final class StandardStreams {

    private StandardStreams() {}

    public static void main(String[] arguments) throws Exception {
        CountDownLatch lost = new CountDownLatch(2);
        try (PipeHarness harness = new PipeHarness()) {
            Copy copy = new Copy(lost);
            Connection<Transport> out = harness.thread.join(
                    harness.connect(() -> new Copy(lost), "/dev/stdout", Map.of("mode", "write")), "standard output");
            copy.out = out.transport();
            harness.thread.join(harness.connect(() -> copy, "/dev/stdin", Map.of("mode", "read")), "standard input");
            if (!lost.await(LoopThread.DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("the streams have not ended");
            }
        }
        System.out.println("still open");
    }

    /** Copies to another transport, which it closes at the end. */
    private static final class Copy implements Protocol {

        private final CountDownLatch lost;
        private @Nullable Transport out;

        Copy(CountDownLatch lost) {
            this.lost = lost;
        }

        @Override
        public void connectionMade(BaseTransport transport) {
            if (out != null) {
                out.write("copy: ".getBytes(UTF_8));
            }
        }

        @Override
        public void dataReceived(ByteBuffer data) {
            if (out != null) {
                out.write(data);
            }
        }

        @Override
        public void connectionLost(@Nullable Throwable cause) {
            if (out != null) {
                out.close();
            }
            lost.countDown();
        }
    }
}
