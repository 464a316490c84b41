// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network;

import dev.turnout.api.network.Connection;
import dev.turnout.api.protocol.HandoverContext;
import dev.turnout.api.protocol.HandoverState;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.protocol.ProtocolContext;
import dev.turnout.api.protocol.ProtocolFactory;
import dev.turnout.api.protocol.SwitchSupport;
import dev.turnout.api.protocol.Switchable;
import dev.turnout.api.spi.ConnectRequest;
import dev.turnout.api.spi.TransportProvider;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.Transport;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/**
 * Is all that a bundle has in one class, to be loaded by a {@link BundleLoader}: an echo with its factory, a transport whose connects never end, and
 * something to run until it is interrupted.
 */
public final class Lone
        implements ProtocolFactory, Protocol, Switchable, TransportProvider, Supplier<CompletableFuture<?>>, Runnable {

    private final CompletableFuture<Connection<Transport>> connecting = new CompletableFuture<>();
    private Transport transport;

    /** Loads it anew and makes one. */
    public static Object of(BundleLoader bundle) throws Exception {
        return bundle.load(Lone.class).getConstructor().newInstance();
    }

    @Override
    public Protocol newProtocol(ProtocolContext context) {
        return new Lone();
    }

    @Override
    public void connectionMade(BaseTransport made) {
        transport = (Transport) made;
    }

    @Override
    public void dataReceived(ByteBuffer data) {
        transport.write(data);
    }

    @Override
    public SwitchSupport switchSupport() {
        return new SwitchSupport(SwitchSupport.STREAM, 1, 1);
    }

    @Override
    public HandoverState handOver(HandoverContext context) {
        return HandoverState.empty();
    }

    @Override
    public void takeOver(BaseTransport taken, HandoverState state, HandoverContext context) {
        transport = (Transport) taken;
    }

    @Override
    public String scheme() {
        return "lone";
    }

    @Override
    public CompletionStage<Connection<Transport>> connect(ConnectRequest request) {
        return connecting;
    }

    @Override
    public void run() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns the connect that is in progress. */
    @Override
    public CompletableFuture<?> get() {
        return connecting;
    }
}
