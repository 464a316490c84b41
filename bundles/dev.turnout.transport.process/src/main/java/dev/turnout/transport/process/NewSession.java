// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.process;

import dev.turnout.api.network.ProcessOptions;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Has a program started in a session of its own by the system's {@code setsid}, which becomes the program without a further process.
 *
 * @see "PROC-10"
 */
final class NewSession {

    private static final List<Path> PLACES = List.of(Path.of("/usr/bin/setsid"), Path.of("/bin/setsid"));
    private static final String END_OF_OPTIONS = "--";

    private NewSession() {}

    /**
     * Returns the command that starts another one in a new session. One whose program cannot be run is left as it is, so that the start fails.
     *
     * @throws UnsupportedOperationException if the system has no {@code setsid}
     */
    static List<String> of(List<String> command, ProcessOptions options) {
        List<String> line = new ArrayList<>(List.of(setsid(PLACES), END_OF_OPTIONS));
        line.addAll(command);
        return isProgram(command.get(0), options) ? line : command;
    }

    /** Returns where {@code setsid} is. */
    static String setsid(List<Path> places) {
        return places.stream()
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(
                        () -> new UnsupportedOperationException("new.session=true is not possible: there is none of "
                                + places + " on this system; leave the option out, or install util-linux"))
                .toString();
    }

    /** Returns the program of a command, be it started by this or not. */
    static String program(List<String> command) {
        return command.get(command.size() > 2 && command.get(1).equals(END_OF_OPTIONS) ? 2 : 0);
    }

    private static boolean isProgram(String program, ProcessOptions options) {
        if (program.contains("/")) {
            Path folder = options.find(ProcessOptions.DIRECTORY);
            return isRunnable(folder == null ? Path.of(program) : folder.resolve(program));
        }
        String path = System.getenv("PATH");
        return path != null
                && List.of(path.split(File.pathSeparator, -1)).stream()
                        .anyMatch(folder -> isRunnable(Path.of(folder, program)));
    }

    private static boolean isRunnable(Path file) {
        return Files.isExecutable(file) && !Files.isDirectory(file);
    }
}
