// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.transport.BaseTransport;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Records its callbacks as lines, without declaring anything and without objecting to beginning in the middle of a connection. */
final class Plain implements Protocol {

    private final List<String> calls = Collections.synchronizedList(new ArrayList<>());

    /** Returns the callbacks so far. */
    List<String> calls() {
        synchronized (calls) {
            return List.copyOf(calls);
        }
    }

    boolean was(String call) {
        return calls.contains(call);
    }

    @Override
    public void connectionMade(BaseTransport transport) {
        calls.add("connectionMade");
    }

    @Override
    public void dataReceived(ByteBuffer data) {
        calls.add("data " + StandardCharsets.ISO_8859_1.decode(data));
    }

    @Override
    public boolean eofReceived() {
        calls.add("eofReceived");
        return false;
    }

    @Override
    public void pauseWriting() {
        calls.add("pauseWriting");
    }

    @Override
    public void resumeWriting() {
        calls.add("resumeWriting");
    }

    @Override
    public void connectionLost(@Nullable Throwable cause) {
        calls.add("connectionLost " + (cause == null ? "null" : cause.getMessage()));
    }
}
