// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.HandoverContext;
import dev.turnout.api.protocol.HandoverState;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.protocol.SwitchSupport;
import dev.turnout.api.protocol.Switchable;
import dev.turnout.api.protocol.UnreadBytes;
import dev.turnout.api.spi.SwitchReport;
import dev.turnout.api.spi.SwitchReport.Outcome;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a switch tells the network; what it does to the protocols is in the contract suites that every transport runs. */
class ProtocolSwitchTest {

    private Pair pair;

    @AfterEach
    void close() {
        pair.close();
    }

    /** Hands over what it was told to, and does something while it takes over. */
    private record Step(String unread, Runnable takingOver, Runnable takingBack) implements Protocol, Switchable {

        Step() {
            this("", () -> {}, () -> {});
        }

        @Override
        public SwitchSupport switchSupport() {
            return new SwitchSupport("steps", 1, 3);
        }

        @Override
        public HandoverState handOver(HandoverContext context) {
            return HandoverState.empty().withUnread(ByteBuffer.wrap(unread.getBytes(StandardCharsets.US_ASCII)));
        }

        @Override
        public void takeOver(BaseTransport transport, HandoverState state, HandoverContext context) {
            takingOver.run();
        }

        @Override
        public void takeBack(HandoverState state) {
            takingBack.run();
        }

        /** Each is itself only. */
        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    private static Runnable failing(String why) {
        return () -> {
            throw new IllegalStateException(why);
        };
    }

    private void switchTo(BaseProtocol next, UnreadBytes policy) {
        pair.loop.run(on -> pair.transport.setProtocol(next, policy));
    }

    private SwitchReport only() {
        List<SwitchReport> all = pair.log.switches();
        assertEquals(1, all.size(), all::toString);
        return all.get(0);
    }

    @Test
    @Spec("SWITCH-8")
    void callsConnectionMadeOfTheProtocolItBeganWith() throws Exception {
        pair = new Pair(new RecordingProtocol());
        List<String> next = new ArrayList<>();
        Protocol successor = new Protocol() {
            @Override
            public void connectionMade(BaseTransport transport) {
                next.add("connectionMade");
            }

            @Override
            public void connectionLost(Throwable cause) {
                next.add("connectionLost");
            }
        };
        RecordingProtocol begun = new RecordingProtocol();
        ReplacingObserver observer = new ReplacingObserver(pair.log, successor);

        pair.loop.run(on -> ReplacingObserver.begin(on, begun, observer).close());
        pair.loop.until("the end", () -> next.contains("connectionLost"));

        assertEquals(List.of("connectionMade"), begun.calls());
        assertEquals(List.of("connectionLost"), next);
    }

    @Test
    @Spec({"SWITCH-56", "SWITCH-63"})
    void tellsOfASwitchWithItsVersionAndUnreadBytes() throws Exception {
        Step old = new Step("abc", () -> {}, () -> {});
        Step next = new Step();
        pair = new Pair(old);

        switchTo(next, UnreadBytes.CARRIED);

        SwitchReport report = only();
        assertSame(old, report.from());
        assertSame(next, report.to());
        assertEquals(Outcome.SWITCHED, report.outcome());
        assertEquals(3, report.version());
        assertEquals(3, report.unread());
        assertEquals(UnreadBytes.CARRIED, report.policy());
        assertTrue(report.nanos() > 0);
        assertNull(report.failure());
    }

    @Test
    @Spec({"SWITCH-56", "SWITCH-63"})
    void tellsOfARefusalBecauseOfUnreadBytes() throws Exception {
        pair = new Pair(new Step("abc", () -> {}, () -> {}));

        IllegalStateException refused =
                assertThrows(IllegalStateException.class, () -> switchTo(new Step(), UnreadBytes.MUST_BE_EMPTY));

        assertEquals(Outcome.REFUSED, only().outcome());
        assertSame(refused, only().failure());
    }

    @Test
    @Spec({"SWITCH-34", "SWITCH-56"})
    void tellsOfARollBackAndOfAnAbort() throws Exception {
        Step old = new Step();
        pair = new Pair(old);
        switchTo(new Step("", failing("first"), () -> {}), UnreadBytes.CARRIED);
        assertEquals(Outcome.ROLLED_BACK, only().outcome());

        switchTo(new Step("", () -> {}, failing("second")), UnreadBytes.CARRIED);
        switchTo(new Step("", failing("third"), () -> {}), UnreadBytes.CARRIED);

        assertEquals(
                List.of(Outcome.ROLLED_BACK, Outcome.SWITCHED, Outcome.ABORTED),
                pair.log.switches().stream().map(SwitchReport::outcome).toList());
        assertEquals("third", pair.log.switches().get(2).failure().getMessage());
        pair.log.awaitClosed();
    }

    @Test
    @Spec({"SWITCH-27", "SWITCH-56"})
    void tellsOfSwitchesThatFollowEachOtherInTheirOrder() throws Exception {
        Step third = new Step();
        Step second = new Step("", () -> pair.transport.setProtocol(third), () -> {});
        pair = new Pair(new Step());

        switchTo(second, UnreadBytes.CARRIED);

        assertEquals(
                List.of(second, third),
                pair.log.switches().stream().map(SwitchReport::to).toList());
    }
}
