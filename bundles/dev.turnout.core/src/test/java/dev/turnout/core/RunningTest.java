// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Running, stopping, running again. */
class RunningTest extends LoopFixture {

    @Test
    @Spec("LOOP-19")
    void isRunningOnlyBetweenStartAndEndOfARun() {
        loop.callSoon(() -> trace.add(loop.isRunning() && loop.inLoop()));

        assertFalse(loop.isRunning());
        runTurns(1);

        assertFalse(loop.isRunning());
        assertFalse(loop.inLoop());
        assertEquals(List.of(true), trace);
    }

    @Test
    @Spec("LOOP-20")
    void stopLetsTheTurnFinishAndKeepsWhatItScheduled() {
        loop.callSoon(() -> {
            loop.stop();
            loop.callSoon(() -> trace.add("scheduled after stop"));
        });
        loop.callSoon(() -> trace.add("ready at stop"));
        loop.callLater(-1, () -> trace.add("due at stop"));

        loop.runForever();

        assertEquals(List.of("ready at stop", "due at stop"), trace);
        runTurns(1);
        assertEquals("scheduled after stop", trace.get(2));
    }

    @Test
    @Spec("LOOP-21")
    void stopBeforeARunMakesItOneTurn() {
        loop.callSoon(() -> {
            trace.add("first turn");
            loop.callSoon(() -> trace.add("second turn"));
        });
        loop.stop();

        loop.runForever();

        assertEquals(List.of("first turn"), trace);
    }

    @Test
    @Spec("LOOP-20")
    void stopFromAnotherThreadEndsASleep() {
        Thread loopThread = Thread.currentThread();
        Thread stopper = new Thread(() -> {
            await(() -> loop.isRunning() && ThreadsafeTest.isInSelect(loopThread));
            loop.stop();
        });
        stopper.start();

        loop.runForever();

        join(stopper);
    }

    @Test
    @Spec("LOOP-22")
    void runsAnyNumberOfTimes() {
        for (int i = 0; i < 50; i++) {
            int number = i;
            loop.callSoon(() -> {
                trace.add(number);
                loop.stop();
            });
            loop.runForever();
        }

        assertEquals(50, trace.size());
    }

    @Test
    @Spec("LOOP-23")
    void returnsTheResultOfTheFuture() {
        CompletableFuture<String> later = loop.createFuture();
        loop.callLater(1_000_000, () -> later.complete("result"));

        assertEquals("result", loop.runUntilComplete(later));
        assertEquals("at once", loop.runUntilComplete(CompletableFuture.completedFuture("at once")));
    }

    @Test
    @Spec("LOOP-23")
    void throwsTheFailureOfTheFuture() {
        IllegalArgumentException unchecked = new IllegalArgumentException("mine");
        IOException checked = new IOException("the world's");
        CompletableFuture<Void> cancelled = new CompletableFuture<>();
        cancelled.cancel(false);

        assertSame(
                unchecked,
                assertThrows(
                        IllegalArgumentException.class,
                        () -> loop.runUntilComplete(CompletableFuture.failedFuture(unchecked))));
        assertSame(
                checked,
                assertThrows(
                                CompletionException.class,
                                () -> loop.runUntilComplete(CompletableFuture.failedFuture(checked)))
                        .getCause());
        assertThrows(CancellationException.class, () -> loop.runUntilComplete(cancelled));
    }

    @Test
    @Spec("LOOP-24")
    void failsIfStoppedBeforeTheFutureIsDone() {
        CompletableFuture<Void> never = loop.createFuture();
        loop.callSoon(loop::stop);

        IllegalStateException e = assertThrows(IllegalStateException.class, () -> loop.runUntilComplete(never));

        assertTrue(e.getMessage().contains("stopped before"), e.getMessage());
    }

    @Test
    @Spec({"LOOP-22", "LOOP-24"})
    void aFutureOfAnEarlierRunDoesNotStopALaterOne() {
        CompletableFuture<Void> early = loop.createFuture();
        loop.callSoon(loop::stop);
        assertThrows(IllegalStateException.class, () -> loop.runUntilComplete(early));
        CompletableFuture<String> second = loop.createFuture();
        loop.callSoon(() -> early.complete(null));
        loop.callLater(5_000_000, () -> second.complete("second"));

        assertEquals("second", loop.runUntilComplete(second));
    }

    @Test
    @Spec("LOOP-25")
    void refusesToRunTwiceOrInsideAnotherLoop() {
        IoLoop other = EventLoops.newEventLoop("other");
        loop.callSoon(() -> {
            trace.add(assertThrows(IllegalStateException.class, loop::runForever)
                    .getMessage()
                    .contains("already running"));
            trace.add(assertThrows(IllegalStateException.class, other::runForever)
                    .getMessage()
                    .contains("test-loop"));
            trace.add(onOtherThread(loop::runForever) instanceof IllegalStateException);
        });

        runTurns(1);

        assertEquals(List.of(true, true, true), trace);
        other.close();
    }

    @Test
    @Spec("JAVA-28")
    void anInterruptNeitherEndsTheLoopNorReachesItsFiles(@TempDir Path folder) throws Exception {
        Path path = Files.writeString(folder.resolve("file"), "content");
        try (FileChannel file = FileChannel.open(path)) {
            Thread self = Thread.currentThread();
            Thread interrupter = new Thread(() -> {
                await(() -> loop.isRunning() && ThreadsafeTest.isInSelect(self));
                self.interrupt();
                loop.callSoonThreadsafe(() -> {
                    try {
                        trace.add(file.read(java.nio.ByteBuffer.allocate(10), 0));
                    } catch (IOException e) {
                        trace.add(e);
                    }
                    loop.stop();
                });
            });
            interrupter.start();

            loop.runForever();
            boolean restored = Thread.interrupted();

            join(interrupter);
            assertEquals(List.of(7), trace);
            assertTrue(file.isOpen());
            assertTrue(restored, "the interrupt belongs to whoever ran the loop");
        }
    }

    @Test
    @Spec("JAVA-28")
    void anInterruptDoesNotCloseAWatchedChannel() throws Exception {
        var pipe = pipe();
        loop.addReader(pipe.source(), () -> trace.add("read"));
        Thread.currentThread().interrupt();

        runTurns(2);

        assertTrue(Thread.interrupted());
        assertTrue(pipe.source().isOpen());
        pipe.sink().write(java.nio.ByteBuffer.wrap(new byte[1]));
        runTurns(1);
        assertEquals(List.of("read"), trace);
    }

    @Test
    @Spec({"ERR-9", "ERR-10"})
    void aFatalErrorEndsTheRunAndTheLoopCanRunAgain() {
        loop.callSoon(() -> {
            throw new OutOfMemoryError("pretended");
        });
        loop.callLater(-1, () -> {
            throw new InternalError("pretended");
        });
        loop.callLater(0, () -> trace.add("timer of the same turn"));
        loop.callSoon(() -> trace.add("after"));

        assertInstanceOf(OutOfMemoryError.class, assertThrows(VirtualMachineError.class, loop::runForever));
        assertFalse(loop.isRunning());
        assertThrows(InternalError.class, loop::runForever);
        assertFalse(loop.isRunning());
        runTurns(1);

        assertEquals(List.of("after", "timer of the same turn"), trace);
    }
}
