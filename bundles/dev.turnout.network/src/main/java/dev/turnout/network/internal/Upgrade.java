// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static java.util.Objects.requireNonNull;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.TlsOptions;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.BufferedProtocol;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.spi.Filter;
import dev.turnout.api.spi.FilterProvider;
import dev.turnout.api.spi.Side;
import dev.turnout.api.spi.Upgradeable;
import dev.turnout.api.transport.Transport;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Puts TLS upon a connection in the middle of a conversation.
 *
 * @see "TLS-50 to TLS-59"
 */
final class Upgrade {

    private Upgrade() {}

    static CompletionStage<Transport> start(
            Core core,
            Transport transport,
            BaseProtocol protocol,
            TlsOptions options,
            boolean serverSide,
            byte[] unread) {
        requireNonNull(protocol, "protocol");
        requireNonNull(options, "options");
        requireNonNull(unread, "unread");
        IoLoop loop = (IoLoop) requireNonNull(transport, "transport").loop();
        loop.checkThread();
        if (!(transport instanceof Upgradeable lower)) {
            throw new IllegalArgumentException("this transport cannot be upgraded to TLS: " + transport);
        }
        if (!(protocol instanceof Protocol) && !(protocol instanceof BufferedProtocol)) {
            throw new IllegalArgumentException("TLS needs a Protocol or BufferedProtocol above it, not "
                    + protocol.getClass().getName());
        }
        if (!serverSide) {
            Arguments.serverHostname(options.find(TlsOptions.SERVER_HOSTNAME));
        }
        if (transport.isClosing()) {
            throw new IllegalStateException("cannot start TLS: the transport is closing: " + transport);
        }
        CompletableFuture<Transport> result = loop.createFuture();
        FilterProvider provider = core.filters.find(FilterPlan.TLS);
        if (provider == null) {
            result.completeExceptionally(new UnsupportedOperationException("cannot start TLS: no filter has the name \""
                    + FilterPlan.TLS + "\"; present: " + core.filters.present()
                    + "; install feature turnout-tls"));
            return result;
        }
        Filter filter = provider.wrap(loop, protocol, serverSide ? Side.SERVER : Side.CLIENT, options, Map.of());
        BaseProtocol layer = filter.below();
        lower.upgrade(layer);
        Session session = core.sessions.get(transport);
        Layer above = new Layer(protocol);
        above.filters.add(provider);
        if (session != null) {
            above.session = session;
            session.layer = above;
        }
        // before any byte: whoever waits has the new transport when the first decrypted one comes (TLS-55)
        filter.established().whenComplete((upper, failure) -> {
            if (failure != null) {
                if (session != null) {
                    session.origin.failedFilters.incrementAndGet();
                }
                transport.abort();
                result.completeExceptionally(LoopCalls.cause(failure));
                return;
            }
            above.begin(upper);
            if (!result.complete(upper)) {
                upper.abort();
            }
        });
        LoopCalls.ifCancelled(result, () -> LoopCalls.on(loop, transport::abort));
        transport.resumeReading();
        boolean paused = lower.isWritingPaused();
        layer.connectionMade(transport);
        if (paused) {
            layer.pauseWriting();
        }
        feed(layer, ByteBuffer.wrap(unread));
        return result;
    }

    /** Gives bytes that were read too far to the filter, as if they came from the wire (TLS-56). */
    private static void feed(BaseProtocol layer, ByteBuffer bytes) {
        if (!bytes.hasRemaining()) {
            return;
        }
        if (layer instanceof BufferedProtocol buffered) {
            while (bytes.hasRemaining()) {
                ByteBuffer target = buffered.getBuffer(bytes.remaining());
                int count = Math.min(target.remaining(), bytes.remaining());
                target.duplicate().put(bytes.slice().limit(count));
                bytes.position(bytes.position() + count);
                buffered.bufferUpdated(count);
            }
        } else if (layer instanceof Protocol stream) {
            stream.dataReceived(bytes.asReadOnlyBuffer());
        }
    }
}
