// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.network;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Holds values of options; immutable, every change makes a new one.
 *
 * @param <O> the concrete kind of options
 * @see "JAVA-9"
 */
public abstract class Options<O extends Options<O>> {

    private final Map<Option<?>, Object> values;

    Options(Map<Option<?>, Object> values) {
        this.values = values;
    }

    abstract O copy(Map<Option<?>, Object> newValues);

    /** Returns the options of this kind by name. */
    public abstract Map<String, Option<?>> known();

    /** Returns a copy with this value; null restores the default. */
    public <T> O with(Option<T> option, @Nullable T value) {
        if (!known().containsValue(option)) {
            throw new IllegalArgumentException(unknown(option.name(), known -> false));
        }
        Map<Option<?>, Object> changed = new LinkedHashMap<>(values);
        if (value == null) {
            changed.remove(option);
        } else {
            changed.put(option, value);
        }
        return copy(Collections.unmodifiableMap(changed));
    }

    /**
     * Returns a copy with the values that the texts stand for.
     *
     * @throws IllegalArgumentException if a name is unknown (the message lists those that a text can set) or a text is not legal
     */
    public O with(Map<String, String> texts) {
        Map<Option<?>, Object> changed = new LinkedHashMap<>(values);
        texts.forEach((name, text) -> {
            Option<?> option = known().get(name);
            if (option == null) {
                throw new IllegalArgumentException(unknown(name, Option::isForCodeOnly));
            }
            changed.put(option, option.parse(text));
        });
        return copy(Collections.unmodifiableMap(changed));
    }

    /** Returns the value, or the option's default, which may be null. */
    @SuppressWarnings("unchecked")
    public <T> @Nullable T find(Option<T> option) {
        Object value = values.get(option);
        return value == null ? option.fallback() : (T) value;
    }

    /** Returns the value of an option that has a default. */
    public <T> T get(Option<T> option) {
        return Objects.requireNonNull(find(option), () -> option.name() + " is not set and has no default");
    }

    /** Tells whether a value was set, even if it equals the default. */
    public boolean isSet(Option<?> option) {
        return values.containsKey(option);
    }

    /** Returns the values that were set. */
    public Map<Option<?>, Object> values() {
        return values;
    }

    static Map<String, Option<?>> byName(Collection<? extends Option<?>> options) {
        Map<String, Option<?>> names = new TreeMap<>();
        options.forEach(option -> names.put(option.name(), option));
        return Collections.unmodifiableMap(names);
    }

    private String unknown(String name, Predicate<Option<?>> without) {
        return "unknown option \"" + name + "\"; known: "
                + known().values().stream()
                        .filter(without.negate())
                        .map(Option::name)
                        .collect(Collectors.joining(", "));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Options<?> that && that.known() == known() && that.values.equals(values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + values;
    }
}
