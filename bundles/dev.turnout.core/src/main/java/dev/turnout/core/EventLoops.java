// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.core.internal.SelectorLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.spi.SelectorProvider;

/** Makes event loops that are run on the caller's own thread; for loops with threads of their own see {@link Loops}. */
public final class EventLoops {

    private EventLoops() {}

    /** Returns a new loop over the system's selectors; run it by {@code runForever} or {@code runUntilComplete}, and close it. */
    public static IoLoop newEventLoop(String name) {
        return newEventLoop(name, SelectorProvider.provider());
    }

    /**
     * Returns a new loop over the selectors of a provider.
     *
     * @throws UncheckedIOException if no selector can be opened, or file descriptors are short
     */
    public static IoLoop newEventLoop(String name, SelectorProvider provider) {
        try {
            return new SelectorLoop(name, provider);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make loop " + name + ": " + e.getMessage(), e);
        }
    }
}
