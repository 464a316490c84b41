// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.turnout.api.loop.ErrorContext;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.DatagramOptions;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.transport.DatagramCounters;
import dev.turnout.api.transport.DatagramTransport;
import dev.turnout.api.transport.ExtraInfo;
import dev.turnout.testkit.Hook;
import dev.turnout.testkit.LoopThread;
import dev.turnout.testkit.Recorder;
import dev.turnout.testkit.RecordingDatagramProtocol;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Is the common ground of the suites for datagrams: a loop in debug mode for each test, and after it the check that no callback broke the order of
 * callbacks, and that nothing was reported that the test did not ask for.
 */
public abstract class DatagramContract {

    private final List<Recorder<?, ?>> recorders = new ArrayList<>();
    private final List<DatagramTransport> transports = new ArrayList<>();
    private DatagramFixture fixture;
    private LoopThread loop;

    /** Makes a fixture for one test. */
    protected abstract DatagramFixture newFixture();

    @BeforeEach
    final void startLoop() {
        fixture = newFixture();
        loop = new LoopThread(fixture.newLoop("contract"));
    }

    @AfterEach
    final void endLoop() {
        try {
            loop.settle();
            for (Recorder<?, ?> recorder : recorders) {
                assertEquals(List.of(), recorder.violations(), recorder::toString);
            }
            assertEquals(List.of(), loop.reports(), "reports that the test did not take");
        } finally {
            fixture.close();
            loop.run(in -> transports.forEach(DatagramTransport::abort));
            loop.settle();
            loop.close();
        }
    }

    final DatagramFixture fixture() {
        return fixture;
    }

    final LoopThread loop() {
        return loop;
    }

    final void run(Hook<IoLoop> step) {
        loop.run(step);
    }

    final RecordingDatagramProtocol recorder() {
        RecordingDatagramProtocol recorder = new RecordingDatagramProtocol();
        recorders.add(recorder);
        return recorder;
    }

    final DatagramLink connected(BaseProtocol protocol) {
        return kept(fixture.open(loop, protocol, DatagramOptions.DEFAULTS, true));
    }

    final DatagramLink free(BaseProtocol protocol) {
        return kept(fixture.open(loop, protocol, DatagramOptions.DEFAULTS, false));
    }

    final DatagramLink free(BaseProtocol protocol, Map<String, String> options) {
        return kept(fixture.open(loop, protocol, DatagramOptions.DEFAULTS.with(options), false));
    }

    final DatagramLink gated(BaseProtocol protocol) {
        return gated(protocol, Map.of());
    }

    final DatagramLink gated(BaseProtocol protocol, Map<String, String> options) {
        return kept(fixture.openGated(loop, protocol, DatagramOptions.DEFAULTS.with(options), true));
    }

    private DatagramLink kept(DatagramLink link) {
        transports.add(link.transport());
        return link;
    }

    final DatagramCounters counters(DatagramLink link) {
        return loop.call(
                () -> link.transport().getExtraInfo(ExtraInfo.DATAGRAMS).orElseThrow());
    }

    /** Takes the one report that is expected; waits for it. */
    final ErrorContext takeReport() {
        loop.until("a report", () -> !loop.reports().isEmpty());
        assertEquals(1, loop.reports().size(), () -> "reports: " + loop.reports());
        return loop.reports().remove(0);
    }

    static ByteBuffer data(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    static ByteBuffer data(int size) {
        return ByteBuffer.wrap(StreamContract.bytes(size));
    }

    static void assertCalls(Recorder<?, ?> recorder, String... lines) {
        assertEquals(Arrays.asList(lines), recorder.calls());
    }
}
