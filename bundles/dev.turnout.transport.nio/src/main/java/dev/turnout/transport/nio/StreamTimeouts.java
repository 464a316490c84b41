// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import dev.turnout.api.error.TimedOutException;
import dev.turnout.api.loop.EventLoop;
import dev.turnout.api.loop.TimerHandle;
import dev.turnout.api.network.Option;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Ends a connection on which nothing moves, or whose peer sends no first byte.
 *
 * <p>One timer for each limit; traffic only notes the time, and a timer that fires too early is set again for the rest.
 */
final class StreamTimeouts {

    private final EventLoop loop;
    private final Duration idle;
    private final Duration firstByte;
    private final Consumer<TimedOutException> expired;
    private long lastTraffic;
    private boolean received;
    private @Nullable TimerHandle idleTimer;
    private @Nullable TimerHandle firstByteTimer;

    private StreamTimeouts(EventLoop loop, StreamSettings settings, Consumer<TimedOutException> expired) {
        this.loop = loop;
        this.idle = settings.idleTimeout();
        this.firstByte = settings.firstByteTimeout();
        this.expired = expired;
    }

    /** Returns null if the settings have no limit, which keeps the clock off the data path. */
    static @Nullable StreamTimeouts of(EventLoop loop, StreamSettings settings, Consumer<TimedOutException> expired) {
        boolean off =
                settings.idleTimeout().isZero() && settings.firstByteTimeout().isZero();
        return off ? null : new StreamTimeouts(loop, settings, expired);
    }

    void start() {
        lastTraffic = loop.time();
        if (!idle.isZero()) {
            idleTimer = loop.callLater(idle, this::checkIdle);
        }
        if (!firstByte.isZero() && !received) {
            firstByteTimer = loop.callLater(
                    firstByte,
                    () -> expired.accept(new TimedOutException(
                            "the peer sent no first byte within " + Option.text(firstByte)
                                    + "; see option first.byte.timeout",
                            null)));
        }
    }

    void received() {
        lastTraffic = loop.time();
        if (!received) {
            received = true;
            cancel(firstByteTimer);
        }
    }

    void sent() {
        lastTraffic = loop.time();
    }

    void stop() {
        cancel(idleTimer);
        cancel(firstByteTimer);
    }

    private void checkIdle() {
        long rest = idle.toNanos() - (loop.time() - lastTraffic);
        if (rest > 0) {
            idleTimer = loop.callLater(rest, this::checkIdle);
        } else {
            expired.accept(new TimedOutException(
                    "nothing was received or sent for " + Option.text(idle) + "; see option idle.timeout", null));
        }
    }

    private static void cancel(@Nullable TimerHandle timer) {
        if (timer != null) {
            timer.cancel();
        }
    }
}
