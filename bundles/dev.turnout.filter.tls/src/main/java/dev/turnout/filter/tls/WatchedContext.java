// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import dev.turnout.api.spi.Logs;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Is a context whose files are looked at again and again: what is good is taken for new connections, what is broken is reported once and changes nothing.
 *
 * <p>Thread: any may read; {@link #look} is called by one at a time.
 */
final class WatchedContext implements NamedContext {

    private static final Logger LOG = Logs.of(WatchedContext.class.getName());

    private final String name;
    private final KeyFiles files;
    private volatile @Nullable Loaded loaded;
    private volatile Runnable listener = () -> {};
    private List<Object> seen = List.of();
    private volatile @Nullable String failure;

    WatchedContext(String name, KeyFiles files, @Nullable Loaded before) {
        this.name = name;
        this.files = files;
        this.loaded = before;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public @Nullable Loaded loaded() {
        return loaded;
    }

    @Override
    public @Nullable String failure() {
        return loaded == null ? failure : null;
    }

    @Override
    public void whenUsable(Runnable tell) {
        listener = tell;
    }

    /** Reads the files if they have changed since they were read. What is thrown is reported: whoever looks again and again must go on. */
    synchronized void look() {
        try {
            List<Object> now = stamps();
            if (!now.equals(seen)) {
                load(now);
            }
        } catch (IOException | RuntimeException e) {
            failed(e instanceof IOException ? String.valueOf(e.getMessage()) : e.toString());
        }
    }

    private void load(List<Object> now) throws IOException {
        Loaded before = loaded;
        Loaded read = files.load();
        loaded = read;
        seen = now;
        failure = null;
        LOG.log(
                Level.INFO,
                "TLS context {0}: {1} from {2}",
                name,
                before == null ? "read" : "read again",
                files.files());
        if (before == null || !before.servesAs(read)) {
            listener.run();
        }
    }

    /** Reports a reason once, and has the files read again at the next look. */
    private void failed(String reason) {
        if (!reason.equals(failure)) {
            failure = reason;
            LOG.log(
                    Level.WARNING,
                    "TLS context {0}: {1}; {2}",
                    name,
                    reason,
                    loaded == null ? "it cannot be used" : "what was read before stays in use");
            if (loaded == null) {
                tell();
            }
        }
    }

    private void tell() {
        try {
            listener.run();
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "TLS context " + name + ": nobody was told that it cannot be used", e);
        }
    }

    private List<Object> stamps() {
        List<Object> stamps = new ArrayList<>();
        for (Path file : files.files()) {
            try {
                stamps.add(Files.getLastModifiedTime(file));
                stamps.add(Files.size(file));
            } catch (IOException e) {
                stamps.add(file + " is missing");
            }
        }
        return stamps;
    }
}
