// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.pipe;

import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Are the threads of this process that open one FIFO or device.
 *
 * <p>The system keeps whoever opens a FIFO waiting until somebody opens its other end. To let one thread go, the other end is opened here until that thread
 * has ended, which lets all others of the same FIFO go too. Those of this process find that out, keep what they got, and open once more before they
 * believe that there is somebody; a reader need not, if bytes are there, which only a real writer leaves. Any thread.
 */
final class Openers {

    /** How long the other end is kept open for a thread at most. */
    private static final Duration LETTING_GO = Duration.ofSeconds(10);

    /** By the file's key; guarded by itself. */
    private static final Map<Object, Openers> ALL = new HashMap<>();

    private final Object key;
    private int users;
    private int lettingGo;
    private int generation;

    private Openers(Object key) {
        this.key = key;
    }

    /** Returns those of a file for one that is going to be; it must {@link #leave} once. */
    static Openers join(Path path) {
        Object key = keyOf(path);
        synchronized (ALL) {
            Openers openers = ALL.computeIfAbsent(key, Openers::new);
            openers.users++;
            return openers;
        }
    }

    /** Says that one of them is going to {@link #letGo}, after which it must {@link #leave} once more. */
    void stay() {
        synchronized (ALL) {
            users++;
        }
    }

    void leave() {
        synchronized (ALL) {
            users--;
            if (users == 0) {
                ALL.remove(key);
            }
        }
    }

    /** Returns what tells a file from one that has its name later; the path where the system has no such thing. */
    private static Object keyOf(Path path) {
        try {
            Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
            return key == null ? path : key;
        } catch (IOException e) {
            return path;
        }
    }

    /**
     * Opens, when the system lets it.
     *
     * @param givenUp asked again and again, also after {@link #letGo}
     * @return the end, or null if it was given up
     */
    @Nullable
    FileChannel open(Path path, boolean reading, BooleanSupplier givenUp) throws IOException {
        End end = null;
        while (true) {
            int before;
            synchronized (this) {
                awaitQuiet(givenUp);
                before = generation;
            }
            if (givenUp.getAsBoolean()) {
                Opening.close(end == null ? null : end.channel);
                return null;
            }
            if (end != null && end.hasBytes()) {
                return end.channel;
            }
            End former = end;
            try {
                end = End.open(path, reading);
            } catch (IOException e) {
                if (former != null) {
                    return former.channel; // it cannot be asked for once more; what it has is not lost
                }
                throw e;
            }
            Opening.close(former == null ? null : former.channel);
            synchronized (this) {
                if (generation == before) {
                    return end.channel;
                }
            }
        }
    }

    /**
     * Is an end that was opened.
     *
     * @param channel the end
     * @param input the same as a stream, which can tell what is there to be read; null for a writing end
     */
    private record End(FileChannel channel, @Nullable InputStream input) {

        static End open(Path path, boolean reading) throws IOException {
            if (!reading) {
                return new End(FileChannel.open(path, StandardOpenOption.WRITE), null);
            }
            try {
                FileInputStream input = new FileInputStream(path.toFile());
                return new End(input.getChannel(), input);
            } catch (FileNotFoundException e) {
                throw Files.exists(path)
                        ? new AccessDeniedException(path.toString(), null, e.getMessage())
                        : new NoSuchFileException(path.toString(), null, e.getMessage());
            }
        }

        boolean hasBytes() {
            try {
                return input != null && input.available() > 0;
            } catch (IOException e) {
                return false; // a device that cannot tell
            }
        }
    }

    private synchronized void awaitQuiet(BooleanSupplier givenUp) throws InterruptedIOException {
        try {
            while (lettingGo > 0 && !givenUp.getAsBoolean()) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while another opening was given up");
        }
    }

    /**
     * Opens the other end until a thread has left the system; blocks so long, though not above ten seconds. A path that names another file by now is left
     * alone, as nothing there could help the thread.
     *
     * @throws IOException if that cannot be done, and the thread waits on
     */
    void letGo(Path path, Thread opener) throws IOException {
        synchronized (this) {
            lettingGo++;
            generation++;
            notifyAll();
        }
        FileChannel bothEnds = null;
        try {
            if (!keyOf(path).equals(key)) {
                throw new IOException(path + " is another file by now");
            }
            bothEnds = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            opener.join(LETTING_GO.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            Opening.close(bothEnds);
            synchronized (this) {
                lettingGo--;
                notifyAll();
            }
        }
    }
}
