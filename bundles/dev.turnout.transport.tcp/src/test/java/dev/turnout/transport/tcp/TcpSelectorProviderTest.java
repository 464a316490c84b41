// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.spi.Side;
import dev.turnout.core.EventLoops;
import dev.turnout.testkit.CountingSelectorProvider;
import dev.turnout.testkit.LoopThread;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.LinkedHashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Shows that every channel of TCP comes through the selector provider of its loop. */
class TcpSelectorProviderTest {

    private final CountingSelectorProvider selectors = new CountingSelectorProvider();
    private final Set<SelectableChannel> registered = new LinkedHashSet<>();

    @Test
    @Spec("BASE-26")
    void opensEverythingThroughTheLoopsProviderAndNonBlocking() {
        try (LoopThread loop = new LoopThread(watched(EventLoops.newEventLoop("other", selectors)));
                TcpFixture fixture = new TcpFixture(Side.SERVER, selectors)) {
            RecordingProtocol server = new RecordingProtocol();
            RecordingProtocol client = new RecordingProtocol().onMade(transport -> transport.write(new byte[] {'x'}));

            fixture.openPair(loop, server, client);
            server.awaitReceived(1);

            assertEquals(1, selectors.selectors());
            loop.run(in -> {
                assertEquals(3, registered.size(), "listener, client, accepted: " + registered);
                assertEquals(2, selectors.channels().size(), "listener and client: " + selectors.channels());
                for (SelectableChannel channel : registered) {
                    assertFalse(channel.isBlocking(), channel::toString);
                    boolean accepted = channel instanceof SocketChannel socket
                            && registered.stream().anyMatch(other -> acceptedFrom(other, socket));
                    assertTrue(selectors.channels().contains(channel) != accepted, channel::toString);
                }
                client.transport().abort();
                server.transport().abort();
            });
            client.awaitLost();
            server.awaitLost();
        }
    }

    private static boolean acceptedFrom(SelectableChannel listener, SocketChannel channel) {
        try {
            return listener instanceof ServerSocketChannel server
                    && server.getLocalAddress().equals(channel.getLocalAddress());
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** A loop that notes which channels are registered with it. */
    private IoLoop watched(IoLoop loop) {
        return (IoLoop) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {IoLoop.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("register")) {
                        registered.add((SelectableChannel) arguments[0]);
                    }
                    try {
                        return method.invoke(loop, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
