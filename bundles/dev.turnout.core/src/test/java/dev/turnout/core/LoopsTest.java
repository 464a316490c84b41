// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.loop.io.LoopResource;
import dev.turnout.testkit.Spec;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several loops with threads of their own. */
class LoopsTest {

    private final LogRecorder log = new LogRecorder("dev.turnout.core");
    private final Loops loops = new Loops(3, "group", SelectorProvider.provider());

    @AfterEach
    void close() {
        loops.close();
        log.close();
    }

    @Test
    @Spec("JAVA-26")
    void eachLoopHasOneThreadOfItsName() {
        for (int i = 0; i < 3; i++) {
            IoLoop loop = loops.loops().get(i);
            Thread first = on(loop, Thread::currentThread);

            assertEquals("group-" + i, first.getName());
            assertEquals(loop.name(), first.getName());
            assertTrue(first.isDaemon());
            assertSame(first, on(loop, Thread::currentThread));
            assertTrue(loop.isRunning());
        }
    }

    @Test
    void handsLoopsOutInTurnAndTheCallersOwnToThoseOnALoop() {
        List<IoLoop> all = loops.loops();

        List<IoLoop> handed = List.of(loops.next(), loops.next(), loops.next(), loops.next());

        assertEquals(List.of(all.get(0), all.get(1), all.get(2), all.get(0)), handed);
        for (IoLoop loop : all) {
            assertSame(loop, on(loop, loops::choose));
        }
    }

    @Test
    @Spec("LOOP-32")
    void closeEndsResourcesInOrderThenTheThreads() {
        IoLoop loop = loops.next();
        CompletableFuture<String> ended = new CompletableFuture<>();
        on(loop, () -> {
            loop.attach(new LoopResource() {
                @Override
                public boolean isServer() {
                    return true;
                }

                @Override
                public void close() {
                    loop.detach(this);
                    ended.complete(Thread.currentThread().getName());
                }

                @Override
                public void abort() {
                    ended.complete("aborted");
                }
            });
            return null;
        });

        loops.close(Duration.ofSeconds(10));

        assertEquals(loop.name(), ended.join());
        assertTrue(loops.loops().stream().allMatch(IoLoop::isClosed));
        LoopFixture.await(() -> LoopFixture.threadNames().stream().noneMatch(name -> name.startsWith("group-")));
        assertEquals(List.of(), log.at(Level.WARNING));
    }

    @Test
    void closeOnAThreadOfTheGroupIsRefused() {
        Throwable thrown = on(loops.next(), () -> assertThrows(IllegalStateException.class, loops::close));

        assertTrue(thrown.getMessage().contains("itself"), thrown.getMessage());
        assertTrue(loops.loops().stream().noneMatch(IoLoop::isClosed));
    }

    @Test
    @Spec("ERR-9")
    void aLoopThatMeetsAFatalErrorIsLoggedClosedAndNotHandedOutAnyMore() {
        IoLoop dying = loops.loops().get(1);

        dying.callSoonThreadsafe(() -> {
            throw new OutOfMemoryError("pretended");
        });
        LoopFixture.await(dying::isClosed);

        assertTrue(log.has(Level.SEVERE, "group-1"));
        assertThrows(IllegalStateException.class, () -> dying.callSoonThreadsafe(() -> {}));
        for (int i = 0; i < 6; i++) {
            assertTrue(loops.next() != dying);
        }
    }

    @Test
    @Spec("ERR-9")
    void aLoopThatMeetsAFatalErrorIsClosedAlsoIfThatCannotBeLogged() {
        IoLoop dying = loops.loops().get(1);
        log.failWith(new OutOfMemoryError("pretended by the log"));

        dying.callSoonThreadsafe(() -> {
            throw new OutOfMemoryError("pretended");
        });

        LoopFixture.await(dying::isClosed);
    }

    @Test
    void aGroupWithoutLoopsIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Loops(0, "none", SelectorProvider.provider()));
    }

    private static <T> T on(IoLoop loop, Supplier<T> code) {
        return CompletableFuture.supplyAsync(code, loop)
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }
}
