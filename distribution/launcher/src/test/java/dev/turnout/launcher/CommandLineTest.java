// SPDX-License-Identifier: Apache-2.0
package dev.turnout.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandLineTest {

    private static final Path HOME = Path.of("/opt/turnout");

    @Test
    void takesFoldersOfTheHomeAndTheShellUnlessTold() throws Exception {
        CommandLine line = CommandLine.parse(List.of(), HOME);

        assertEquals(HOME.resolve("etc"), line.etc());
        assertEquals(HOME.resolve("data"), line.data());
        assertEquals(HOME.resolve("load"), line.load());
        assertTrue(line.shell());
        assertEquals(Map.of(), line.properties());
    }

    @Test
    void takesValuesAfterASpaceOrAnEqualsSign() throws Exception {
        CommandLine line = CommandLine.parse(
                List.of("--echo-port", "0", "--line-port=9000", "--etc=/e", "--data", "/d", "--no-shell"), HOME);

        assertEquals(Map.of("turnout.echo.port", "0", "turnout.line.port", "9000"), line.properties());
        assertEquals(Path.of("/e"), line.etc());
        assertEquals(Path.of("/d"), line.data());
        assertFalse(line.shell());
    }

    @ParameterizedTest
    @CsvSource({
        "--ech-port=1,  unknown option \"--ech-port=1\"",
        "serve,         unknown option \"serve\"",
        "--echo-port,   option --echo-port needs a value",
        "--data=,       option --data= needs a value",
        "--help=x,      option --help=x takes no value",
        "--no-shell=y,  option --no-shell=y takes no value",
        "--line-port=x, '--line-port takes a port from 0 to 65535, not \"x\"'",
        "--line-port=65536, '--line-port takes a port from 0 to 65535, not \"65536\"'",
        "--line-port=-1, '--line-port takes a port from 0 to 65535, not \"-1\"'",
        "--load=/opt/turnout/etc, '--etc and --load are the same folder, /opt/turnout/etc; give each a folder of its own'",
        "--data=/opt/turnout/etc, '--data and --etc are the same folder, /opt/turnout/etc; give each a folder of its own'",
        "--data=/opt/turnout/load, '--data and --load are the same folder, /opt/turnout/load; give each a folder of its own'",
    })
    void refusesWhatItDoesNotKnow(String argument, String why) {
        StartException refusal = assertThrows(StartException.class, () -> CommandLine.parse(List.of(argument), HOME));

        assertEquals(why + "; --help lists the options", refusal.getMessage());
        assertEquals(StartException.USAGE, refusal.status);
    }
}
