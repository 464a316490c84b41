// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core.internal;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Lets signals of the process run callbacks on the loop.
 *
 * <p>{@code sun.misc.Signal} is reached by reflection through the system class loader: not every runtime has it, and no bundle need import it.
 *
 * @see "SIG-1 to SIG-6"
 */
final class Signals {

    private final SelectorLoop loop;
    private final ClassLoader runtime;

    /** What handled the signal before, by signal name. */
    private final Map<String, Object> former = new HashMap<>();

    Signals(SelectorLoop loop, ClassLoader runtime) {
        this.loop = loop;
        this.runtime = runtime;
    }

    void add(String signal, Runnable callback) {
        Object before = handle(signal, proxy(callback));
        former.putIfAbsent(signal, before);
    }

    boolean remove(String signal) {
        Object before = former.remove(signal);
        if (before == null) {
            return false;
        }
        handle(signal, before);
        return true;
    }

    void close() {
        for (String signal : List.copyOf(former.keySet())) {
            remove(signal);
        }
    }

    private Object proxy(Runnable callback) {
        Class<?> type = type("sun.misc.SignalHandler");
        return Proxy.newProxyInstance(
                type.getClassLoader() == null ? runtime : type.getClassLoader(),
                new Class<?>[] {type},
                (self, method, arguments) -> switch (method.getName()) {
                    case "handle" -> {
                        loop.tell(callback);
                        yield null;
                    }
                    case "equals" -> arguments != null && self == arguments[0];
                    case "hashCode" -> System.identityHashCode(self);
                    default -> "signal handler of loop " + loop.name();
                });
    }

    private Object handle(String name, Object handler) {
        Class<?> signalType = type("sun.misc.Signal");
        try {
            Object signal = signalType.getConstructor(String.class).newInstance(name);
            return signalType
                    .getMethod("handle", signalType, type("sun.misc.SignalHandler"))
                    .invoke(null, signal, handler);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(
                    "cannot handle signal " + name + ": no such signal, or it cannot be caught", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw unsupported(e);
        }
    }

    private Class<?> type(String name) {
        try {
            return Class.forName(name, true, runtime);
        } catch (ClassNotFoundException e) {
            throw unsupported(e);
        }
    }

    private static UnsupportedOperationException unsupported(Exception cause) {
        return new UnsupportedOperationException("this runtime has no signal handlers (module jdk.unsupported)", cause);
    }
}
