// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core.internal;

import dev.turnout.api.loop.ErrorContext;
import dev.turnout.api.loop.TimerHandle;
import dev.turnout.api.loop.io.LoopResource;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Knows the servers and transports of a loop and ends them in order.
 *
 * <p>Thread: the loop's, except {@link #isDone()}. Open, then closing (servers, then the others, were asked to close), then, at the deadline,
 * aborting; done as soon as nothing is left, or some turns after the abort.
 *
 * @see "LOOP-31, LOOP-32"
 */
final class Shutdown {

    /** The turns that {@code connectionLost} gets after an abort. */
    private static final int TURNS_AFTER_ABORT = 8;

    private final SelectorLoop loop;

    /** Where each resource was made; no frames outside debug mode. */
    private final IdentityHashMap<LoopResource, List<StackTraceElement>> resources = new IdentityHashMap<>();

    private boolean begun;
    private @Nullable TimerHandle deadline;
    private volatile boolean done;

    Shutdown(SelectorLoop loop) {
        this.loop = loop;
    }

    void attach(LoopResource resource, List<StackTraceElement> origin) {
        resources.put(resource, origin);
        if (begun) {
            // too late for this one: it ends as soon as the caller is through with making it
            loop.callSoon(() -> end(resource, LoopResource::close));
        }
    }

    void detach(LoopResource resource) {
        resources.remove(resource);
        if (begun && resources.isEmpty()) {
            loop.callSoon(this::finishIfEmpty);
        }
    }

    void begin(long timeoutNanos) {
        if (begun) {
            return;
        }
        begun = true;
        List<LoopResource> present = new ArrayList<>(resources.keySet());
        deadline = loop.callLater(timeoutNanos, this::abortRest);
        endAll(present, true, LoopResource::close);
        endAll(present, false, LoopResource::close);
        finishIfEmpty();
    }

    boolean isDone() {
        return done;
    }

    /** Returns the resources that are still there, with the place where each was made. */
    IdentityHashMap<LoopResource, List<StackTraceElement>> resources() {
        return new IdentityHashMap<>(resources);
    }

    private void abortRest() {
        List<LoopResource> left = new ArrayList<>(resources.keySet());
        endAll(left, true, LoopResource::abort);
        endAll(left, false, LoopResource::abort);
        waitTurns(TURNS_AFTER_ABORT);
    }

    private void waitTurns(int turns) {
        if (turns == 0) {
            finish();
        } else if (!done) {
            finishIfEmpty();
            loop.callSoon(() -> waitTurns(turns - 1));
        }
    }

    private void endAll(List<LoopResource> list, boolean servers, Consumer<LoopResource> how) {
        for (LoopResource resource : list) {
            if (resource.isServer() == servers) {
                end(resource, how);
            }
        }
    }

    private void end(LoopResource resource, Consumer<LoopResource> how) {
        if (!resources.containsKey(resource)) {
            return;
        }
        try {
            how.accept(resource);
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            loop.callExceptionHandler(
                    ErrorContext.of("Exception while a loop shuts down", e).with(ErrorContext.TRANSPORT, resource));
        }
    }

    private void finishIfEmpty() {
        if (resources.isEmpty()) {
            finish();
        }
    }

    private void finish() {
        if (!done) {
            done = true;
            if (deadline != null) {
                deadline.cancel();
            }
            loop.stop();
        }
    }
}
