// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.pipe;

import dev.turnout.api.error.TimedOutException;
import dev.turnout.api.loop.TimerHandle;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.Connection;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.Option;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.spi.ConnectRequest;
import dev.turnout.api.spi.ConnectionObserver;
import dev.turnout.api.spi.PipeRequest;
import dev.turnout.api.spi.TransportProvider;
import dev.turnout.api.spi.TransportScheme;
import dev.turnout.api.transport.ReadTransport;
import dev.turnout.api.transport.Transport;
import dev.turnout.api.transport.WriteTransport;
import dev.turnout.transport.nio.Cancellation;
import dev.turnout.transport.nio.Direction;
import dev.turnout.transport.nio.Failures;
import dev.turnout.transport.nio.StreamChannelTransport;
import dev.turnout.transport.nio.StreamSettings;
import java.io.IOException;
import java.nio.channels.Channel;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Component;

/**
 * Reads and writes pipes: ends that are handed in, and FIFOs and devices by the endpoint {@code pipe:/path?mode=read}. It has no state; one object
 * serves all loops.
 *
 * @see "section 18"
 */
@Component
@TransportScheme("pipe")
public final class PipeProvider implements TransportProvider {

    private static final String SCHEME = "pipe";

    /** Makes a provider, which needs nothing. */
    public PipeProvider() {}

    @Override
    public String scheme() {
        return SCHEME;
    }

    /** Returns false: each pipe goes one way. */
    @Override
    public boolean hasStreams() {
        return false;
    }

    @Override
    public CompletionStage<Connection<ReadTransport>> connectReadPipe(PipeRequest request) {
        CompletableFuture<Connection<ReadTransport>> result = request.loop().createFuture();
        StreamChannelTransport transport = handedIn(request, Direction.READ, result);
        if (transport != null) {
            result.complete(new Connection<>(transport, protocolOf(transport)));
        }
        return result;
    }

    @Override
    public CompletionStage<Connection<WriteTransport>> connectWritePipe(PipeRequest request) {
        CompletableFuture<Connection<WriteTransport>> result = request.loop().createFuture();
        StreamChannelTransport transport = handedIn(request, Direction.WRITE, result);
        if (transport != null) {
            result.complete(new Connection<>(transport, protocolOf(transport)));
        }
        return result;
    }

    /** Returns the transport of an end, or null after a failure, which leaves the end to the caller unless factory or observer failed (PIPE-3, STREAM-17). */
    private static @Nullable StreamChannelTransport handedIn(
            PipeRequest request, Direction direction, CompletableFuture<?> result) {
        Channel end = request.pipe();
        try {
            String name = (direction == Direction.READ ? "reading " : "writing ") + end;
            SocketChannel channel = PipeEnds.of(end, direction, name, end);
            StreamSettings settings = StreamSettings.of(ConnectOptions.DEFAULTS);
            return begin(request.loop(), channel, direction, request.factory(), settings, request.observer());
        } catch (Throwable e) {
            Failures.fail(request.loop(), result, e);
            return null;
        }
    }

    private static StreamChannelTransport begin(
            IoLoop loop,
            SocketChannel channel,
            Direction direction,
            Supplier<? extends BaseProtocol> factory,
            StreamSettings settings,
            ConnectionObserver observer)
            throws IOException {
        BaseProtocol protocol;
        try {
            protocol = factory.get();
        } catch (Throwable e) {
            channel.close();
            throw e;
        }
        return StreamChannelTransport.begin(loop, channel, SCHEME, direction, protocol, settings, observer);
    }

    private static BaseProtocol protocolOf(StreamChannelTransport transport) {
        BaseProtocol protocol = transport.getProtocol();
        if (protocol == null) {
            throw new IllegalStateException(transport + " has ended");
        }
        return protocol;
    }

    /** Opens a FIFO or device. The loop goes on while the system waits for the other end; cancellation and the time-out end the wait. */
    @Override
    public CompletionStage<Connection<Transport>> connect(ConnectRequest request) {
        IoLoop loop = request.loop();
        CompletableFuture<Connection<Transport>> result = loop.createFuture();
        Endpoint endpoint = request.endpoint();
        Path path = Path.of(endpoint.path());
        ConnectOptions options = request.options();
        boolean reading = options.get(ConnectOptions.MODE) == ConnectOptions.Mode.READ;
        StreamSettings settings;
        try {
            settings = StreamSettings.of(options);
            requireSpecial(path);
        } catch (IOException | RuntimeException e) {
            result.completeExceptionally(e);
            return result;
        }
        Opening opening = new Opening(
                loop, path, reading, (end, failure) -> opened(request, settings, reading, end, failure, result));
        Cancellation.watch(result, loop, opening::cancel);
        limit(loop, options.get(ConnectOptions.CONNECT_TIMEOUT), path, opening, result);
        opening.begin();
        return result;
    }

    private static void requireSpecial(Path path) throws IOException {
        if (!Files.exists(path)) {
            throw new NoSuchFileException(path.toString(), null, "there is no such pipe; make one, as by mkfifo");
        }
        if (Files.isRegularFile(path) || Files.isDirectory(path)) {
            throw new IllegalArgumentException(path + " is no pipe but a file or directory; name a FIFO or a device");
        }
    }

    private static void limit(
            IoLoop loop, Duration most, Path path, Opening opening, CompletableFuture<Connection<Transport>> result) {
        if (most.isZero()) {
            return;
        }
        TimerHandle timer = loop.callLater(most, () -> {
            opening.cancel();
            result.completeExceptionally(new TimedOutException(
                    "cannot open pipe " + path + ": nobody opened its other end within " + Option.text(most), null));
        });
        CompletionStage<Connection<Transport>> over = result;
        over.whenComplete((connection, failure) -> timer.cancel());
    }

    private static void opened(
            ConnectRequest request,
            StreamSettings settings,
            boolean reading,
            @Nullable FileChannel end,
            @Nullable IOException failure,
            CompletableFuture<Connection<Transport>> result) {
        if (end == null || result.isDone()) {
            Opening.close(end);
            result.completeExceptionally(failure == null ? new IOException("the pipe was not opened") : failure);
            return;
        }
        Direction direction = reading ? Direction.READ : Direction.WRITE;
        String path = request.endpoint().path();
        try {
            SocketChannel channel = PipeEnds.of(end, direction, (reading ? "reading " : "writing ") + path, path);
            StreamChannelTransport transport =
                    begin(request.loop(), channel, direction, request.factory(), settings, request.observer());
            if (!result.complete(new Connection<>(transport, protocolOf(transport)))) {
                transport.abort();
            }
        } catch (Throwable e) {
            Opening.close(end);
            Failures.fail(request.loop(), result, e);
        }
    }
}
