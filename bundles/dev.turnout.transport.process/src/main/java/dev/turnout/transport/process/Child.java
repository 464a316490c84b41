// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.process;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.loop.io.LoopResource;
import dev.turnout.api.spi.Logs;
import dev.turnout.transport.nio.PipeChannel;
import dev.turnout.transport.nio.PolledPipe;
import dev.turnout.transport.nio.PumpedPipe;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Is a started process with this side's ends of its pipes.
 *
 * @param process the process
 * @param exit completes when it has ended, on some thread; asked for once, as each time may cost a thread
 * @param mark what its descendants are found by
 * @param program what was started, without arguments
 * @param ends the ends for 0, 1 and 2; null for a stream that is no pipe
 */
record Child(
        Process process, CompletionStage<Process> exit, String mark, String program, List<@Nullable PipeChannel> ends) {

    private static final Logger LOG = Logs.of(Child.class.getName());
    private static final int STREAMS = 3;

    Child(Process process, String mark, String program, List<@Nullable PipeChannel> ends) {
        this(process, process.onExit(), mark, program, ends);
    }

    /** Says which streams of a child are pipes. */
    record Piped(boolean in, boolean out, boolean error) {

        int count() {
            return (in ? 1 : 0) + (out ? 1 : 0) + (error ? 1 : 0);
        }
    }

    /**
     * Starts a process; blocks for a moment.
     *
     * @param builder all that is not about pipes is set in it
     * @param polled whether to try pipes that the loop can poll
     * @throws IOException of the system, if it cannot be started; nothing is open then
     */
    static Child start(ProcessBuilder builder, Piped piped, SelectorProvider provider, boolean polled, Family family)
            throws IOException {
        String mark = family.newMark();
        builder.environment().put(Family.MARK, Family.inherited() + mark);
        String program = Command.program(builder);
        List<SystemPipe> pipes = polled && piped.count() > 0 ? SystemPipe.open(provider, piped.count()) : List.of();
        Child child = pipes.isEmpty()
                ? pumped(builder, piped, mark, program, family)
                : polled(builder, piped, pipes, mark, program, family);
        family.add(child.process, child.exit, mark);
        return child;
    }

    private static Child polled(
            ProcessBuilder builder, Piped piped, List<SystemPipe> pipes, String mark, String program, Family family)
            throws IOException {
        int next = 0;
        SystemPipe in = piped.in ? pipes.get(next++) : null;
        SystemPipe out = piped.out ? pipes.get(next++) : null;
        SystemPipe error = piped.error ? pipes.get(next) : null;
        try {
            if (in != null) {
                builder.redirectInput(Redirect.from(in.readEnd().toFile()));
            }
            if (out != null) {
                builder.redirectOutput(Redirect.appendTo(out.writeEnd().toFile()));
            }
            if (error != null) {
                builder.redirectError(Redirect.appendTo(error.writeEnd().toFile()));
            }
            return around(builder.start(), mark, program, family, (process, name) -> {
                List<@Nullable PipeChannel> ends = new ArrayList<>();
                ends.add(
                        in == null
                                ? null
                                : PolledPipe.writing(in.pipe().sink(), in.writeEnd(), "input" + name, process));
                ends.add(out == null ? null : PolledPipe.reading(out.pipe().source(), "output" + name, process));
                ends.add(error == null ? null : PolledPipe.reading(error.pipe().source(), "errors" + name, process));
                closeChildsEnds(in, out, error);
                return ends;
            });
        } catch (Throwable e) {
            pipes.forEach(SystemPipe::close);
            throw e;
        }
    }

    /** Closes what is the child's, so that an end is seen when the child ends. */
    private static void closeChildsEnds(@Nullable SystemPipe in, @Nullable SystemPipe out, @Nullable SystemPipe error) {
        if (in != null) {
            SystemPipe.close(in.pipe().source());
        }
        if (out != null) {
            SystemPipe.close(out.pipe().sink());
        }
        if (error != null) {
            SystemPipe.close(error.pipe().sink());
        }
    }

    private static Child pumped(ProcessBuilder builder, Piped piped, String mark, String program, Family family)
            throws IOException {
        return around(builder.start(), mark, program, family, (process, name) -> {
            List<@Nullable PipeChannel> ends = new ArrayList<>();
            ends.add(
                    !piped.in
                            ? null
                            : PumpedPipe.writing(new Flushing(process.getOutputStream()), "input" + name, process));
            ends.add(
                    !piped.out
                            ? null
                            : PumpedPipe.reading(
                                    Channels.newChannel(process.getInputStream()), "output" + name, process));
            ends.add(
                    !piped.error
                            ? null
                            : PumpedPipe.reading(
                                    Channels.newChannel(process.getErrorStream()), "errors" + name, process));
            return ends;
        });
    }

    /** Makes this side's ends of the pipes of a process. */
    private interface Ends {

        List<@Nullable PipeChannel> of(Process process, String name) throws IOException;
    }

    /** Puts a process and its pipes together. If that fails it and its descendants are killed, as nobody would know them. */
    private static Child around(Process process, String mark, String program, Family family, Ends ends)
            throws IOException {
        try {
            return new Child(process, mark, program, ends.of(process, " of " + program + " " + process.pid()));
        } catch (Throwable e) {
            family.end(process, mark);
            throw e;
        }
    }

    /** Returns standard input and output as one channel. */
    PipeChannel stream() throws IOException {
        PipeChannel in = Objects.requireNonNull(ends.get(0), "standard input");
        PipeChannel out = Objects.requireNonNull(ends.get(1), "standard output");
        return PipeChannel.join(out, in, program + " " + process.pid());
    }

    /** Has somebody run something on the loop when the child has ended, unless the loop is closed by then. */
    void whenEnded(IoLoop loop, LoopResource somebody, Runnable task) {
        exit.thenRun(() -> {
            try {
                loop.execute(task);
            } catch (IllegalStateException loopClosed) {
                LOG.log(Level.DEBUG, "the end of {0} comes after that of its loop", somebody);
            }
        });
    }

    /** Kills a child that nobody wants any more, and closes its pipes. */
    void discard(Family family) {
        family.end(process, mark);
        for (int fd = 0; fd < STREAMS; fd++) {
            PipeChannel end = ends.get(fd);
            if (end != null) {
                SystemPipe.close(end);
            }
        }
    }

    /** Writes through the buffer that the JDK puts before the pipe. */
    private static final class Flushing implements WritableByteChannel {

        private final OutputStream stream;
        private volatile boolean open = true;

        Flushing(OutputStream stream) {
            this.stream = stream;
        }

        @Override
        public int write(ByteBuffer data) throws IOException {
            byte[] copy = new byte[data.remaining()];
            data.get(copy);
            stream.write(copy);
            stream.flush();
            return copy.length;
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public void close() throws IOException {
            open = false;
            stream.close();
        }
    }
}
