// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.process;

import dev.turnout.testkit.contract.StreamFixture;
import dev.turnout.testkit.contract.StreamTransportContract;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.condition.EnabledIf;

/** Holds the standard streams of a child, as a {@code process:} endpoint joins them, to the contract of streams. */
@EnabledIf(
        value = "descriptorsAreFiles",
        disabledReason =
                "this system has no /proc/self/fd, by which a child gets pipes of which the test can be the other end")
class ProcessStreamContractTest extends StreamTransportContract {

    static boolean descriptorsAreFiles() {
        return Files.isDirectory(Path.of("/proc/self/fd"));
    }

    @Override
    protected StreamFixture newFixture() {
        return new ProcessFixture();
    }
}
