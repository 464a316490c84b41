// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;

/** Looks into values that are handed over. */
final class Values {

    private Values() {}

    /** Returns the values in a form that compares by content, arrays too. */
    static Object of(Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> copy = new LinkedHashMap<>();
            map.forEach((key, element) -> copy.put(of(key), of(element)));
            return copy;
        }
        if (value.getClass().isArray()) {
            List<Object> elements = new ArrayList<>();
            for (int i = 0; i < Array.getLength(value); i++) {
                elements.add(of(Array.get(value, i)));
            }
            return elements;
        }
        return value;
    }

    /** Returns the names of the types in a value, however deep, that are not the JDK's; they would keep the old bundle's classes. */
    static List<String> foreign(Object value) {
        List<String> found = new ArrayList<>();
        look(value, found);
        return found;
    }

    private static void look(Object value, List<String> found) {
        Class<?> type = value instanceof Class<?> named ? named : value.getClass();
        while (type.isArray()) {
            type = type.getComponentType();
        }
        ClassLoader loader = type.getClassLoader();
        if (loader != null && loader != ClassLoader.getPlatformClassLoader()) {
            found.add(type.getName());
        }
        if (value instanceof Collection<?> elements) {
            elements.forEach(element -> look(element, found));
        } else if (value instanceof Map<?, ?> map) {
            map.forEach((key, element) -> {
                look(key, found);
                look(element, found);
            });
        } else if (value instanceof Object[] elements) {
            for (Object element : elements) {
                look(element, found);
            }
        } else if (value instanceof Optional<?> optional && optional.isPresent()) {
            look(optional.get(), found);
        }
        Object order = value instanceof SortedMap<?, ?> map
                ? map.comparator()
                : value instanceof SortedSet<?> set ? set.comparator() : null;
        if (order != null) {
            look(order, found);
        }
    }
}
