// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.scenario;

import dev.turnout.bench.run.LoadProcess;
import dev.turnout.bench.run.ServerProcess;
import java.nio.file.Path;

/**
 * What a scenario measures with.
 *
 * @param server the server
 * @param load the load generator
 * @param logs where files may be left
 */
public record Trial(ServerProcess server, LoadProcess load, Path logs) {}
