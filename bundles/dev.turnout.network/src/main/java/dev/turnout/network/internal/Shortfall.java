// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.spi.Logs;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Says why one server is not as its configuration says: to pictures at once, to the log unless it is mended meanwhile.
 *
 * <p>Threads: any; told by the server's steps, which follow each other.
 */
final class Shortfall {

    /**
     * Says why the server is not as its configuration says.
     *
     * @param property the property at fault, or an empty text
     * @param value its value
     * @param reason why not, and what to do
     */
    record Failure(String property, String value, String reason) {}

    private static final System.Logger LOG = Logs.of("dev.turnout.network");

    private final Core core;
    private final Supplier<String> subject;
    private final Supplier<String> consequence;
    private final DelayedAction delayed = new DelayedAction();
    private volatile @Nullable Failure failure;
    /** What is wrong with the configuration itself, until it is written anew; tells more than what came of it. */
    private volatile @Nullable Failure misread;

    /**
     * Begins without a failure.
     *
     * @param subject names the server and where its configuration is from
     * @param consequence says how the server is in spite of it
     */
    Shortfall(Core core, Supplier<String> subject, Supplier<String> consequence) {
        this.core = core;
        this.subject = subject;
        this.consequence = consequence;
    }

    @Nullable
    Failure failure() {
        Failure wrong = misread;
        return wrong == null ? failure : wrong;
    }

    /** Remembers and logs what is wrong with the configuration itself, which nothing but a new configuration mends. */
    void misread(String property, String value, @Nullable String reason) {
        Failure next = new Failure(property, value, reason == null ? "unknown" : reason);
        if (!next.equals(misread)) {
            misread = next;
            report(next);
        }
    }

    /** Is told that the configuration could be read. */
    void read() {
        misread = null;
    }

    /** Remembers the failure for pictures at once, and logs it after the delay unless it is mended until then. */
    void fail(String property, String value, @Nullable String reason, Duration delay) {
        Failure next = new Failure(property, value, reason == null ? "unknown" : reason);
        if (next.equals(failure)) {
            return;
        }
        failure = next;
        if (delay.isZero()) {
            delayed.drop();
            report(next);
        } else {
            delayed.hold(core.loops.choose(), delay, () -> report(next));
        }
    }

    private void report(Failure what) {
        LOG.log(
                Level.WARNING,
                () -> subject.get() + ": " + what.property() + "=" + what.value() + ": " + what.reason() + "; "
                        + consequence.get());
    }

    /** Forgets it, as the server is as it should be. */
    void mended() {
        failure = null;
        delayed.drop();
    }
}
