// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.process;

import dev.turnout.api.spi.Logs;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.Pipe;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Is a pipe of which the loop polls one end and a child process opens the other one, by the file that Linux keeps for each descriptor.
 *
 * <p>The JDK starts children with pipes of its own, which no selector knows, and opens files for them by path. It does not tell the descriptors of a
 * {@link Pipe}; so they are found by what is new among the descriptors of this process and holds as many bytes as were put into the pipe.
 *
 * @param pipe the pipe; this process closes the end that is the child's after the start
 * @param readEnd the file of the reading end
 * @param writeEnd the file of the writing end
 */
record SystemPipe(Pipe pipe, Path readEnd, Path writeEnd) {

    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final int MOST_MARK = 4000;

    /**
     * Opens pipes; blocks for a moment. An empty list if the system or the provider has no such thing, and then none is open.
     *
     * <p>One caller at a time, so that the pipes of others are not in the way.
     */
    static synchronized List<SystemPipe> open(SelectorProvider provider, int count) throws IOException {
        if (!Files.isDirectory(DESCRIPTORS)) {
            return List.of();
        }
        List<Pipe> pipes = new ArrayList<>();
        List<SystemPipe> found = new ArrayList<>();
        try {
            Map<String, List<Path>> fresh = fresh(provider, count, pipes);
            Set<Integer> marks = new HashSet<>();
            for (Pipe pipe : pipes) {
                int mark = mark(marks);
                pipe.sink().write(ByteBuffer.allocate(mark));
                List<Path> ends = holding(mark, fresh);
                if (ends.isEmpty()) {
                    ends = holding(
                            mark, pipesBut(Set.of())); // it got the number of a descriptor that was closed meanwhile
                }
                pipe.source().read(ByteBuffer.allocate(mark));
                if (!ends.isEmpty()) {
                    boolean firstWrites = Files.getPosixFilePermissions(ends.get(0), LinkOption.NOFOLLOW_LINKS)
                            .contains(PosixFilePermission.OWNER_WRITE);
                    found.add(new SystemPipe(pipe, ends.get(firstWrites ? 1 : 0), ends.get(firstWrites ? 0 : 1)));
                }
            }
        } finally {
            if (found.size() < count) {
                pipes.forEach(SystemPipe::close);
            }
        }
        return found.size() < count ? List.of() : found;
    }

    /** Opens the pipes and returns the files of pipes that are new since, by pipe. */
    private static Map<String, List<Path>> fresh(SelectorProvider provider, int count, List<Pipe> pipes)
            throws IOException {
        Set<Path> before = new HashSet<>();
        try (DirectoryStream<Path> listing = Files.newDirectoryStream(DESCRIPTORS)) {
            listing.forEach(before::add);
            for (int i = 0;
                    i < count;
                    i++) { // while the listing is open, so that its own descriptor does not come back as a pipe's
                pipes.add(provider.openPipe());
            }
        }
        return pipesBut(before);
    }

    private static Map<String, List<Path>> pipesBut(Set<Path> others) throws IOException {
        Map<String, List<Path>> pipes = new HashMap<>();
        try (DirectoryStream<Path> listing = Files.newDirectoryStream(DESCRIPTORS)) {
            for (Path file : listing) {
                if (!others.contains(file)) {
                    add(file, pipes);
                }
            }
        }
        return pipes;
    }

    private static void add(Path file, Map<String, List<Path>> fresh) {
        try {
            String target = Files.readSymbolicLink(file).toString();
            if (target.startsWith("pipe:")) {
                fresh.computeIfAbsent(target, key -> new ArrayList<>()).add(file);
            }
        } catch (IOException e) {
            LOG.log(Level.TRACE, "descriptor " + file + " is gone", e);
        }
    }

    private static int mark(Set<Integer> taken) {
        int mark = 0;
        while (mark == 0 || !taken.add(mark)) {
            mark = ThreadLocalRandom.current().nextInt(1, MOST_MARK);
        }
        return mark;
    }

    private static List<Path> holding(int bytes, Map<String, List<Path>> fresh) throws IOException {
        for (List<Path> ends : fresh.values()) {
            if (ends.size() != 2) {
                continue; // not a pipe of this process alone
            }
            try (FileInputStream end = new FileInputStream(ends.get(0).toFile())) {
                if (end.available() == bytes) {
                    return ends;
                }
            } catch (FileNotFoundException e) {
                LOG.log(Level.TRACE, "descriptor " + ends.get(0) + " is gone", e);
            }
        }
        return List.of();
    }

    /** Closes both ends. */
    void close() {
        close(pipe);
    }

    private static void close(Pipe pipe) {
        close(pipe.sink());
        close(pipe.source());
    }

    static void close(Channel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "cannot close " + channel, e);
        }
    }

    private static final System.Logger LOG = Logs.of(SystemPipe.class.getName());
}
