// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.process;

import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.ProcessOptions;
import dev.turnout.api.network.ProcessOptions.Standard;
import dev.turnout.api.network.ProcessOptions.Stream;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Turns a command and its options into what the JDK starts. */
final class Command {

    private static final List<String> STREAMS = List.of("input", "output", "error");

    private Command() {}

    /**
     * Returns which streams are to be pipes.
     *
     * @throws IllegalArgumentException if standard input or output is asked to go into standard output
     */
    static Child.Piped piped(ProcessOptions options) {
        for (var option : List.of(ProcessOptions.STDIN, ProcessOptions.STDOUT)) {
            if (options.get(option) == Standard.STDOUT) {
                throw new IllegalArgumentException(
                        option + " cannot be STDOUT: only standard error can go into standard output");
            }
        }
        return new Child.Piped(
                options.get(ProcessOptions.STDIN) == Standard.PIPE,
                options.get(ProcessOptions.STDOUT) == Standard.PIPE,
                options.get(ProcessOptions.STDERR) == Standard.PIPE);
    }

    /** Returns a builder with everything but the pipes. */
    static ProcessBuilder builder(List<String> command, ProcessOptions options) {
        ProcessBuilder builder =
                new ProcessBuilder(options.get(ProcessOptions.NEW_SESSION) ? NewSession.of(command, options) : command);
        Map<String, String> environment = options.find(ProcessOptions.ENVIRONMENT);
        if (environment != null) {
            builder.environment().clear();
            builder.environment().putAll(environment);
        }
        Path directory = options.find(ProcessOptions.DIRECTORY);
        if (directory != null) {
            builder.directory(directory.toFile());
        }
        builder.redirectInput(redirect(options.get(ProcessOptions.STDIN), true));
        builder.redirectOutput(redirect(options.get(ProcessOptions.STDOUT), false));
        if (options.get(ProcessOptions.STDERR) == Standard.STDOUT) {
            builder.redirectErrorStream(true);
        } else {
            builder.redirectError(redirect(options.get(ProcessOptions.STDERR), false));
        }
        return builder;
    }

    /** Returns a builder for a child whose input and output are one stream. */
    static ProcessBuilder stream(List<String> command, ConnectOptions.ErrorOutput errors) {
        ProcessBuilder builder = new ProcessBuilder(command);
        switch (errors) {
            case INHERIT -> builder.redirectError(Redirect.INHERIT);
            case DISCARD -> builder.redirectError(Redirect.DISCARD);
            case MERGE -> builder.redirectErrorStream(true);
        }
        return builder;
    }

    private static Redirect redirect(Stream stream, boolean in) {
        if (stream instanceof ProcessOptions.File file) {
            return in
                    ? Redirect.from(file.path().toFile())
                    : Redirect.appendTo(file.path().toFile());
        }
        if (stream == Standard.INHERIT) {
            return Redirect.INHERIT;
        }
        if (stream == Standard.DEVNULL) {
            return in ? Redirect.from(Path.of("/dev/null").toFile()) : Redirect.DISCARD;
        }
        return Redirect.PIPE;
    }

    /** Returns what was asked to be started. */
    static String program(ProcessBuilder builder) {
        return NewSession.program(builder.command());
    }

    /** Names what was wrong about a start, where the JDK has a number only. */
    static IOException failure(ProcessBuilder builder, IOException e) {
        String text = String.valueOf(e.getMessage());
        String program = program(builder);
        if (builder.directory() != null
                && !Files.isDirectory(builder.directory().toPath())) {
            return caused(
                    new NoSuchFileException(
                            builder.directory().toString(), null, "no such folder to run " + program + " in"),
                    e);
        }
        if (e.getCause() instanceof FileNotFoundException unusable) {
            return redirected(builder, unusable, e);
        }
        if (text.contains("No such file or directory")) {
            return caused(new NoSuchFileException(program, null, "there is no such program"), e);
        }
        if (text.contains("Permission denied")) {
            return caused(new AccessDeniedException(program, null, "it is not a program that may be run"), e);
        }
        return e;
    }

    /** Names the file that was to be a standard stream. The JDK says it as {@code path (reason)}. */
    private static IOException redirected(ProcessBuilder builder, FileNotFoundException unusable, IOException e) {
        String text = String.valueOf(unusable.getMessage());
        List<Redirect> streams = List.of(builder.redirectInput(), builder.redirectOutput(), builder.redirectError());
        for (int i = 0; i < streams.size(); i++) {
            File file = streams.get(i).file();
            if (file != null && text.startsWith(file.getPath() + " (")) {
                String reason = text.substring(file.getPath().length() + 2, text.length() - 1);
                return caused(
                        unusable(
                                file.getPath(),
                                "cannot be standard " + STREAMS.get(i) + " of " + program(builder) + ": " + reason),
                        e);
            }
        }
        return e;
    }

    private static IOException unusable(String path, String text) {
        if (text.endsWith("No such file or directory")) {
            return new NoSuchFileException(path, null, text);
        }
        return text.endsWith("Permission denied")
                ? new AccessDeniedException(path, null, text)
                : new FileSystemException(path, null, text);
    }

    private static IOException caused(IOException named, IOException cause) {
        named.initCause(cause);
        return named;
    }
}
