// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.server;

import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.Transport;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Sends back what comes in after computing on it for long, so that a server is at its limit while a load generator hardly works. */
final class WorkingEcho implements Protocol {

    /** How often what came in is digested before it goes back. */
    private static final int TIMES = 300;

    private final MessageDigest digest;
    private @Nullable Transport transport;

    WorkingEcho() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("a JDK without SHA-256", e);
        }
    }

    @Override
    public void connectionMade(BaseTransport made) {
        transport = (Transport) made;
    }

    @Override
    public void dataReceived(ByteBuffer data) {
        for (int i = 0; i < TIMES; i++) {
            digest.update(data.duplicate());
            digest.digest();
        }
        Objects.requireNonNull(transport).write(data);
    }

    @Override
    public void pauseWriting() {
        Objects.requireNonNull(transport).pauseReading();
    }

    @Override
    public void resumeWriting() {
        Objects.requireNonNull(transport).resumeReading();
    }
}
