// SPDX-License-Identifier: Apache-2.0
package dev.turnout.launcher;

import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks before the start what would otherwise fail in the middle of it, in many lines. */
final class Preflight {

    /** Holds the lock of the data folder; a channel that nobody refers to is closed with the garbage. */
    private static final List<FileChannel> OWNED = new CopyOnWriteArrayList<>();

    /** What ends a path, or stands for something else, where configurations, lists and endpoints name it. */
    private static final Pattern AMBIGUOUS = Pattern.compile("[,%?#$\\\\]");

    private Preflight() {}

    /** Checks that a folder's path means itself wherever it is named. */
    static void named(Path folder, String option) throws StartException {
        Matcher sign = AMBIGUOUS.matcher(folder.toString());
        if (sign.find()) {
            throw failed("cannot use folder " + folder + ", as its path has a '" + sign.group()
                    + "': choose another with " + option + " DIR");
        }
    }

    /** Checks that a folder of input is there. */
    static void readable(Path folder, String option) throws StartException {
        named(folder, option);
        if (!Files.isDirectory(folder) || !Files.isReadable(folder)) {
            throw failed("cannot read folder " + folder + ": make it, or choose another with " + option + " DIR");
        }
    }

    /** Takes the data folder for this process until it ends, making it if needed. */
    @SuppressWarnings("MustBeClosed") // open as long as the process lives: it holds the lock
    static void own(Path data) throws StartException {
        named(data, "--data");
        try {
            Files.createDirectories(data);
            FileChannel file =
                    FileChannel.open(data.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (lock(file) == null) {
                file.close();
                throw failed("another process runs in folder " + data + ": stop it, or choose another with --data DIR");
            }
            OWNED.add(file);
        } catch (IOException e) {
            throw failed("cannot write to folder " + data + " (" + e.getClass().getSimpleName()
                    + "): allow it, or choose another with --data DIR");
        }
    }

    private static @Nullable FileLock lock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // this very process holds it
        }
    }

    /** Checks that nobody listens where the servers are to; what is wrong with an endpoint itself is for the network to report. */
    static void free(List<ServerFile> servers) throws StartException {
        for (ServerFile server : servers) {
            Matcher address = server.address();
            if (address.matches() && Integer.parseInt(address.group(2)) <= 65_535 && !server.sharesItsPort()) {
                bind(server, address.group(1), Integer.parseInt(address.group(2)));
            }
        }
    }

    private static void bind(ServerFile server, String host, int port) throws StartException {
        try {
            InetAddress at = host.isEmpty() || host.equals("*") ? null : InetAddress.getByName(host);
            InetSocketAddress address = new InetSocketAddress(at, port);
            if (server.isUdp()) {
                new DatagramSocket(address).close();
            } else {
                listen(address);
            }
        } catch (BindException e) {
            if (String.valueOf(e.getMessage()).contains("in use")) {
                throw failed("cannot listen on port " + port + " for server " + server.name() + " (" + e.getMessage()
                        + "): stop what listens there, or " + server.remedy());
            }
        } catch (IOException e) {
            return; // such as a host that nobody knows: this server's fault alone, which the network reports
        }
    }

    private static void listen(InetSocketAddress address) throws IOException {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(address);
        }
    }

    private static StartException failed(String why) {
        return new StartException(StartException.FAILED, why);
    }
}
