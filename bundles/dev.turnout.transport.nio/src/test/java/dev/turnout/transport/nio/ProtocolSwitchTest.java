// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import java.util.concurrent.atomic.AtomicInteger;
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

    /** Asks for another of its kind whenever it takes over, gives over or takes back. */
    private final class Restless implements Protocol, Switchable {

        private final String asking;
        private final AtomicInteger asked;

        Restless(String asking, AtomicInteger asked) {
            this.asking = asking;
            this.asked = asked;
        }

        private void call(String call) {
            if (asking.contains(call) && asked.incrementAndGet() < 10_000) {
                pair.transport.setProtocol(new Restless(asking, asked));
            }
        }

        @Override
        public SwitchSupport switchSupport() {
            return new SwitchSupport("steps", 1, 3);
        }

        @Override
        public HandoverState handOver(HandoverContext context) {
            call("handOver");
            return HandoverState.empty();
        }

        @Override
        public void takeOver(BaseTransport transport, HandoverState state, HandoverContext context) {
            call("takeOver");
            if (asking.contains("takeBack")) {
                throw new IllegalStateException("cannot take over");
            }
        }

        @Override
        public void takeBack(HandoverState state) {
            call("takeBack");
        }
    }

    private List<Outcome> outcomes() {
        return pair.log.switches().stream().map(SwitchReport::outcome).toList();
    }

    @Test
    @Spec({"SWITCH-16", "SWITCH-33"})
    void refusesASwitchThatTheOldProtocolAsksForWhileItHandsOver() throws Exception {
        Restless old = new Restless("handOver", new AtomicInteger());
        pair = new Pair(old);

        switchTo(new Step(), UnreadBytes.CARRIED);

        assertEquals(List.of(Outcome.REFUSED, Outcome.HAND_OVER_FAILED), outcomes());
        Throwable failure = pair.log.switches().get(1).failure();
        assertTrue(
                failure instanceof IllegalStateException && failure.getMessage().contains("handOver()"));
        pair.loop.run(on -> assertSame(old, pair.transport.getProtocol()));
    }

    @Test
    @Spec({"SWITCH-27", "SWITCH-34"})
    void boundsSwitchesThatFollowEachOther() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        pair = new Pair(new Step());

        switchTo(new Restless("takeOver", asked), UnreadBytes.CARRIED);

        assertEquals(ProtocolSwitch.MOST_IN_A_ROW, asked.get());
        List<Outcome> outcomes = outcomes();
        assertEquals(ProtocolSwitch.MOST_IN_A_ROW + 1, outcomes.size());
        assertEquals(
                List.of(Outcome.SWITCHED, Outcome.REFUSED, Outcome.ROLLED_BACK),
                outcomes.subList(outcomes.size() - 3, outcomes.size()));
        assertTrue(pair.log
                .switches()
                .get(outcomes.size() - 1)
                .failure()
                .getMessage()
                .contains("in a row"));
        pair.loop.run(on -> assertFalse(pair.transport.isClosing()));
        switchTo(new Step(), UnreadBytes.CARRIED);
        assertEquals(List.of(Outcome.SWITCHED), outcomes().subList(outcomes.size(), outcomes.size() + 1));
    }

    @Test
    @Spec("SWITCH-34")
    void boundsSwitchesThatAreAskedForWhileAnotherIsTakenBack() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        pair = new Pair(new Restless("takeBack", asked));

        switchTo(new Restless("takeBack", asked), UnreadBytes.CARRIED);

        assertEquals(ProtocolSwitch.MOST_IN_A_ROW, asked.get());
        pair.log.awaitClosed();
    }

    @Test
    @Spec("SWITCH-12")
    void refusesWhatDoesNotFitTheProtocolThatHasComeMeanwhile() throws Exception {
        Step second = new Step("", () -> {}, () -> {});
        Protocol fickle = new Fickle();
        pair = new Pair(new Step());

        IllegalStateException refused =
                assertThrows(IllegalStateException.class, () -> switchTo(fickle, UnreadBytes.CARRIED));

        assertTrue(refused.getMessage().contains("switchSupport()"), refused.getMessage());
        assertEquals(List.of(Outcome.REFUSED), outcomes());
        switchTo(second, UnreadBytes.CARRIED);
    }

    /** Says what it can be switched with once, and fails from then on. */
    private static final class Fickle implements Protocol, Switchable {

        private int calls;

        @Override
        public SwitchSupport switchSupport() {
            if (calls++ > 0) {
                throw new IllegalStateException("not now");
            }
            return new SwitchSupport("steps", 1, 3);
        }

        @Override
        public HandoverState handOver(HandoverContext context) {
            return HandoverState.empty();
        }

        @Override
        public void takeOver(BaseTransport transport, HandoverState state, HandoverContext context) {}
    }
}
