// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.work;

import dev.turnout.bench.server.Address;
import dev.turnout.core.Loops;
import dev.turnout.network.Networks;
import dev.turnout.transport.process.ProcessProvider;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Starts children one after the other, or sends chunks through one child and back; by the JDK or by Turnout. */
public final class Children {

    /** The bytes of a chunk. */
    public static final int CHUNK = 64 * 1024;

    /** What a child says that is started for nothing else. */
    static final String TEXT = "turnout";

    /** The command of a child that says it. */
    static final List<String> ECHO = List.of("echo", TEXT);

    /** The command of a child that gives back what it gets. */
    static final List<String> CAT = List.of("cat");

    /** How many chunks are sent before the time is looked at. */
    static final int CHUNKS = 16;

    private static final int STEP = 7_919;

    private Children() {}

    /** Does what the first argument says, {@code children} or {@code pipes}, as the second one says: {@code bare} or {@code turnout}. */
    public static void main(String[] args) throws IOException {
        worker(Address.kind(args[0]), args[1]).serve();
    }

    static Worker worker(String kind, String way) throws IOException {
        boolean pipes = kind.equals("pipes");
        if (way.equals("turnout")) {
            Networks networks = Networks.of(new Loops(1), List.of(new ProcessProvider()));
            TurnoutChildren children = new TurnoutChildren(networks.network());
            return new Worker(pipes ? children.pipes() : children::child);
        }
        return new Worker(pipes ? new BarePipes()::chunks : Children::child);
    }

    private static int child() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(ECHO)
                .redirectInput(new File("/dev/null"))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        check(said, process.waitFor());
        process.getInputStream().close();
        return 1;
    }

    static void check(String said, int status) throws IOException {
        if (status != 0 || !said.equals(TEXT + "\n")) {
            throw new IOException("a child said \"" + said + "\" and ended with " + status);
        }
    }

    /** Returns bytes of which a chunk is taken at another place each time, so that an earlier chunk is not taken for it. */
    static byte[] pattern() {
        byte[] pattern = new byte[2 * CHUNK];
        new Random(1).nextBytes(pattern);
        return pattern;
    }

    /** Returns where a chunk begins. */
    static int place(long number) {
        return (int) (number * STEP % CHUNK);
    }

    private static final class BarePipes {
        private final byte[] pattern = pattern();
        private final byte[] back = new byte[CHUNK];
        private final OutputStream to;
        private final InputStream from;
        private long number;

        BarePipes() throws IOException {
            Process cat = new ProcessBuilder(CAT)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            to = cat.getOutputStream();
            from = cat.getInputStream();
        }

        int chunks() throws IOException {
            for (int i = 0; i < CHUNKS; i++) {
                int place = place(number++);
                to.write(pattern, place, CHUNK);
                to.flush();
                int count = from.readNBytes(back, 0, CHUNK);
                if (!Arrays.equals(back, 0, count, pattern, place, place + CHUNK)) {
                    throw new IOException("other bytes came back than were sent");
                }
            }
            return CHUNKS;
        }
    }
}
