// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.load;

import dev.turnout.bench.wire.Contexts;
import dev.turnout.bench.wire.PlainWire;
import dev.turnout.bench.wire.TlsBuffers;
import dev.turnout.bench.wire.TlsWire;
import dev.turnout.bench.wire.Wire;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/** Makes the streams of one run, with TLS or without. Not threadsafe. */
final class Wires {

    private static final String TLS = "tls-";

    private final @Nullable SSLContext context;
    private final boolean resuming;
    private final TlsBuffers buffers = new TlsBuffers();
    private final AtomicLong certificates = new AtomicLong();

    Wires(Order order) throws IOException {
        context = order.what().startsWith(TLS) ? Contexts.client(certificates) : null;
        resuming = order.what().equals("tls-resumed");
    }

    /**
     * Returns a stream over a channel.
     *
     * @param place whose session is resumed, if any is: of those who are open at a time each needs another one
     */
    Wire over(SocketChannel channel, int place) {
        if (context == null) {
            return new PlainWire(channel);
        }
        // sessions are found by name and port, so an engine without them resumes none
        SSLEngine engine = resuming ? context.createSSLEngine("place-" + place, 1) : context.createSSLEngine();
        engine.setUseClientMode(true);
        engine.setEnabledProtocols(new String[] {Contexts.VERSION});
        engine.setEnabledCipherSuites(new String[] {Contexts.SUITE});
        return new TlsWire(channel, engine, buffers);
    }

    /** Returns how many servers have shown their certificate. */
    long certificates() {
        return certificates.get();
    }
}
