// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import dev.turnout.api.spi.HelperThreads;
import dev.turnout.api.spi.Logs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import org.jspecify.annotations.Nullable;

/**
 * Moves bytes between a loop and one blocking end of a pipe, on a thread of its own that begins with the first chunk.
 *
 * <p>At most one chunk of {@link #CHUNK_BYTES} is on its way, so that nothing piles up between the two: a reader that pauses stops the thread one
 * chunk later (READ-12), and a writer is told of a chunk when the system has it. Threads: the loop's and the pump's meet here, under this object's
 * lock, which neither holds while it reads, writes or calls anything.
 *
 * @see "JAVA-35, READ-12"
 */
abstract class Pump {

    /** Is the most that is on its way. */
    static final int CHUNK_BYTES = 64 * 1024;

    private final Channel end;
    private final String name;
    private @Nullable Thread thread;
    private boolean inUse;
    private boolean closed;
    private @Nullable IOException failure;
    private Runnable changed = () -> {};

    /** Is touched by the side whose turn it is. */
    final ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);

    Pump(Channel end, String name) {
        this.end = end;
        this.name = name;
    }

    /** Sets what is called, on the pump's thread, when there is something new for the loop. */
    final void onChange(Runnable action) {
        changed = action;
    }

    /** Waits for work and does it, once; returns whether there may be more. Pump's thread. */
    abstract boolean step() throws IOException, InterruptedException;

    /** Returns how long to wait for work before the thread looks for something else to do, 0 for ever. Under the lock. */
    long patienceMillis() {
        return 0;
    }

    /** Tells whether there is something for the thread to do. Under the lock. */
    abstract boolean hasWork();

    /** Lets the thread look for work. Under the lock. */
    final void work() {
        if (thread == null && !closed) {
            Thread started = HelperThreads.daemon(name, this::run);
            thread = started;
            started.start();
        }
        notifyAll();
    }

    private void run() {
        try {
            boolean more = true;
            while (more) {
                more = step();
            }
        } catch (IOException e) {
            fail(e);
        } catch (InterruptedException | RuntimeException e) {
            fail(new IOException("cannot use " + end + ": " + e.getMessage(), e));
        }
    }

    /** Waits until there is work, or until patience is over. False if it is over; else the end is in use from now on. */
    final synchronized boolean awaitWork() throws InterruptedException {
        long patience = 0;
        while (!closed && !hasWork() && patience == 0) {
            patience = patienceMillis();
            wait(patience);
        }
        inUse = !closed;
        return inUse;
    }

    /** Says that the end is not in use any more; false if the pump was closed meanwhile. */
    final synchronized boolean finished() {
        inUse = false;
        return !closed;
    }

    /** Tells the loop that there is something new. Pump's thread, without the lock. */
    final void tell() {
        changed.run();
    }

    private void fail(IOException e) {
        synchronized (this) {
            inUse = false;
            if (closed) {
                return;
            }
            failure = e;
        }
        changed.run();
    }

    /** Throws what ended the pump, if anything did. Under the lock. */
    final void check() throws IOException {
        if (failure != null) {
            throw failure;
        }
    }

    /** Tells whether the pump has failed. Under the lock. */
    final boolean hasFailed() {
        return failure != null;
    }

    /** Ends the pump and closes its end; a thread that reads or writes meanwhile is woken if the end allows that. Any thread, never blocks. */
    final void close() {
        boolean wake;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            wake = inUse;
            notifyAll();
        }
        if (wake) {
            // waking the other thread may take a moment
            HelperThreads.daemon(name + "-close", this::closeEnd).start();
        } else {
            closeEnd();
        }
    }

    private void closeEnd() {
        try {
            end.close();
        } catch (IOException e) {
            Logs.of(Pump.class.getName()).log(System.Logger.Level.DEBUG, "cannot close " + end, e);
        }
    }
}
