// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.loop.io.LoopResource;
import dev.turnout.testkit.Spec;
import java.lang.management.ManagementFactory;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Closing, hard and in order. */
class ClosingTest extends LoopFixture {

    @Test
    @Spec("LOOP-26")
    void closeWhileRunningFailsAndLeavesTheLoopUsable() {
        loop.callSoon(() -> {
            trace.add(assertThrows(IllegalStateException.class, loop::close)
                    .getMessage()
                    .contains("running"));
            loop.callSoon(() -> trace.add("still works"));
        });

        runTurns(2);

        assertEquals(List.of(true, "still works"), trace);
        assertFalse(loop.isClosed());
    }

    @Test
    @Spec("LOOP-27")
    void closeIsFinalAndDropsWhatWaits() {
        loop.callSoon(() -> trace.add("soon"));
        loop.callLater(0, () -> trace.add("later"));

        loop.close();
        loop.close();

        assertTrue(loop.isClosed());
        assertThrows(IllegalStateException.class, loop::runForever);
        assertEquals(List.of(), trace);
        assertEquals(List.of(), log.at(Level.WARNING));
    }

    @Test
    @Spec("LOOP-28")
    void everythingThatWouldScheduleFailsAfterClose() throws Exception {
        Pipe pipe = pipe();
        nonBlocking(pipe.sink());
        loop.close();

        List<Executable> calls = List.of(
                () -> loop.callSoon(() -> {}),
                () -> loop.callSoonThreadsafe(() -> {}),
                () -> loop.execute(() -> {}),
                () -> loop.callLater(1, () -> {}),
                () -> loop.callLater(Duration.ZERO, () -> {}),
                () -> loop.callAt(1, () -> {}),
                () -> loop.runForever(),
                () -> loop.runUntilComplete(CompletableFuture.completedFuture(1)),
                () -> loop.runInExecutor(null, () -> 1),
                () -> loop.addReader(pipe.source(), () -> {}),
                () -> loop.addWriter(pipe.sink(), () -> {}),
                () -> loop.register(pipe.source(), SelectionKey.OP_READ, ops -> {}),
                () -> loop.getaddrinfo("127.0.0.1", "1", null),
                () -> loop.addSignalHandler("WINCH", () -> {}));

        for (Executable call : calls) {
            IllegalStateException e = assertThrows(IllegalStateException.class, call);
            assertTrue(e.getMessage().contains("test-loop is closed"), e.getMessage());
        }
    }

    @Test
    @Spec("LOOP-30")
    void closeFreesEveryDescriptor() {
        Assumptions.assumeTrue(
                ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean,
                "counts open files as Unix does");
        openAndCloseALoop();
        long before = openFiles();

        for (int i = 0; i < 50; i++) {
            openAndCloseALoop();
        }

        long after = openFiles();
        assertTrue(after <= before + 5, () -> "open files: " + before + " before, " + after + " after 50 loops");
    }

    private static void openAndCloseALoop() {
        IoLoop other = EventLoops.newEventLoop("other");
        other.callSoonThreadsafe(other::stop);
        other.runForever();
        other.close();
    }

    private static long openFiles() {
        return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getOpenFileDescriptorCount();
    }

    @Test
    @Spec("LOOP-31")
    void reportsWhatIsStillOpenWithItsPlaceAndClosesItsSocketQuietly() throws Exception {
        SocketChannel socket = nonBlocking(loop.provider().openSocketChannel());
        loop.setDebug(true);
        Resource transport = new Resource("leaky transport", false);
        loop.register(socket, 0, ops -> {});
        loop.attach(transport);
        loop.attach(new Resource("forgotten", false));

        loop.close();

        assertTrue(log.has(Level.WARNING, "leaky transport"));
        assertTrue(log.has(Level.WARNING, "ClosingTest.reportsWhatIsStillOpen"), "the place where it was made");
        assertEquals(2, log.at(Level.WARNING).size());
        assertEquals(List.of(), transport.calls);
        assertFalse(socket.isOpen());
    }

    @Test
    @Spec("LOOP-31")
    void aChannelThatWasOnlyWatchedStaysOpen() throws Exception {
        Pipe pipe = pipe();
        loop.addReader(pipe.source(), () -> {});

        loop.close();

        assertTrue(pipe.source().isOpen());
        assertEquals(List.of(), log.at(Level.WARNING));
    }

    @Test
    @Spec("LOOP-32")
    void shutdownClosesServersThenTransportsAndRunsUntilAllAreGone() {
        Resource transport = new Resource("transport", false);
        Resource server = new Resource("server", true);
        loop.attach(transport);
        loop.attach(server);

        loop.shutdown(Duration.ofSeconds(10));

        assertEquals(List.of("server close", "transport close", "server lost", "transport lost"), trace);
        assertTrue(loop.isClosed());
        assertEquals(List.of(), log.at(Level.WARNING));
    }

    @Test
    @Spec("LOOP-32")
    void shutdownAbortsAtTheDeadlineWhatDoesNotEnd() {
        Resource stubborn = new Resource("stubborn", false);
        stubborn.endsOnClose = false;
        loop.attach(stubborn);
        long start = System.nanoTime();

        loop.shutdown(Duration.ofMillis(30));

        assertEquals(List.of("stubborn close", "stubborn abort", "stubborn lost"), trace);
        assertTrue(System.nanoTime() - start >= 30_000_000, "the time was not used up");
        assertTrue(loop.isClosed());
        assertEquals(List.of(), log.at(Level.WARNING));
    }

    @Test
    @Spec("LOOP-32")
    void shutdownFromAnotherThreadEndsARunElsewhere() {
        Resource transport = new Resource("transport", false);
        loop.attach(transport);
        Thread other = new Thread(() -> {
            await(loop::isRunning);
            loop.shutdown(Duration.ofSeconds(10));
        });
        other.start();

        loop.runForever();

        join(other);
        assertEquals(List.of("transport close", "transport lost"), trace);
        assertTrue(loop.isClosed());
    }

    @Test
    @Spec("LOOP-32")
    void shutdownInsideACallbackIsRefused() {
        loop.callSoon(() -> trace.add(assertThrows(IllegalStateException.class, () -> loop.shutdown(Duration.ZERO))
                .getMessage()));

        runTurns(1);

        assertTrue(
                trace.get(0).toString().contains("own callbacks"), trace.get(0).toString());
        assertFalse(loop.isClosed());
    }

    @Test
    @Spec("LOOP-32")
    void aResourceThatFailsToCloseIsReportedAndDoesNotStopTheOthers() {
        Resource broken = new Resource("broken", true) {
            @Override
            public void close() {
                loop.detach(this);
                throw new IllegalArgumentException("broken");
            }
        };
        Resource transport = new Resource("transport", false);
        loop.attach(broken);
        loop.attach(transport);

        loop.shutdown(Duration.ofSeconds(10));

        assertEquals(List.of("transport close", "transport lost"), trace);
        assertTrue(log.has(Level.SEVERE, "shuts down"));
    }

    @Test
    @Spec("LOOP-32")
    void aConnectionThatArrivesDuringShutdownIsClosedToo() {
        Resource late = new Resource("late", false);
        Resource server = new Resource("server", true) {
            @Override
            public void close() {
                loop.attach(late);
                super.close();
            }
        };
        loop.attach(server);

        loop.shutdown(Duration.ofSeconds(10));

        assertEquals(List.of("server close", "late close", "server lost", "late lost"), trace);
        assertEquals(List.of(), log.at(Level.WARNING));
    }

    @Test
    void aResultOnItsWayReachesItsFutureWhenTheLoopIsClosed() {
        CompletableFuture<Integer> result =
                loop.runInExecutor(Runnable::run, () -> 7).toCompletableFuture();
        loop.callSoon(() -> trace.add("dropped"));
        assertFalse(result.isDone());

        loop.close();

        assertEquals(7, result.getNow(0));
        assertEquals(List.of(), trace);
    }

    @Test
    @Spec("LOOP-31")
    void aResourceThatFailsAsItIsDroppedLeavesTheRestToBeClosed() throws Exception {
        SocketChannel socket = nonBlocking(loop.provider().openSocketChannel());
        loop.register(socket, 0, ops -> {});
        CompletableFuture<Integer> result =
                loop.runInExecutor(Runnable::run, () -> 7).toCompletableFuture();
        loop.attach(new Resource("broken", false) {
            @Override
            public void dropped() {
                throw new IllegalArgumentException("broken for the test");
            }
        });

        loop.close();

        assertFalse(socket.isOpen());
        assertEquals(7, result.getNow(0));
        assertTrue(log.has(Level.WARNING, "could be freed"));
    }

    @Test
    @Spec("LOOP-31")
    void aResourceThatCannotBeNamedIsDroppedAllTheSame() {
        loop.attach(new Resource("nameless", false) {
            @Override
            public void dropped() {
                trace.add("dropped");
            }

            @Override
            public String toString() {
                throw new IllegalArgumentException("broken for the test");
            }
        });

        loop.close();

        assertEquals(List.of("dropped"), trace);
        assertTrue(log.has(Level.WARNING, "could be freed"));
    }

    @Test
    @Spec("LOOP-29")
    void closeShutsTheDefaultExecutorAndDoesNotWaitForItsTasks() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<String> result = loop.runInExecutor(null, () -> {
                    started.countDown();
                    release.await();
                    return "ran on";
                })
                .toCompletableFuture();
        started.await();

        loop.close();

        assertFalse(result.isDone());
        release.countDown();
        await(result::isDone);
        assertEquals("ran on", result.join());
        await(() -> threadNames().stream().noneMatch(name -> name.startsWith("test-loop-worker")));
    }

    @Test
    @Spec("LOOP-33")
    void aCallThatIsTooLateTellsItsCallerOnly() {
        loop.close();

        Throwable thrown = onOtherThread(() -> loop.callSoonThreadsafe(() -> trace.add("never")));

        assertInstanceOf(IllegalStateException.class, thrown);
        assertEquals(List.of(), trace);
    }

    /** Is something open that ends one turn after it was asked to. */
    private class Resource implements LoopResource {

        final List<Object> calls = trace;
        private final String name;
        private final boolean server;
        boolean endsOnClose = true;

        Resource(String name, boolean server) {
            this.name = name;
            this.server = server;
        }

        @Override
        public boolean isServer() {
            return server;
        }

        @Override
        public void close() {
            trace.add(name + " close");
            if (endsOnClose) {
                loop.callSoon(this::lost);
            }
        }

        @Override
        public void abort() {
            trace.add(name + " abort");
            loop.callSoon(this::lost);
        }

        private void lost() {
            trace.add(name + " lost");
            loop.detach(this);
        }

        @Override
        public String toString() {
            return name;
        }
    }
}
