// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Steps that follow each other. */
class StepsTest {

    private final List<Object> trace = new ArrayList<>();
    private final Steps steps = new Steps(trace::add);

    private CompletionStage<Void> add(Object what) {
        return steps.add(() -> {
            trace.add(what);
            return CompletableFuture.completedStage(null);
        });
    }

    private static boolean isDone(CompletionStage<Void> stage) {
        return stage.toCompletableFuture().isDone();
    }

    @Test
    void takesEachWhenTheOneBeforeIsDoneHoweverManyWait() {
        CompletableFuture<Void> slow = new CompletableFuture<>();
        CompletionStage<Void> first = steps.add(() -> slow);
        List<CompletionStage<Void>> others =
                IntStream.range(0, 100_000).mapToObj(this::add).toList();
        assertEquals(List.of(), trace);
        assertFalse(isDone(first));

        slow.complete(null);

        assertEquals(IntStream.range(0, 100_000).boxed().toList(), trace);
        assertTrue(others.stream().allMatch(StepsTest::isDone));
        assertTrue(isDone(add("later")));
    }

    @Test
    void goesOnAfterStepsThatFail() {
        IllegalStateException thrown = new IllegalStateException("thrown");
        StackOverflowError deep = new StackOverflowError();
        Exception staged = new Exception("staged");

        CompletionStage<Void> first = steps.add(() -> {
            throw thrown;
        });
        CompletionStage<Void> second = steps.add(() -> {
            throw deep;
        });
        CompletionStage<Void> third = steps.add(() -> CompletableFuture.failedStage(staged));

        assertTrue(isDone(first) && isDone(second) && isDone(third));
        assertTrue(isDone(add("last")));
        assertEquals(List.of(thrown, deep, staged, "last"), trace);
    }

    @Test
    void takesWhatAStepAddsAfterIt() {
        CompletionStage<Void> outer = steps.add(() -> {
            add("inner");
            trace.add("outer");
            return CompletableFuture.completedStage(null);
        });

        assertTrue(isDone(outer));
        assertEquals(List.of("outer", "inner"), trace);
    }
}
