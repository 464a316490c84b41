// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.process;

import dev.turnout.api.protocol.SubprocessProtocol;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.SubprocessTransport;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Keeps what it is told of a child, in order; data in several pieces is one line. */
class RecordingChild implements SubprocessProtocol {

    private final List<String> events = new ArrayList<>();
    private final ByteArrayOutputStream[] output = {
        new ByteArrayOutputStream(), new ByteArrayOutputStream(), new ByteArrayOutputStream()
    };
    final AtomicLong received = new AtomicLong();
    private Consumer<SubprocessTransport> made = transport -> {};
    private boolean keeps = true;
    private volatile boolean lost;
    private volatile @Nullable SubprocessTransport transport;

    /** Sets what happens inside {@code connectionMade}. */
    RecordingChild onMade(Consumer<SubprocessTransport> action) {
        made = action;
        return this;
    }

    /** Counts output instead of keeping it. */
    RecordingChild counting() {
        keeps = false;
        return this;
    }

    synchronized void note(String line) {
        events.add(line);
    }

    @Override
    public void connectionMade(BaseTransport with) {
        transport = (SubprocessTransport) with;
        note("connectionMade");
        made.accept(transport());
    }

    @Override
    public void pipeDataReceived(int fd, ByteBuffer data) {
        received.addAndGet(data.remaining());
        if (!keeps) {
            return;
        }
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        synchronized (this) {
            output[fd].writeBytes(bytes);
            if (!events.get(events.size() - 1).equals("data " + fd)) {
                events.add("data " + fd);
            }
        }
    }

    @Override
    public void pipeConnectionLost(int fd, @Nullable Throwable cause) {
        note("lost " + fd + (cause == null ? "" : " " + cause.getClass().getSimpleName()));
    }

    @Override
    public void processExited() {
        note("exited " + transport().getReturncode().orElse(-1000));
    }

    @Override
    public void pauseWriting() {
        note("pauseWriting");
    }

    @Override
    public void resumeWriting() {
        note("resumeWriting");
    }

    @Override
    public void connectionLost(@Nullable Throwable cause) {
        note("connectionLost" + (cause == null ? "" : " " + cause));
        lost = true;
    }

    boolean isLost() {
        return lost;
    }

    SubprocessTransport transport() {
        SubprocessTransport own = transport;
        if (own == null) {
            throw new AssertionError("there is no transport before connectionMade");
        }
        return own;
    }

    synchronized List<String> events() {
        return List.copyOf(events);
    }

    synchronized boolean has(String event) {
        return events.stream().anyMatch(line -> line.startsWith(event));
    }

    synchronized String text(int fd) {
        return output[fd].toString(StandardCharsets.ISO_8859_1);
    }
}
