// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Holds the configured contexts by name. Thread: any. */
final class Contexts {

    private final Map<String, NamedContext> byName = new ConcurrentHashMap<>();

    void add(NamedContext context) {
        byName.put(context.name(), context);
    }

    void remove(NamedContext context) {
        byName.remove(context.name(), context);
    }

    /** Returns what the context of that name holds now, or null if there is none or it could never be read. */
    NamedContext.@Nullable Loaded find(String name) {
        NamedContext context = byName.get(name);
        return context == null ? null : context.loaded();
    }

    /** Returns why the context of that name cannot be used, or null if there is none, or no reason. */
    @Nullable
    String failure(String name) {
        NamedContext context = byName.get(name);
        return context == null ? null : context.failure();
    }

    /** Returns the names of those that can be used. */
    Set<String> names() {
        TreeSet<String> names = new TreeSet<>();
        byName.forEach((name, context) -> {
            if (context.loaded() != null) {
                names.add(name);
            }
        });
        return names;
    }

    String present() {
        Set<String> names = names();
        return names.isEmpty() ? "none" : String.join(", ", names);
    }
}
