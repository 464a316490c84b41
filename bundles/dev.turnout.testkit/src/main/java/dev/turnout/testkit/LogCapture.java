// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.jspecify.annotations.Nullable;

/** Keeps what is logged through {@code System.Logger} while it is open, where that goes to {@code java.util.logging}. Any thread. */
public final class LogCapture implements AutoCloseable {

    private final Logger root = Logger.getLogger("");
    private final Logger verbose;
    private final @Nullable Level before;
    private static final Formatter FORMATTER = new SimpleFormatter();

    private final List<LogRecord> records = new CopyOnWriteArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord record) {
            records.add(record);
        }

        @Override
        public void flush() {
            // nothing is held back
        }

        @Override
        public void close() {
            // nothing is open
        }
    };

    /** Begins to listen. */
    public LogCapture() {
        this("");
    }

    /** Begins to listen, also to what one class logs at debug level. */
    public LogCapture(Class<?> atDebugLevel) {
        this(atDebugLevel.getName());
        verbose.setLevel(Level.FINE);
    }

    private LogCapture(String logger) {
        verbose = Logger.getLogger(logger);
        before = verbose.getLevel();
        root.addHandler(handler);
    }

    /** Returns how many warnings contain the text. */
    public int warnings(String text) {
        return (int) records.stream()
                .filter(record -> record.getLevel().equals(Level.WARNING))
                .filter(record -> String.valueOf(record.getMessage()).contains(text))
                .count();
    }

    /** Returns the messages logged so far. */
    public List<String> messages() {
        return records.stream()
                .map(record -> record.getLevel() + " " + FORMATTER.formatMessage(record))
                .toList();
    }

    @Override
    public void close() {
        root.removeHandler(handler);
        verbose.setLevel(before);
    }
}
