// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Holds services by name, best first: the highest ranking, then the newest version of one bundle, then the lowest service id.
 *
 * <p>Threads: changes from any, one after the other; a look-up reads one immutable snapshot.
 *
 * @param <T> the kind of service
 */
final class Catalog<T> {

    /**
     * Holds one service.
     *
     * @param name what it is found by
     * @param service the service
     * @param ranking higher wins
     * @param id lower wins among equals
     * @param state no other service has it, and this one has another when its properties have changed
     */
    record Entry<T>(String name, T service, int ranking, long id, long state) {}

    private volatile List<Entry<T>> entries = List.of();
    private long states;

    /** Adds a service, or replaces it if its properties have changed. */
    synchronized void add(String name, T service, Map<String, ?> properties) {
        List<Entry<T>> changed = new ArrayList<>(entries);
        changed.removeIf(entry -> entry.service() == service);
        changed.add(new Entry<>(
                name,
                service,
                number(properties, "service.ranking").intValue(),
                id(properties, changed.size()),
                states++));
        changed.sort(order(changed));
        entries = List.copyOf(changed);
    }

    /** Compares by ranking; the versions of one bundle stand together, the newest first, where its oldest service would stand. */
    private static <T> Comparator<Entry<T>> order(List<Entry<T>> all) {
        Map<String, Long> oldest = new HashMap<>();
        all.forEach(entry -> oldest.merge(family(entry), entry.id(), Math::min));
        return Comparator.comparingInt((Entry<T> entry) -> -entry.ranking())
                .thenComparing(entry -> oldest.get(family(entry)))
                .thenComparing((one, other) -> -BundleNames.compareVersions(
                        one.service().getClass(), other.service().getClass()))
                .thenComparing(Entry::id);
    }

    private static String family(Entry<?> entry) {
        String bundle = BundleNames.symbolicName(entry.service().getClass());
        return bundle.isEmpty() ? Long.toString(entry.id()) : bundle;
    }

    /** Removes a service and returns what was known of it, or null if it was not there. */
    synchronized @Nullable Entry<T> remove(T service) {
        for (Entry<T> entry : entries) {
            if (entry.service() == service) {
                List<Entry<T>> changed = new ArrayList<>(entries);
                changed.remove(entry);
                entries = List.copyOf(changed);
                return entry;
            }
        }
        return null;
    }

    /** Returns the best service of a name, or null. */
    @Nullable
    T find(String name) {
        Entry<T> entry = entry(name);
        return entry == null ? null : entry.service();
    }

    /** Returns the best service of a name with what is known of it, or null. */
    @Nullable
    Entry<T> entry(String name) {
        return entry(name, entry -> true);
    }

    /** Returns the best service of a name for which this is true, with what is known of it, or null. */
    @Nullable
    Entry<T> entry(String name, Predicate<Entry<T>> which) {
        for (Entry<T> entry : entries) {
            if (entry.name().equals(name) && which.test(entry)) {
                return entry;
            }
        }
        return null;
    }

    /** Tells whether a service is present. */
    boolean holds(T service) {
        for (Entry<T> entry : entries) {
            if (entry.service() == service) {
                return true;
            }
        }
        return false;
    }

    /** Returns all, best first. */
    List<Entry<T>> entries() {
        return entries;
    }

    /** Returns the names, sorted. */
    List<String> names() {
        TreeSet<String> names = new TreeSet<>();
        entries.forEach(entry -> names.add(entry.name()));
        return List.copyOf(names);
    }

    /** Returns the names for an error text. */
    String present() {
        List<String> names = names();
        return names.isEmpty() ? "none" : String.join(", ", names);
    }

    private static Number number(Map<String, ?> properties, String key) {
        return properties.get(key) instanceof Number number ? number : 0;
    }

    /** Outside a framework services have no id: the order in which they came decides. */
    private static long id(Map<String, ?> properties, int otherwise) {
        return properties.get("service.id") instanceof Long id ? id : otherwise;
    }
}
