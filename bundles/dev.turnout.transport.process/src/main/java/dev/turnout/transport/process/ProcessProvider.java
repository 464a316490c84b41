// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.process;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.Connection;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.SubprocessProtocol;
import dev.turnout.api.spi.ConnectRequest;
import dev.turnout.api.spi.ProcessRequest;
import dev.turnout.api.spi.TransportProvider;
import dev.turnout.api.spi.TransportScheme;
import dev.turnout.api.transport.SubprocessTransport;
import dev.turnout.api.transport.Transport;
import dev.turnout.transport.nio.Failures;
import dev.turnout.transport.nio.StreamChannelTransport;
import dev.turnout.transport.nio.StreamSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/**
 * Starts child processes, by operation or by the endpoint {@code process:/bin/cat?arg=-u}. They and their descendants end with this object.
 *
 * @see "section 19"
 */
@Component
@TransportScheme("process")
public final class ProcessProvider implements TransportProvider {

    private static final String SCHEME = "process";

    private final Family family = new Family();
    private final boolean polled;

    /** Makes a provider, which needs nothing. */
    public ProcessProvider() {
        this(true);
    }

    /** @param polled whether to use pipes that the loop polls, where the system has them; else threads serve the pipes */
    ProcessProvider(boolean polled) {
        this.polled = polled;
    }

    @Override
    public String scheme() {
        return SCHEME;
    }

    /** Kills all children, and what has come of them. */
    @Deactivate
    public void close() {
        family.endAll();
    }

    @Override
    public CompletionStage<Connection<SubprocessTransport>> spawn(ProcessRequest request) {
        CompletableFuture<Connection<SubprocessTransport>> result =
                request.loop().createFuture();
        try {
            Child.Piped piped = Command.piped(request.options());
            ProcessBuilder builder = Command.builder(request.command(), request.options());
            start(request.loop(), builder, piped, result, child -> begin(request, child, result));
        } catch (RuntimeException e) {
            result.completeExceptionally(e);
        }
        return result;
    }

    /** Starts a program and makes its standard input and output one stream. */
    @Override
    public CompletionStage<Connection<Transport>> connect(ConnectRequest request) {
        CompletableFuture<Connection<Transport>> result = request.loop().createFuture();
        try {
            List<String> command = new ArrayList<>();
            command.add(request.endpoint().path());
            command.addAll(request.options().get(ConnectOptions.ARG));
            StreamSettings settings = StreamSettings.of(request.options());
            ProcessBuilder builder = Command.stream(command, request.options().get(ConnectOptions.STDERR));
            Child.Piped piped = new Child.Piped(true, true, false);
            start(request.loop(), builder, piped, result, child -> begin(request, child, settings, result));
        } catch (RuntimeException e) {
            result.completeExceptionally(e);
        }
        return result;
    }

    private void begin(
            ConnectRequest request,
            Child child,
            StreamSettings settings,
            CompletableFuture<Connection<Transport>> result) {
        try {
            BaseProtocol protocol = request.factory().get();
            StreamChannelTransport transport = StreamChannelTransport.begin(
                    request.loop(),
                    child.stream(),
                    SCHEME,
                    protocol,
                    settings,
                    new StreamChild(request.loop(), child, family, request.observer()));
            if (!result.complete(new Connection<>(transport, protocol))) {
                transport.abort();
                family.end(child.process(), child.mark());
            }
        } catch (Throwable e) {
            child.discard(family);
            Failures.fail(request.loop(), result, e);
        }
    }

    /** Says what happens to a started child, on the loop. */
    private interface Begin {

        void begin(Child child);
    }

    /** Starts a child off the loop, as that blocks for a moment; one that is not wanted any more is killed (PROC-48). */
    private void start(
            IoLoop loop, ProcessBuilder builder, Child.Piped piped, CompletableFuture<?> result, Begin then) {
        loop.runInExecutor(null, () -> Child.start(builder, piped, loop.provider(), polled, family))
                .whenComplete((child, failure) -> {
                    if (failure != null) {
                        result.completeExceptionally(named(builder, failure));
                    } else if (loop.isClosed()) {
                        child.discard(family);
                        result.completeExceptionally(new IllegalStateException("cannot start " + child.program()
                                + ": its loop " + loop.name() + " was closed meanwhile"));
                    } else if (result.isDone()) {
                        child.discard(family);
                    } else {
                        then.begin(child);
                    }
                });
    }

    private static Throwable named(ProcessBuilder builder, Throwable failure) {
        Throwable cause = failure instanceof java.util.concurrent.CompletionException && failure.getCause() != null
                ? failure.getCause()
                : failure;
        return cause instanceof IOException e ? Command.failure(builder, e) : cause;
    }

    private void begin(ProcessRequest request, Child child, CompletableFuture<Connection<SubprocessTransport>> result) {
        try {
            SubprocessProtocol protocol =
                    ChildTransport.requireSubprocessProtocol(request.factory().get());
            ChildTransport transport = ChildTransport.begin(
                    request.loop(),
                    child,
                    family,
                    protocol,
                    StreamSettings.of(ConnectOptions.DEFAULTS),
                    request.observer());
            BaseProtocol inCharge = transport.getProtocol();
            if (!result.complete(new Connection<>(transport, inCharge == null ? protocol : inCharge))) {
                transport.close();
            }
        } catch (Throwable e) {
            child.discard(family);
            Failures.fail(request.loop(), result, e);
        }
    }
}
