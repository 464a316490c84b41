// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.pipe;

import dev.turnout.api.error.ConnectionAbortedException;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.loop.io.LoopResource;
import dev.turnout.api.spi.HelperThreads;
import dev.turnout.api.spi.Logs;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Opens a FIFO or device on a thread of its own, as the system keeps whoever opens a FIFO waiting until somebody opens its other end.
 *
 * <pre>
 *   waiting --opened, failed--&gt; on its way to the loop --next turn--&gt; over
 *      \---------- given up, loop closed -----------------------------/
 * </pre>
 *
 * <p>Given up, it opens the other end itself until the thread has gone. If the FIFO was removed or replaced meanwhile, or may be opened only one way, nobody
 * can do that, and the thread, of the kind that keeps no process alive, waits for good. Thread: the loop's.
 */
final class Opening implements LoopResource {

    private static final System.Logger LOG = Logs.of(Opening.class.getName());

    private final IoLoop loop;
    private final Path path;
    private final boolean reading;
    private final BiConsumer<@Nullable FileChannel, @Nullable IOException> opened;
    private final Openers openers;
    private final Thread opener;

    // guarded by this
    private @Nullable FileChannel end;
    private @Nullable IOException failure;
    private boolean threadDone;
    private boolean over;

    /** @param opened gets the end or the failure, on the loop, unless it was given up before; the failure on the thread that closes the loop, if that is why */
    Opening(IoLoop loop, Path path, boolean reading, BiConsumer<@Nullable FileChannel, @Nullable IOException> opened) {
        this.loop = loop;
        this.path = path;
        this.reading = reading;
        this.opened = opened;
        openers = Openers.join(path);
        opener = HelperThreads.daemon("turnout-open-" + path, this::open);
    }

    void begin() {
        loop.attach(this);
        try {
            opener.start();
        } catch (Throwable noThread) {
            synchronized (this) {
                over = true;
            }
            openers.leave();
            loop.detach(this);
            throw noThread;
        }
    }

    /** Gives up, unless it is over. Never blocks. */
    void cancel() {
        if (giveUp()) {
            loop.detach(this);
        }
    }

    private boolean giveUp() {
        FileChannel arrived;
        boolean waits;
        synchronized (this) {
            if (over) {
                return false;
            }
            over = true;
            arrived = end;
            end = null;
            waits = !threadDone;
            if (waits) {
                openers.stay(); // before the thread can leave
            }
        }
        close(arrived);
        if (waits) {
            try {
                HelperThreads.daemon("turnout-open-cancel-" + path, this::letGo).start();
            } catch (Throwable noThread) {
                openers.leave();
                waitsOn(noThread);
            }
        }
        return true;
    }

    private void open() {
        FileChannel got = null;
        IOException problem = null;
        try {
            got = openers.open(path, reading, this::isOver);
        } catch (IOException e) {
            problem = e;
        } catch (Throwable e) {
            problem = new IOException("cannot open " + path, e);
        }
        synchronized (this) {
            threadDone = true;
            if (!over) {
                end = got;
                got = null;
                failure = problem;
            }
        }
        openers.leave();
        close(got);
        try {
            loop.execute(this::arrived);
        } catch (IllegalStateException e) {
            LOG.log(Level.DEBUG, "the loop was closed before " + path + " was open; it is told by dropped()", e);
        }
    }

    private synchronized boolean isOver() {
        return over;
    }

    private void arrived() {
        FileChannel arrived;
        IOException problem;
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
            arrived = end;
            end = null;
            problem = failure;
        }
        loop.detach(this);
        opened.accept(arrived, problem);
    }

    private void letGo() {
        try {
            openers.letGo(path, opener);
        } catch (IOException e) {
            waitsOn(e);
        } finally {
            openers.leave();
        }
    }

    private void waitsOn(Throwable why) {
        LOG.log(Level.WARNING, "cannot end the opening of " + path + "; a thread waits for its other end", why);
    }

    static void close(@Nullable FileChannel end) {
        if (end == null) {
            return;
        }
        try {
            end.close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "cannot close " + end, e);
        }
    }

    /** Returns true: nothing of it has begun that could be closed in order. */
    @Override
    public boolean isServer() {
        return true;
    }

    @Override
    public void close() {
        if (giveUp()) {
            loop.detach(this);
            opened.accept(null, new ConnectionAbortedException("opening " + path + " was given up", null));
        }
    }

    @Override
    public void abort() {
        close();
    }

    @Override
    public void dropped() {
        if (giveUp()) {
            opened.accept(
                    null,
                    new ConnectionAbortedException("opening " + path + " was given up, as its loop was closed", null));
        }
    }

    @Override
    public String toString() {
        return "opening of " + path;
    }
}
