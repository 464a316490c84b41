// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.pipe;

import dev.turnout.api.spi.HelperThreads;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Opens a FIFO or device on a thread of its own, as the system keeps whoever opens a FIFO waiting until somebody opens its other end.
 *
 * <p>Given up, it opens the other end itself until the thread has gone: closed sooner, it would do nothing for a thread that has yet to reach the
 * system. If the FIFO was removed meanwhile nobody can do that, and the thread, of the kind that keeps no process alive, waits for good.
 */
final class Opening {

    /** How long the other end is kept open for the thread at most: a path that names another FIFO by now must not keep that one from its end. */
    private static final Duration LETTING_GO = Duration.ofSeconds(10);

    private final Path path;
    private final boolean reading;
    private final BiConsumer<@Nullable FileChannel, @Nullable IOException> opened;
    private final Thread opener;
    private boolean over;

    /** @param opened gets the end or the failure, on the opening thread, unless it was given up before */
    Opening(Path path, boolean reading, BiConsumer<@Nullable FileChannel, @Nullable IOException> opened) {
        this.path = path;
        this.reading = reading;
        this.opened = opened;
        opener = HelperThreads.daemon("turnout-open-" + path, this::open);
    }

    void begin() {
        opener.start();
    }

    /** Gives up, unless it is open by now. Any thread, never blocks. */
    synchronized void cancel() {
        if (!over) {
            over = true;
            HelperThreads.daemon("turnout-open-cancel-" + path, this::letGo).start();
        }
    }

    private void open() {
        FileChannel end = null;
        IOException failure = null;
        OpenOption mode = reading ? StandardOpenOption.READ : StandardOpenOption.WRITE;
        try {
            end = FileChannel.open(path, mode);
        } catch (IOException e) {
            failure = e;
        }
        boolean wanted;
        synchronized (this) {
            wanted = !over;
            over = true;
        }
        if (wanted) {
            opened.accept(end, failure);
        } else {
            close(end);
        }
    }

    private void letGo() {
        FileChannel bothEnds = null;
        try {
            bothEnds = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            opener.join(LETTING_GO.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            System.getLogger(Opening.class.getName())
                    .log(Level.WARNING, "cannot end the opening of " + path + "; a thread waits for its other end", e);
        } finally {
            close(bothEnds);
        }
    }

    static void close(@Nullable FileChannel end) {
        if (end == null) {
            return;
        }
        try {
            end.close();
        } catch (IOException e) {
            System.getLogger(Opening.class.getName()).log(Level.DEBUG, "cannot close " + end, e);
        }
    }
}
