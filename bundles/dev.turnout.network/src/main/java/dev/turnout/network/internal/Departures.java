// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.network.dto.LeakDTO;
import dev.turnout.api.protocol.BaseProtocol;
import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Remembers, weakly, the class loaders of bundles whose services have left, to tell whether they were collected and what holds them.
 *
 * <p>Any thread.
 *
 * @see "SWITCH-37"
 */
final class Departures {

    private static final int KEPT = 100;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(3);

    /** Is one bundle's classes as they were when a service of theirs left. */
    private record Departed(String bundle, long time, WeakReference<ClassLoader> loader) {}

    private final Core core;
    private final Deque<Departed> departed = new ArrayDeque<>();

    Departures(Core core) {
        this.core = core;
    }

    /** Remembers where a service that has left comes from; the loader of Turnout itself and of the class path are not of interest. */
    synchronized void add(Object service) {
        ClassLoader loader = service.getClass().getClassLoader();
        String bundle = BundleNames.of(service.getClass());
        if (loader == null
                || bundle.isEmpty()
                || departed.stream().anyMatch(one -> one.loader().get() == loader)) {
            return;
        }
        if (departed.size() == KEPT) {
            departed.removeFirst();
        }
        departed.addLast(new Departed(bundle, System.currentTimeMillis(), new WeakReference<>(loader)));
    }

    private synchronized List<Departed> all() {
        return List.copyOf(departed);
    }

    /** Has the garbage collected on an executor's thread, then says what is left. */
    CompletionStage<List<LeakDTO>> leaks() {
        CompletableFuture<List<LeakDTO>> result = new CompletableFuture<>();
        core.loops
                .choose()
                .runInExecutor(null, this::collect)
                .thenCompose(left -> held(left))
                .whenComplete((leaks, failure) -> {
                    if (failure == null) {
                        result.complete(leaks);
                    } else {
                        result.completeExceptionally(LoopCalls.cause(failure));
                    }
                });
        return result;
    }

    /** Asks for collections until every loader is gone that is not in use, or time is over. */
    private List<Departed> collect() {
        List<Departed> all = all();
        long until = System.nanoTime() + PATIENCE_NANOS;
        while (all.stream().anyMatch(one -> isLeft(one)) && System.nanoTime() - until < 0) {
            System.gc();
        }
        return all;
    }

    private static boolean isLeft(Departed one) {
        ClassLoader loader = one.loader().get();
        return loader != null && !BundleNames.isInUse(loader);
    }

    private CompletionStage<List<LeakDTO>> held(List<Departed> all) {
        List<List<String>> holders = new ArrayList<>();
        all.forEach(one -> holders.add(java.util.Collections.synchronizedList(new ArrayList<>())));
        List<CompletionStage<Void>> looks = new ArrayList<>();
        Set<Thread> loopThreads = ConcurrentHashMap.newKeySet();
        core.loops
                .loops()
                .forEach(loop -> looks.add(LoopCalls.on(loop, () -> {
                    loopThreads.add(Thread.currentThread());
                    for (Session session : core.sessions.values()) {
                        if (session.transport.loop() == loop) {
                            for (int i = 0; i < all.size(); i++) {
                                if (isOf(session.protocol(), all.get(i).loader().get())) {
                                    holders.get(i).add("connection " + session.id);
                                }
                            }
                        }
                    }
                })));
        return LoopCalls.all(looks).thenApply(looked -> {
            List<LeakDTO> leaks = new ArrayList<>();
            Map<Thread, StackTraceElement[]> threads = new HashMap<>(Thread.getAllStackTraces());
            // what a loop runs belongs to connections, and mostly to the version that serves them now
            threads.replaceAll((thread, stack) -> loopThreads.contains(thread) ? new StackTraceElement[0] : stack);
            for (int i = 0; i < all.size(); i++) {
                leaks.add(leak(all.get(i), holders.get(i), threads));
            }
            return leaks;
        });
    }

    private static boolean isOf(@Nullable BaseProtocol protocol, @Nullable ClassLoader loader) {
        return protocol != null && loader != null && protocol.getClass().getClassLoader() == loader;
    }

    private static LeakDTO leak(Departed one, List<String> connections, Map<Thread, StackTraceElement[]> threads) {
        LeakDTO dto = new LeakDTO();
        dto.bundle = one.bundle();
        dto.left = one.time();
        ClassLoader loader = one.loader().get();
        dto.collected = loader == null;
        if (loader == null) {
            return dto;
        }
        dto.installed = BundleNames.isInUse(loader);
        List<String> holders = new ArrayList<>(connections);
        threads.forEach((thread, stack) -> {
            String running = running(stack, loader);
            if (thread.getContextClassLoader() == loader) {
                holders.add("thread \"" + thread.getName() + "\", by its context class loader");
            } else if (thread.getClass().getClassLoader() == loader) {
                holders.add("thread \"" + thread.getName() + "\", by its class");
            } else if (!running.isEmpty()) {
                // a stack has names only, and the bundle's next version may have a class of this name
                holders.add("perhaps thread \"" + thread.getName() + "\", by " + running + " on its stack");
            }
        });
        dto.holders = holders.toArray(String[]::new);
        return dto;
    }

    /** Returns the first class on a stack whose name is that of a class of the loader, or an empty text. */
    private static String running(StackTraceElement[] stack, ClassLoader loader) {
        Set<String> packages =
                Arrays.stream(loader.getDefinedPackages()).map(Package::getName).collect(Collectors.toSet());
        for (StackTraceElement frame : stack) {
            String name = frame.getClassName();
            if (packages.contains(name.substring(0, Math.max(0, name.lastIndexOf('.')))) && isOwn(name, loader)) {
                return name;
            }
        }
        return "";
    }

    private static boolean isOwn(String name, ClassLoader loader) {
        try {
            return Class.forName(name, false, loader).getClassLoader() == loader;
        } catch (ClassNotFoundException | LinkageError | RuntimeException e) {
            // one of a lambda, or what the jar has no more that is gone
            return false;
        }
    }
}
