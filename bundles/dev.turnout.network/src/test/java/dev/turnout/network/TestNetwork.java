// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network;

import dev.turnout.api.loop.ErrorContext;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.Connection;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.Network;
import dev.turnout.api.network.Server;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.network.dto.NetworkDTO;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.transport.Transport;
import dev.turnout.core.Loops;
import dev.turnout.testkit.Hook;
import dev.turnout.transport.tcp.TcpProvider;
import dev.turnout.transport.unix.UnixProvider;
import java.net.InetSocketAddress;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Is a working network of real loops and transports for one test, and waits for things with a deadline. */
public final class TestNetwork implements AutoCloseable {

    public static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final long LOOK_AGAIN_NANOS = 1_000_000;

    public final Loops loops;
    public final Networks networks;
    public final List<ErrorContext> reports = new CopyOnWriteArrayList<>();

    public TestNetwork(int count) {
        loops = new Loops(count, "net", SelectorProvider.provider());
        networks = Networks.of(loops, List.of(new TcpProvider(), new UnixProvider()));
        for (IoLoop loop : loops.loops()) {
            on(loop, () -> {
                loop.setExceptionHandler((in, context) -> reports.add(context));
                return true;
            });
        }
    }

    public Network network() {
        return networks.network();
    }

    public IoLoop loop() {
        return loops.loops().get(0);
    }

    /** Returns what the stage completes with; its failure comes out as it is. */
    public static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Hook.call(
                    cause -> {
                        throw cause;
                    },
                    e.getCause());
            throw new AssertionError(e);
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("not complete: " + stage, e);
        }
    }

    /** Runs a task on the loop and returns its result. */
    public static <T> T on(IoLoop loop, Callable<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                result.complete(task.call());
            } catch (Throwable t) {
                result.completeExceptionally(t);
            }
        });
        return get(result);
    }

    /** Keeps the loop busy until the latch opens; returns when it is. */
    public static CountDownLatch block(IoLoop loop) throws InterruptedException {
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        loop.execute(() -> {
            busy.countDown();
            try {
                release.await(DEADLINE.toSeconds(), TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        if (!busy.await(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("the loop does not get busy");
        }
        return release;
    }

    /** Waits until a condition holds. */
    public static void until(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited " + DEADLINE + " until " + what);
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
    }

    public Server listen(Supplier<? extends BaseProtocol> factory, ServerOptions options) {
        return get(network().createServer(factory, Endpoint.of("tcp", "127.0.0.1", 0), options));
    }

    public Connection<Transport> connect(Supplier<? extends BaseProtocol> factory, Server server) {
        return get(network()
                .createConnection(factory, "127.0.0.1", port(server), dev.turnout.api.network.ConnectOptions.DEFAULTS));
    }

    /** Returns where a server listens. */
    public static InetSocketAddress address(Server server) {
        return on((IoLoop) server.loop(), () ->
                (InetSocketAddress) server.sockets().get(0).getsockname());
    }

    public static int port(Server server) {
        return address(server).getPort();
    }

    public NetworkDTO snapshot() {
        return get(networks.runtime().snapshot());
    }

    @Override
    public void close() {
        networks.close();
        loops.close();
    }
}
