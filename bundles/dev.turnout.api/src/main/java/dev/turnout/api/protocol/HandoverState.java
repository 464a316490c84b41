// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.protocol;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * Carries a connection's state from one protocol to the next: named values of the JDK's own types, and the unread bytes.
 *
 * <p>Nothing of the old bundle can be in it, so that its class loader can go (SWITCH-36). Immutable, apart from mutable values put in.
 */
public final class HandoverState {

    private static final HandoverState EMPTY = new HandoverState(Map.of(), new byte[0]);

    private final Map<String, Object> values;
    private final byte[] unread;

    private HandoverState(Map<String, Object> values, byte[] unread) {
        this.values = values;
        this.unread = unread;
    }

    /** Returns a state without values and bytes. */
    public static HandoverState empty() {
        return EMPTY;
    }

    /**
     * Returns a copy with one more value.
     *
     * @throws IllegalArgumentException if the value, or an element or the order of a collection or map, is not of a type of the JDK, or is one
     *     that holds classes
     */
    public HandoverState with(String name, Object value) {
        requireJdkType(name, value);
        Map<String, Object> more = new LinkedHashMap<>(values);
        more.put(name, value);
        return new HandoverState(java.util.Collections.unmodifiableMap(more), unread);
    }

    /** Returns a copy with these unread bytes, copied from position to limit; the buffer is left as it is. */
    public HandoverState withUnread(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return new HandoverState(values, copy);
    }

    /** Returns the named values. */
    public Map<String, Object> values() {
        return values;
    }

    /** Returns a value, or null if there is none of that name. */
    public @Nullable Object value(String name) {
        return values.get(name);
    }

    /** Returns the unread bytes, read-only. The transport delivers them after {@code takeOver}: the new protocol does not take them from here. */
    public ByteBuffer unread() {
        return ByteBuffer.wrap(unread).asReadOnlyBuffer();
    }

    private static void requireJdkType(String name, Object value) {
        Class<?> type = value instanceof Class<?> named ? named : value.getClass();
        while (type.isArray()) {
            type = type.getComponentType();
        }
        requireJdkLoader(name, type.getName(), type.getClassLoader());
        if (value instanceof Collection<?> elements) {
            elements.forEach(element -> requireJdkType(name, element));
        } else if (value instanceof Map<?, ?> map) {
            map.keySet().forEach(key -> requireJdkType(name, key));
            map.values().forEach(element -> requireJdkType(name, element));
        } else if (value instanceof Object[] elements) {
            for (Object element : elements) {
                requireJdkType(name, element);
            }
        } else if (value instanceof Map.Entry<?, ?> entry) {
            requireJdkType(name, entry.getKey());
            requireJdkType(name, entry.getValue());
        } else if (value instanceof Optional<?> optional) {
            optional.ifPresent(element -> requireJdkType(name, element));
        } else if (value instanceof ClassLoader || value instanceof Thread || value instanceof Throwable) {
            throw new IllegalArgumentException("state \"" + name + "\" cannot be handed over: a "
                    + value.getClass().getName() + " holds classes; hand over bytes, text, numbers or collections of"
                    + " them");
        }
        Comparator<?> order = value instanceof SortedMap<?, ?> map
                ? map.comparator()
                : value instanceof SortedSet<?> set ? set.comparator() : null;
        if (order != null) {
            requireJdkType(name, order);
        }
    }

    private static void requireJdkLoader(String name, String type, @Nullable ClassLoader loader) {
        if (loader != null && loader != ClassLoader.getPlatformClassLoader()) {
            throw new IllegalArgumentException("state \"" + name + "\" cannot be handed over: " + type
                    + " is not a type of the JDK; hand over bytes, text, numbers or collections of them");
        }
    }

    @Override
    public String toString() {
        return "HandoverState" + values.keySet() + ", " + unread.length + " unread bytes";
    }
}
