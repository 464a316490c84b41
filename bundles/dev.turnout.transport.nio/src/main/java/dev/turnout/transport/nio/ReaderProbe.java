// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether anybody reads a pipe, without writing to it.
 *
 * <p>The JDK has no way to ask for errors of a descriptor alone. But Linux, asked to send nothing out of a file into a pipe, looks for readers first
 * (since 5.12). Blocks while the pipe is full, so it is asked only when the pipe has room or on a thread of its own.
 *
 * @see "PIPE-12"
 */
final class ReaderProbe {

    /** The first look is soon, later ones are rarer and rarer. */
    static final long FIRST_MILLIS = 20;

    /** The longest time between two looks. */
    static final long MOST_MILLIS = 1000;

    private static final Path FILE = Path.of(System.getProperty("java.home"), "release");

    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");
    private static final int MAJOR = 5;
    private static final int MINOR = 12;

    private ReaderProbe() {}

    /** Tells whether this system can be asked. */
    static boolean works() {
        Matcher version = VERSION.matcher(System.getProperty("os.version"));
        if (!System.getProperty("os.name").equals("Linux") || !version.matches()) {
            return false;
        }
        int major = Integer.parseInt(version.group(1));
        return major > MAJOR || (major == MAJOR && Integer.parseInt(version.group(2)) >= MINOR);
    }

    /** Tells whether the pipe has lost its last reader; false where that cannot be found out. */
    static boolean readerGone(WritableByteChannel pipe) {
        try (FileChannel file = FileChannel.open(FILE, StandardOpenOption.READ)) {
            file.transferTo(file.size(), 1, pipe);
            return false;
        } catch (IOException e) {
            String text = e.getMessage();
            return text != null && text.contains("Broken pipe");
        }
    }

    /** Does the same for a pipe of this process that has a descriptor of this number. */
    static boolean readerGone(WritableByteChannel pipe, @Nullable Path descriptor) {
        if (descriptor == null) {
            return readerGone(pipe);
        }
        try (FileChannel again = FileChannel.open(descriptor, StandardOpenOption.WRITE)) {
            return readerGone(again);
        } catch (IOException e) {
            return readerGone(pipe);
        }
    }
}
