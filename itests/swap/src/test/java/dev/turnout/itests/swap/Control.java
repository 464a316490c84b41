// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.swap;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Tells the control bundle in the container what to do. */
final class Control implements AutoCloseable {

    private static final int TIMEOUT_MILLIS = 60_000;

    private final Socket socket;
    private final BufferedReader in;
    private final OutputStream out;

    Control(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        out = socket.getOutputStream();
    }

    /** Returns the lines of the answer; the first one of a failure begins with "failed". */
    List<String> ask(String command) throws IOException {
        out.write((command + "\n").getBytes(StandardCharsets.UTF_8));
        List<String> lines = new ArrayList<>();
        for (String line = in.readLine(); !".".equals(line); line = in.readLine()) {
            if (line == null) {
                throw new IOException("the container has ended the control connection at \"" + command + "\"");
            }
            lines.add(line);
        }
        return lines;
    }

    /** Does something that has to succeed. */
    List<String> tell(String command) throws IOException {
        List<String> lines = ask(command);
        if (!lines.isEmpty() && lines.get(0).startsWith("failed")) {
            throw new IOException(command + ": " + lines);
        }
        return lines;
    }

    /** Installs and starts a bundle, and returns its id. */
    long install(Path bundle) throws IOException {
        return Long.parseLong(tell("install " + bundle.toUri()).get(0));
    }

    void update(long id, Path bundle) throws IOException {
        tell("update " + id + " " + bundle.toUri());
    }

    void uninstall(long id) throws IOException {
        tell("uninstall " + id);
    }

    int descriptors() throws IOException {
        return Integer.parseInt(tell("descriptors").get(0));
    }

    /** Returns the names of all threads, sorted, apart from those that the JDK keeps for a while for child processes. */
    List<String> threads() throws IOException {
        return tell("threads").stream()
                .filter(name -> !name.startsWith("process reaper") && !name.startsWith("ForkJoinPool.commonPool-"))
                .sorted()
                .toList();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
