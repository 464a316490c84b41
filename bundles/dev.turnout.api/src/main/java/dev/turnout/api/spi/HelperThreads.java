// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.spi;

import java.security.AccessController;
import java.security.PrivilegedAction;

/**
 * Makes the threads that loops and transports run beside themselves, which may outlive the protocol whose callback needed them.
 *
 * <p>A plain new thread holds what it inherits from its maker: the context class loader, inheritable thread locals, and before JDK 24 the protection
 * domains of all callers, and with them the class loaders of their bundles. These threads inherit none of it, so that a protocol's bundle can be
 * collected while a thread lives that one of its callbacks has started.
 *
 * @see "SWITCH-37, JAVA-35"
 */
public final class HelperThreads {

    private HelperThreads() {}

    /** Makes a daemon thread, not started, whose context class loader is the system's. Any thread. */
    @SuppressWarnings("removal") // without effect from JDK 24 on, where a thread keeps no protection domains
    public static Thread daemon(String name, Runnable task) {
        return AccessController.doPrivileged((PrivilegedAction<Thread>) () -> {
            Thread thread = new Thread(null, task, name, 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(ClassLoader.getSystemClassLoader());
            return thread;
        });
    }
}
