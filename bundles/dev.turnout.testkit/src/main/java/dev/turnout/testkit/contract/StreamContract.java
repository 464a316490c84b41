// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.ErrorContext;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.transport.Transport;
import dev.turnout.testkit.Hook;
import dev.turnout.testkit.LoopThread;
import dev.turnout.testkit.Recorder;
import dev.turnout.testkit.RecordingBufferedProtocol;
import dev.turnout.testkit.RecordingProtocol;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;

/**
 * Is the common ground of the suites: a loop in debug mode for each test, and after it the check that no callback broke the order of callbacks, ran
 * on a wrong thread or was nested, and that nothing was reported that the test did not ask for.
 */
public abstract class StreamContract {

    /** Is more than the kernel's buffers take while the peer does not read. */
    protected static final int MUCH = 3 << 20;

    /** Are options that keep the kernel's part of the buffering small. */
    protected static final Map<String, String> SMALL_BUFFERS =
            Map.of("send.buffer", "32KiB", "receive.buffer", "32KiB");

    private static final int CHUNK = 64 * 1024;
    private static final int MOST_CHUNKS = 1024;
    private static final long NO_MARK = 1L << 40;

    private final List<Recorder<?, ?>> recorders = new ArrayList<>();
    private StreamFixture fixture;
    private LoopThread loop;

    /** Makes a fixture for one test. */
    protected abstract StreamFixture newFixture();

    @BeforeEach
    final void startLoop() {
        fixture = newFixture();
        loop = new LoopThread(fixture.newLoop("contract"));
    }

    @AfterEach
    final void endLoop() {
        try {
            settle();
            for (Recorder<?, ?> recorder : recorders) {
                assertEquals(List.of(), recorder.violations(), recorder::toString);
            }
            assertEquals(List.of(), loop.reports(), "reports that the test did not take");
        } finally {
            fixture.close();
            if (!loop.loop().isClosed()) {
                loop.run(in -> abortAll());
                settle();
                loop.close();
            }
        }
    }

    private void settle() {
        if (!loop.loop().isClosed()) {
            loop.settle();
        }
    }

    private void abortAll() {
        for (Recorder<?, ?> recorder : recorders) {
            if (recorder.isMade() && recorder.transport() instanceof Transport transport) {
                transport.abort();
            }
        }
    }

    /** Returns the fixture of this test. */
    protected final StreamFixture fixture() {
        return fixture;
    }

    /** Returns the loop of this test. */
    protected final LoopThread loop() {
        return loop;
    }

    /** Skips the rest of a test if the kind of transport lacks what it needs. */
    protected final void needs(StreamFixture.Capability capability) {
        Assumptions.assumeTrue(fixture.has(capability), () -> "this kind of transport has no " + capability);
    }

    /** Runs a step on the loop and waits for it. */
    protected final void run(Hook<IoLoop> step) {
        loop.run(step);
    }

    /** Returns a new recorder, checked after the test. */
    protected final RecordingProtocol recorder() {
        return watch(new RecordingProtocol());
    }

    /** Returns a new buffered recorder, checked after the test. */
    protected final RecordingBufferedProtocol bufferedRecorder() {
        return watch(new RecordingBufferedProtocol());
    }

    /** Has a recorder checked after the test. */
    protected final <R extends Recorder<?, ?>> R watch(R recorder) {
        recorders.add(recorder);
        return recorder;
    }

    /** Opens a connection with default options. */
    protected final Link open(BaseProtocol protocol) {
        return fixture.open(loop, protocol, Map.of(), peer -> {});
    }

    /** Opens a connection with options. */
    protected final Link open(BaseProtocol protocol, Map<String, String> options) {
        return fixture.open(loop, protocol, options, peer -> {});
    }

    /** Opens a connection whose peer acts before {@code connectionMade}. */
    protected final Link open(BaseProtocol protocol, Hook<Peer> early) {
        return fixture.open(loop, protocol, Map.of(), early);
    }

    /** Opens a connection with small buffers in the kernel. */
    protected final Link openSmall(BaseProtocol protocol) {
        return open(protocol, SMALL_BUFFERS);
    }

    /** Writes, on the loop, until the system takes no more; no mark is in the way, and the peer must not read. Returns the bytes written. */
    protected final long fill(Transport transport) {
        transport.setWriteBufferLimits(NO_MARK);
        long written = 0;
        for (int i = 0; i < MOST_CHUNKS && transport.getWriteBufferSize() == 0; i++) {
            transport.write(bytes(CHUNK));
            written += CHUNK;
        }
        assertTrue(transport.getWriteBufferSize() > 0, "the system took " + written + " bytes and wants more");
        return written;
    }

    /** Fills the system's buffers and waits until nothing moves any more. Returns the bytes written. */
    protected final long fillForGood(Transport transport) {
        long written = 0;
        long before = -1;
        long buffered = 0;
        while (buffered == 0 || buffered != before) {
            written += buffered == 0 ? loop.call(() -> fill(transport)) : 0;
            before = buffered;
            loop.settle();
            buffered = loop.call(transport::getWriteBufferSize);
        }
        return written;
    }

    /** Reads what the peer gets until it ends in whatever way. */
    protected static void drain(Peer peer) throws Exception {
        try {
            peer.receiveAll();
        } catch (java.io.IOException e) {
            assertTrue(true, "the end of a connection that may be reset");
        }
    }

    /** Takes the one report that is expected; waits for it. */
    protected final ErrorContext takeReport() {
        loop.until("a report", () -> !loop.reports().isEmpty());
        assertEquals(1, loop.reports().size(), () -> "reports: " + loop.reports());
        return loop.reports().remove(0);
    }

    /** Checks the callbacks of a recorder, data in several pieces joined. */
    protected static void assertTrace(Recorder<?, ?> recorder, String... lines) {
        assertEquals(Arrays.asList(lines), recorder.trace());
    }

    /** Returns bytes that show misplaced, lost and doubled ones. */
    protected static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        int state = 1;
        for (int i = 0; i < count; i++) {
            state = state * 1103515245 + 12345;
            bytes[i] = (byte) (state >>> 16);
        }
        return bytes;
    }
}
