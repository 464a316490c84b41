// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.unix;

import dev.turnout.api.error.AddressInUseException;
import dev.turnout.api.spi.Logs;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Knows the file of a listening unix socket, so that only that very file is removed later.
 *
 * @param path where it is
 * @param key the file's identity, or null if the file system has none
 * @see "UNIX-5 to UNIX-9"
 */
record SocketFile(Path path, @Nullable Object key) {

    /** The bits of a file's mode that say of what type it is, and what they are for a socket: the same on every system that has them. */
    private static final int TYPE = 0xF000;

    private static final int SOCKET = 0xC000;

    private static final Logger LOG = Logs.of(SocketFile.class.getName());

    /** Remembers the file that a bind has just made. */
    static SocketFile of(Path path) throws IOException {
        return new SocketFile(path, attributes(path).fileKey());
    }

    /** Removes the file, unless it is gone or another one has taken its place (UNIX-7). */
    void remove() {
        try {
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && sameAs(attributes(path))) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "cannot remove the socket file " + path, e);
        }
    }

    private boolean sameAs(BasicFileAttributes present) throws IOException {
        return key != null ? key.equals(present.fileKey()) : isSocket(path);
    }

    /**
     * Removes a socket file that nobody listens at any more.
     *
     * @throws AddressInUseException naming the path, if somebody listens there, or if it is another kind of file
     * @see "UNIX-5"
     */
    static void removeStale(SelectorProvider provider, Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!isSocket(path)) {
            throw new AddressInUseException(
                    "address already in use: " + path + " is no socket; choose another path", null);
        }
        if (isListenedAt(provider, path)) {
            throw new AddressInUseException(
                    "address already in use: somebody listens at " + path + "; stop it or choose another path", null);
        }
        Files.deleteIfExists(path);
    }

    private static boolean isListenedAt(SelectorProvider provider, Path path) throws IOException {
        try (SocketChannel probe = provider.openSocketChannel(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false);
            probe.connect(UnixDomainSocketAddress.of(path));
            return true;
        } catch (IOException e) {
            String text = String.valueOf(e.getMessage());
            return !text.contains("refused") && !text.contains("not a socket");
        }
    }

    /** Tells a socket from FIFOs and devices: a connect is refused at all of them, which says nothing of a stale one. */
    private static boolean isSocket(Path path) throws IOException {
        if (!path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            return attributes(path).isOther();
        }
        Object mode = Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        return mode instanceof Integer bits && (bits & TYPE) == SOCKET;
    }

    private static BasicFileAttributes attributes(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }
}
