// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.process;

import dev.turnout.api.error.NoSuchProcessException;
import dev.turnout.api.loop.ErrorContext;
import dev.turnout.api.loop.EventLoop;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.loop.io.LoopResource;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.SubprocessProtocol;
import dev.turnout.api.protocol.UnreadBytes;
import dev.turnout.api.spi.CallbackAware;
import dev.turnout.api.spi.ConnectionObserver;
import dev.turnout.api.spi.SwitchReport;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.SubprocessTransport;
import dev.turnout.transport.nio.PipeChannel;
import dev.turnout.transport.nio.PolledPipe;
import dev.turnout.transport.nio.ProtocolSwitch;
import dev.turnout.transport.nio.StreamChannelTransport;
import dev.turnout.transport.nio.StreamSettings;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Joins a child process and the transports of its pipes for one protocol.
 *
 * <pre>
 *   running --child ended--&gt; exited --last pipe closed--&gt; ending --next turn--&gt; closed
 *          --last pipe closed--&gt; running without pipes --child ended--&gt; ending
 * </pre>
 *
 * <p>Thread: the loop's. Bytes of standard output that a switch of protocols leaves unread come again as such.
 *
 * @see "section 19, SWITCH-32"
 */
final class ChildTransport implements SubprocessTransport, LoopResource, CallbackAware {

    private static final int STREAMS = 3;

    private final IoLoop loop;
    private final Child child;
    private final Family family;
    private final ConnectionObserver observer;
    private final long id;
    private final Signals signals;
    private final @Nullable StreamChannelTransport[] pipes = new StreamChannelTransport[STREAMS];
    private final List<CompletableFuture<Integer>> waiting = new ArrayList<>();
    private final ProtocolSwitch switching;
    private @Nullable SubprocessProtocol protocol;
    private @Nullable Integer returncode;
    private @Nullable ByteBuffer held;
    private int openPipes;
    private int callbacks;
    private boolean outputEnded;
    private boolean writingPaused;
    private boolean closing;
    private boolean ending;

    private ChildTransport(
            IoLoop loop,
            Child child,
            Family family,
            SubprocessProtocol protocol,
            boolean strict,
            ConnectionObserver observer) {
        this.loop = loop;
        this.child = child;
        this.family = family;
        this.protocol = protocol;
        this.observer = observer;
        this.id = observer.nextId();
        this.signals = new Signals(child.process());
        this.switching = new ProtocolSwitch(new SwitchHost(strict));
    }

    /** Takes over a started child, and calls {@code connectionMade} when its pipes are connected (PROC-11). */
    static ChildTransport begin(
            IoLoop loop,
            Child child,
            Family family,
            SubprocessProtocol protocol,
            StreamSettings settings,
            ConnectionObserver observer) {
        ChildTransport transport =
                new ChildTransport(loop, child, family, protocol, settings.strictSwitching(), observer);
        transport.begin(settings);
        return transport;
    }

    private void begin(StreamSettings settings) {
        loop.attach(this);
        try {
            for (int fd = 0; fd < STREAMS; fd++) {
                PipeChannel end = child.ends().get(fd);
                if (end != null) {
                    pipes[fd] = ChildPipe.begin(this, fd, loop, end, settings);
                    openPipes++;
                }
            }
            observer.opened(this);
        } catch (Throwable e) {
            ending = true;
            protocol = null;
            close();
            loop.detach(this);
            throw e;
        }
        try {
            call("connectionMade() failed", target -> target.connectionMade(this));
        } catch (Throwable e) {
            close(); // the caller gets no transport that could
            throw e;
        } finally {
            child.whenEnded(loop, this, this::exited);
        }
    }

    private void exited() {
        int code = ExitStatus.returncode(child.process().exitValue());
        returncode = code;
        call("processExited() failed", SubprocessProtocol::processExited);
        waiting.forEach(waiter -> waiter.complete(code));
        waiting.clear();
        PipeChannel input = child.ends().get(0);
        StreamChannelTransport writer = pipes[0];
        if (writer != null && !writer.isClosing()) {
            if (input instanceof PolledPipe polled && PolledPipe.canLook()) {
                polled.look();
            } else {
                writer.abort(); // nobody could tell whether there is a reader left
            }
        }
        endIfOver();
    }

    // --- what the pipes tell

    /** Delivers output. */
    void data(int fd, ByteBuffer bytes) {
        SubprocessProtocol target = protocol;
        if (target == null || closing) {
            return;
        }
        callbacks++;
        try {
            target.pipeDataReceived(fd, bytes);
        } catch (Throwable e) {
            report("pipeDataReceived() failed", e, target);
        } finally {
            leave();
        }
    }

    /** Tells that a pipe is closed. */
    void lost(int fd, @Nullable Throwable cause) {
        openPipes--;
        outputEnded |= fd == 1;
        call("pipeConnectionLost() failed", target -> target.pipeConnectionLost(fd, cause));
        endIfOver();
    }

    void pauseWriting() {
        writingPaused = true;
        call("pauseWriting() failed", BaseProtocol::pauseWriting);
    }

    void resumeWriting() {
        writingPaused = false;
        call("resumeWriting() failed", BaseProtocol::resumeWriting);
    }

    private void call(String failure, Consumer<SubprocessProtocol> callback) {
        SubprocessProtocol target = protocol;
        if (target == null) {
            return;
        }
        callbacks++;
        try {
            callback.accept(target);
        } catch (Throwable e) {
            report(failure, e, target);
        } finally {
            leave();
        }
    }

    private void leave() {
        callbacks--;
        if (callbacks == 0 && switching.isAsked()) {
            switching.run();
        }
    }

    private void report(String message, Throwable e, @Nullable BaseProtocol target) {
        loop.callExceptionHandler(
                ErrorContext.of(message, e).with(ErrorContext.TRANSPORT, this).with(ErrorContext.PROTOCOL, target));
        if (e instanceof OutOfMemoryError fatal) {
            throw fatal;
        }
    }

    // --- ending

    private void endIfOver() {
        if (returncode != null && openPipes == 0 && !ending) {
            ending = true;
            closing = true;
            loop.callSoon(this::end);
        }
    }

    private void end() {
        call("connectionLost() failed", target -> target.connectionLost(null));
        protocol = null;
        loop.detach(this);
        observer.closed(this, null);
    }

    /** Kills the child and all its descendants, and closes all pipes. The end is told as ever. */
    @Override
    public void close() {
        loop.checkThread();
        if (closing) {
            return;
        }
        closing = true;
        held = null;
        family.end(child.process(), child.mark());
        abortPipes();
    }

    @Override
    public void abort() {
        close();
    }

    @Override
    public void dropped() {
        try {
            family.end(child.process(), child.mark());
        } finally {
            waiting.forEach(waiter -> waiter.completeExceptionally(loopClosed()));
            waiting.clear();
        }
    }

    private void abortPipes() {
        for (StreamChannelTransport pipe : pipes) {
            if (pipe != null) {
                pipe.abort();
            }
        }
    }

    @Override
    public boolean isClosing() {
        loop.checkThread();
        return closing;
    }

    @Override
    public boolean isServer() {
        return false;
    }

    // --- the child

    @Override
    public long getPid() {
        return child.process().pid();
    }

    @Override
    public OptionalInt getReturncode() {
        loop.checkThread();
        return returncode == null ? OptionalInt.empty() : OptionalInt.of(returncode);
    }

    @Override
    public @Nullable BaseTransport getPipeTransport(int fd) {
        loop.checkThread();
        return fd < 0 || fd >= STREAMS ? null : pipes[fd];
    }

    @Override
    public void sendSignal(int signal) {
        loop.checkThread();
        if (protocol == null) {
            throw new NoSuchProcessException("process " + getPid() + " (" + child.program() + ") has ended with "
                    + returncode + "; nothing can be sent to it");
        }
        if (returncode == null && child.process().isAlive()) {
            signals.send(signal);
        }
    }

    @Override
    public void terminate() {
        sendSignal(Signals.TERM);
    }

    @Override
    public void kill() {
        sendSignal(Signals.KILL);
    }

    @Override
    public CompletionStage<Integer> waitFor() {
        loop.checkThread();
        CompletableFuture<Integer> result = loop.createFuture();
        if (returncode != null) {
            result.complete(returncode);
        } else if (loop.isClosed()) {
            result.completeExceptionally(loopClosed());
        } else {
            waiting.add(result);
        }
        return result;
    }

    private IllegalStateException loopClosed() {
        return new IllegalStateException(
                "the end of " + child.program() + " is not told, as loop " + loop.name() + " was closed before");
    }

    // --- the protocol in charge

    @Override
    public void setProtocol(BaseProtocol next, UnreadBytes unreadBytes) {
        loop.checkThread();
        requireSubprocessProtocol(next);
        if (protocol != null) {
            switching.ask(protocol, next, unreadBytes);
        }
    }

    /** Returns the protocol as one that follows a child. */
    static SubprocessProtocol requireSubprocessProtocol(@Nullable BaseProtocol protocol) {
        if (protocol instanceof SubprocessProtocol fitting) {
            return fitting;
        }
        throw new IllegalArgumentException("a child process needs a SubprocessProtocol, not "
                + (protocol == null ? "null" : protocol.getClass().getName()));
    }

    @Override
    public @Nullable BaseProtocol getProtocol() {
        loop.checkThread();
        return protocol;
    }

    // --- about itself

    @Override
    public EventLoop loop() {
        return loop;
    }

    @Override
    public Optional<Object> getExtraInfo(String name) {
        loop.checkThread();
        return switch (name) {
            case "subprocess" -> Optional.of(child.process().toHandle());
            case "command" -> Optional.of(child.program());
            case "connectionId" -> Optional.of(id);
            default -> observer.extraInfo(this, name);
        };
    }

    /** Says program, process and state, never the arguments (PROC-58); in every state and from any thread. */
    @Override
    public String toString() {
        Integer code = returncode;
        String state = code != null ? "ended with " + code : closing ? "closing" : "running";
        return "process transport #" + id + " (" + child.program() + ", pid " + getPid() + ", " + state + ")";
    }

    @Override
    public boolean isInCallback() {
        return callbacks > 0;
    }

    @Override
    public void asCallback(Runnable callback) {
        callbacks++;
        try {
            callback.run();
        } finally {
            leave();
        }
    }

    private final class SwitchHost implements ProtocolSwitch.Host {

        private final boolean strict;

        SwitchHost(boolean strict) {
            this.strict = strict;
        }

        @Override
        public BaseTransport transport() {
            return ChildTransport.this;
        }

        @Override
        public void putInCharge(BaseProtocol next) {
            protocol = (SubprocessProtocol) next;
        }

        @Override
        public boolean inCallback() {
            return isInCallback();
        }

        @Override
        public void enter() {
            callbacks++;
        }

        @Override
        public void leave() {
            ChildTransport.this.leave();
        }

        @Override
        public boolean endOfStreamSeen() {
            return outputEnded;
        }

        @Override
        public boolean isReadingPaused() {
            return isPaused(1) || isPaused(2);
        }

        private boolean isPaused(int fd) {
            StreamChannelTransport pipe = pipes[fd];
            return pipe != null && !pipe.isClosing() && !pipe.isReading();
        }

        @Override
        public boolean isWritingPaused() {
            return writingPaused;
        }

        @Override
        public void tellPauseWriting() {
            call("pauseWriting() failed", BaseProtocol::pauseWriting);
        }

        @Override
        public void hold(ByteBuffer bytes) {
            StreamChannelTransport output = pipes[1];
            if (output != null && !output.isClosing()) {
                output.unread(bytes);
            } else if (bytes.hasRemaining()) {
                held = bytes;
            }
        }

        @Override
        public void deliverHeld() {
            ByteBuffer bytes = held;
            held = null;
            if (bytes != null) {
                data(1, bytes.asReadOnlyBuffer()); // the pipe is gone, but nobody has read these
            }
        }

        @Override
        public void report(String message, Throwable e, BaseProtocol thrower) {
            ChildTransport.this.report(message, e, thrower);
        }

        @Override
        public void forceClose(Throwable why) {
            close();
        }

        @Override
        public boolean isStrict() {
            return strict;
        }

        @Override
        public void switched(SwitchReport report) {
            observer.switched(ChildTransport.this, report);
        }
    }
}
