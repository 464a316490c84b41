// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static dev.turnout.network.TestNetwork.get;
import static dev.turnout.network.TestNetwork.on;
import static dev.turnout.network.TestNetwork.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.dto.LeakDTO;
import dev.turnout.api.protocol.ProtocolFactory;
import dev.turnout.api.spi.TransportProvider;
import dev.turnout.api.transport.Transport;
import dev.turnout.network.BundleLoader;
import dev.turnout.network.Lone;
import dev.turnout.testkit.Spec;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Nothing of a bundle stays behind when it has left, and what does is named. */
class LeakTest extends Serving {

    LeakTest() {
        super(2);
    }

    private ProtocolFactory install(String version) throws Exception {
        ProtocolFactory factory = (ProtocolFactory) Lone.of(new BundleLoader("org.example.lone", version));
        assertNotSame(Lone.class, factory.getClass());
        add(factory, 0);
        return factory;
    }

    private static WeakReference<ClassLoader> loaderOf(Object service) {
        return new WeakReference<>(service.getClass().getClassLoader());
    }

    private static void assertCollected(WeakReference<ClassLoader> loader) {
        until("the class loader is collected", () -> {
            System.gc();
            return loader.get() == null;
        });
    }

    /** Installs a version, has a client talk to it, and removes it; nothing of it is on the stack afterwards. */
    private WeakReference<ClassLoader> serveAndRemove(String version, LineClient client) throws Exception {
        ProtocolFactory factory = install(version);
        assertEquals(version, client.ask(version));
        core.removeProtocol(factory, true);
        return loaderOf(factory);
    }

    @Test
    @Spec({"SWITCH-36", "SWITCH-37"})
    void classesAreCollectableAfterAnUpdateInPlace() throws Exception {
        ConfiguredServer server = configured();
        LineClient client = connect(server);

        WeakReference<ClassLoader> first = serveAndRemove("1.0.0", client);
        assertCollected(first);
        WeakReference<ClassLoader> second = serveAndRemove("2.0.0", client);
        assertCollected(second);

        LeakDTO[] leaks = get(core.leaks()).toArray(LeakDTO[]::new);
        assertEquals(2, leaks.length);
        assertTrue(Arrays.stream(leaks).allMatch(leak -> leak.collected));
        assertEquals("org.example.lone 1.0.0", leaks[0].bundle);
        assertEquals(1, server.counters.parked.get(), "the connection is open still");
    }

    private WeakReference<ClassLoader> serveAndReplace(LineClient client) throws Exception {
        ProtocolFactory factory = install("1.0.0");
        assertEquals("x", client.ask("x"));
        install("2.0.0");
        core.removeProtocol(factory, true);
        return loaderOf(factory);
    }

    @Test
    @Spec("SWITCH-37")
    void classesAreCollectableAfterAnUpdateSideBySide() throws Exception {
        LineClient client = connect(configured());

        assertCollected(serveAndReplace(client));

        assertEquals("y", client.ask("y"));
    }

    private WeakReference<ClassLoader> serveAndEnd(LineClient client) throws Exception {
        ProtocolFactory factory = install("1.0.0");
        assertEquals("x", client.ask("x"));
        core.removeProtocol(factory, false);
        assertEquals("y", client.ask("y"));
        client.close();
        until("the connection has ended", () -> core.sessions.isEmpty());
        return loaderOf(factory);
    }

    @Test
    @Spec("SWITCH-37")
    void classesAreCollectableAfterTheLastConnectionHasDrained() throws Exception {
        assertCollected(serveAndEnd(connect(configured("departure", "drain", "drain.deadline", "1m"))));
    }

    /** Has code exchange a protocol of the bundle for one that is not. */
    private WeakReference<ClassLoader> exchangeByCode(LineClient client) throws Exception {
        ProtocolFactory factory = install("1.0.0");
        assertEquals("x", client.ask("x"));
        Transport transport = (Transport) core.sessions.keySet().iterator().next();
        on((IoLoop) transport.loop(), () -> {
            transport.setProtocol(new Lone());
            return true;
        });
        core.removeProtocol(factory, false);
        return loaderOf(factory);
    }

    @Test
    @Spec("SWITCH-37")
    void classesAreCollectableAfterASwitchThatCodeAskedFor() throws Exception {
        LineClient client = connect(configured("departure", "drain", "drain.deadline", "1m"));

        assertCollected(exchangeByCode(client));

        assertEquals("y", client.ask("y"));
    }

    @Test
    @Spec("SWITCH-37")
    void namesAConnectionThatHoldsThem() throws Exception {
        LineClient client = connect(configured("departure", "drain", "drain.deadline", "1m"));
        ProtocolFactory factory = install("1.0.0");
        assertEquals("x", client.ask("x"));
        long id = core.sessions.values().iterator().next().id;

        core.removeProtocol(factory, false);

        LeakDTO leak = get(core.leaks()).get(0);
        assertFalse(leak.collected);
        assertEquals(List.of("connection " + id), List.of(leak.holders));
    }

    @Test
    @Spec("SWITCH-37")
    void namesAThreadThatHoldsThem() throws Exception {
        ProtocolFactory factory = install("1.0.0");
        CountDownLatch done = new CountDownLatch(1);
        Thread holder = new Thread(
                () -> {
                    try {
                        done.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "left-behind");
        holder.setContextClassLoader(factory.getClass().getClassLoader());
        holder.start();

        core.removeProtocol(factory, true);
        LeakDTO leak = get(core.leaks()).get(0);
        done.countDown();
        holder.join();

        assertFalse(leak.collected);
        assertEquals(List.of("thread \"left-behind\", by its context class loader"), List.of(leak.holders));
    }

    @Test
    @Spec("SWITCH-37")
    void namesAThreadThatRunsThem() throws Exception {
        ProtocolFactory factory = install("1.0.0");
        Thread runner = new Thread((Runnable) factory, "runs-on");
        runner.start();
        until("it runs", () -> runner.getState() == Thread.State.WAITING);

        core.removeProtocol(factory, true);
        LeakDTO leak = get(core.leaks()).get(0);
        runner.interrupt();
        runner.join();

        assertEquals(
                List.of("perhaps thread \"runs-on\", by " + Lone.class.getName() + " on its stack"),
                List.of(leak.holders));
    }

    @Test
    @Spec("SWITCH-37")
    void cancelsWhatABundleHasBegunWhenItLeavesAndNothingElse() throws Exception {
        Supplier<?> inner = (Supplier<?>) Lone.of(new BundleLoader("org.example.transport", "1.2.3"));
        core.addTransport("lone", (TransportProvider) inner, Map.of());
        BoundNetwork mine = new BoundNetwork(core, "org.example.mine 1.0.0");
        core.addTransport("far", (TransportProvider) Lone.of(new BundleLoader("org.example.far", "1.0.0")), Map.of());
        CompletionStage<?> first = begun(mine, "lone:/somewhere");
        CompletionStage<?> lower = (CompletionStage<?>) inner.get();
        CompletionStage<?> others = begun(new BoundNetwork(core, "org.example.other 1.0.0"), "far:/away");

        mine.release();

        assertTrue(lower.toCompletableFuture().isCancelled(), "nobody opens any more");
        Throwable cancelled = get(first.handle((connection, failure) -> failure));
        assertInstanceOf(CancellationException.class, cancelled);
        assertTrue(cancelled.getMessage().contains("org.example.mine 1.0.0"), cancelled::getMessage);
        assertFalse(others.toCompletableFuture().isDone());
    }

    private CompletionStage<?> begun(BoundNetwork network, String endpoint) {
        CompletionStage<?> connecting = network.createConnection(
                () -> new dev.turnout.api.protocol.Protocol() {}, Endpoint.parse(endpoint), ConnectOptions.DEFAULTS);
        for (IoLoop loop : loops.loops()) {
            on(loop, () -> true);
        }
        assertFalse(connecting.toCompletableFuture().isDone());
        return connecting;
    }

    @Test
    @Spec("SWITCH-58")
    void cancelsAConnectInProgressAndNamesTheBundleThatLeft() throws Exception {
        Object lone = Lone.of(new BundleLoader("org.example.transport", "1.2.3"));
        TransportProvider provider = (TransportProvider) lone;
        core.addTransport("lone", provider, Map.of());
        CompletionStage<?> connecting = new BoundNetwork(core, "test")
                .createConnection(
                        () -> new dev.turnout.api.protocol.Protocol() {},
                        Endpoint.parse("lone:/somewhere"),
                        ConnectOptions.DEFAULTS);
        for (IoLoop loop : loops.loops()) {
            on(loop, () -> true);
        }
        assertFalse(connecting.toCompletableFuture().isDone());

        core.removeTransport(provider, true);

        // the stage's own failure: what get() throws has it as its cause on newer JDKs
        Throwable cancelled = get(connecting.handle((connection, failure) -> failure));
        assertInstanceOf(CancellationException.class, cancelled);
        assertTrue(cancelled.getMessage().contains("org.example.transport 1.2.3"), cancelled::getMessage);
        Supplier<?> inner = (Supplier<?>) lone;
        until(
                "the connect is cancelled too",
                () -> ((CompletionStage<?>) inner.get()).toCompletableFuture().isCancelled());
        assertTrue(core.sessions.isEmpty());
    }
}
