// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core;

import java.text.MessageFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Records what a logger says and keeps it off the console. */
public final class LogRecorder extends Handler {

    private final Logger logger;
    private final List<LogRecord> records = new CopyOnWriteArrayList<>();
    private volatile Error failure;

    public LogRecorder(String name) {
        logger = Logger.getLogger(name);
        logger.setUseParentHandlers(false);
        logger.setLevel(Level.ALL);
        logger.addHandler(this);
    }

    /** Has every record fail from now on, as one does for which a class cannot be loaded. */
    public void failWith(Error error) {
        failure = error;
    }

    public List<LogRecord> at(Level level) {
        return records.stream().filter(r -> r.getLevel().equals(level)).toList();
    }

    public List<String> texts(Level level) {
        return at(level).stream().map(LogRecorder::text).toList();
    }

    public boolean has(Level level, String part) {
        return texts(level).stream().anyMatch(text -> text.contains(part));
    }

    private static String text(LogRecord record) {
        Object[] parameters = record.getParameters();
        return parameters == null || parameters.length == 0
                ? record.getMessage()
                : MessageFormat.format(record.getMessage(), parameters);
    }

    @Override
    public void publish(LogRecord record) {
        if (failure != null) {
            throw failure;
        }
        records.add(record);
    }

    @Override
    public void flush() {
        // nothing is held back
    }

    @Override
    public void close() {
        logger.removeHandler(this);
        logger.setLevel(null);
        logger.setUseParentHandlers(true);
    }
}
