// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.scenario;

import dev.turnout.bench.run.LoadProcess;
import dev.turnout.bench.run.Samples;
import dev.turnout.bench.run.ServerProcess;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a scenario measures with.
 *
 * @param server the server
 * @param load the load generator
 * @param logs where files may be left
 * @param sampled whether user and system time are told apart by samples
 */
public record Trial(ServerProcess server, LoadProcess load, Path logs, boolean sampled) {

    /** Begins to sample the server, if that is wanted; else returns null. */
    @Nullable
    Samples samples() throws IOException, InterruptedException {
        return sampled ? new Samples(server.pid(), logs) : null;
    }
}
