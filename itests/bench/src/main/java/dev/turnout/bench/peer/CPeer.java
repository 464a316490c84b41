// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.peer;

import dev.turnout.bench.run.Launch;
import dev.turnout.bench.run.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** A server in C on epoll, compiled when it is first needed. */
record CPeer(String name) implements Peer {

    @Override
    public Set<String> kinds() {
        return Set.of("tcp", "unix", "udp");
    }

    @Override
    public String version(Launch launch) throws IOException, InterruptedException {
        require();
        return "gcc " + Programs.output("gcc", "-dumpfullversion", "-dumpversion");
    }

    @Override
    public List<String> command(Launch launch, String where) throws IOException, InterruptedException {
        require();
        Path source = Resources.file("echo.c");
        Path program = source.resolveSibling("echo");
        if (!Files.exists(program)) {
            Programs.output("gcc", "-O2", "-o", program.toString(), source.toString());
            program.toFile().deleteOnExit();
        }
        return List.of(program.toString(), where);
    }

    private static void require() throws IOException {
        if (!Programs.present("gcc")) {
            throw new IOException("no gcc");
        }
    }
}
