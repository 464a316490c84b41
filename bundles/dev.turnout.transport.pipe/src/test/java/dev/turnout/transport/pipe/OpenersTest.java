// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.pipe;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class OpenersTest {

    @Test
    void aWriterThatComesAndGoesWhileAnotherOpeningIsLetGoIsHeard() throws Exception {
        try (Fifo fifo = new Fifo()) {
            Openers openers = Openers.join(fifo.path());
            CountDownLatch heldUp = new CountDownLatch(1);
            AtomicInteger asked = new AtomicInteger();
            CompletableFuture<String> read = new CompletableFuture<>();
            Thread reader = new Thread(() -> {
                try (FileChannel end = openers.open(fifo.path(), true, () -> {
                    if (asked.incrementAndGet() == 2) {
                        heldUp.countDown(); // by the other one's letting go
                    }
                    return false;
                })) {
                    read.complete(new String(Channels.newInputStream(end).readAllBytes(), UTF_8));
                } catch (Throwable e) {
                    read.completeExceptionally(e);
                }
            });
            reader.setDaemon(true);
            reader.start();
            Thread other = new Thread(() -> {
                try {
                    heldUp.await();
                    Files.writeString(fifo.path(), "came and went");
                } catch (Exception e) {
                    read.completeExceptionally(e);
                }
            });
            other.setDaemon(true);
            other.start();

            while (!isInSystem(reader)) {
                Thread.onSpinWait();
            }

            openers.letGo(fifo.path(), other);

            assertEquals("came and went", read.get(30, TimeUnit.SECONDS));
            openers.leave();
        }
    }

    private static boolean isInSystem(Thread thread) {
        StackTraceElement[] stack = thread.getStackTrace();
        return stack.length > 0
                && stack[0].isNativeMethod()
                && stack[0].getMethodName().startsWith("open");
    }
}
