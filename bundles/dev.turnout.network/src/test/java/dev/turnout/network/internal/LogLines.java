// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import java.text.MessageFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Collects what the network logs during a test. */
final class LogLines extends Handler implements AutoCloseable {

    private record Line(Level level, String text) {}

    private final Logger logger = Logger.getLogger("dev.turnout.network");
    private final Level before = logger.getLevel();
    private final List<Line> lines = new CopyOnWriteArrayList<>();

    /** Collects what is logged anyway. */
    LogLines() {
        logger.addHandler(this);
    }

    /** Collects what is logged at a level or above. */
    LogLines(Level least) {
        this();
        logger.setLevel(least);
    }

    List<String> warnings() {
        return lines.stream()
                .filter(line -> line.level().intValue() >= Level.WARNING.intValue())
                .map(Line::text)
                .toList();
    }

    /** Counts the lines that end so. */
    long endingWith(String end) {
        return lines.stream().filter(line -> line.text().endsWith(end)).count();
    }

    /** Returns what was logged at just this level. */
    List<String> at(Level level) {
        return lines.stream()
                .filter(line -> line.level().equals(level))
                .map(Line::text)
                .toList();
    }

    @Override
    public void publish(LogRecord line) {
        Object[] parameters = line.getParameters();
        lines.add(new Line(
                line.getLevel(),
                parameters == null || parameters.length == 0
                        ? line.getMessage()
                        : MessageFormat.format(line.getMessage(), parameters)));
    }

    @Override
    public void flush() {
        // nothing is buffered
    }

    @Override
    public void close() {
        logger.removeHandler(this);
        logger.setLevel(before);
    }
}
