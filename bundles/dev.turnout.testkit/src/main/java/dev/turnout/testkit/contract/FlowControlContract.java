// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.transport.Transport;
import dev.turnout.api.transport.WaterMarks;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Says when writing is paused and when it resumes. */
public abstract class FlowControlContract extends StreamContract {

    private static final long NEVER = 1L << 40;

    /** Makes the suite. */
    protected FlowControlContract() {}

    /** Returns the marks a transport of this kind begins with. */
    protected WaterMarks defaultMarks() {
        return fixture().defaultMarks();
    }

    @Test
    @Spec({"FLOW-1", "FLOW-6"})
    void beginsWithTheDefaultMarksAndReturnsToThem() {
        Link link = open(recorder());

        run(in -> {
            assertEquals(defaultMarks(), link.transport().getWriteBufferLimits());
            link.transport().setWriteBufferLimits(5);
            link.transport().setWriteBufferLimits();
            assertEquals(defaultMarks(), link.transport().getWriteBufferLimits());
        });
    }

    @Test
    @Spec({"FLOW-3", "FLOW-4", "FLOW-5", "FLOW-8", "JAVA-6", "JAVA-7"})
    void marksAreSetHighFirstAndAnsweredLowFirst() {
        Link link = open(recorder());

        run(in -> {
            Transport transport = link.transport();
            transport.setWriteBufferLimits(1000, 200);
            assertEquals(new WaterMarks(200, 1000), transport.getWriteBufferLimits());
            transport.setWriteBufferLimits(1003);
            assertEquals(new WaterMarks(250, 1003), transport.getWriteBufferLimits());
            transport.setWriteBufferLimits(WaterMarks.low(30));
            assertEquals(new WaterMarks(30, 120), transport.getWriteBufferLimits());
            transport.setWriteBufferLimits(0);
            assertEquals(new WaterMarks(0, 0), transport.getWriteBufferLimits());
            transport.setWriteBufferLimits(7, 7);
            assertEquals(new WaterMarks(7, 7), transport.getWriteBufferLimits());
        });
    }

    @Test
    @Spec({"FLOW-7", "FLOW-9", "JAVA-10"})
    void refusesImpossibleMarksAndKeepsTheOld() {
        Link link = open(recorder());

        run(in -> {
            Transport transport = link.transport();
            transport.setWriteBufferLimits(100, 50);
            assertThrows(IllegalArgumentException.class, () -> transport.setWriteBufferLimits(50, 51));
            assertThrows(IllegalArgumentException.class, () -> transport.setWriteBufferLimits(-1));
            assertThrows(IllegalArgumentException.class, () -> transport.setWriteBufferLimits(10, -1));
            assertThrows(IllegalArgumentException.class, () -> transport.setWriteBufferLimits(0, 1));
            assertEquals(new WaterMarks(50, 100), transport.getWriteBufferLimits());
        });
    }

    @Test
    @Spec("FLOW-8")
    void aHighMarkOfZeroPausesWheneverSomethingIsBuffered() throws Exception {
        needs(StreamFixture.Capability.WRITES_AT_ONCE);
        RecordingProtocol protocol = recorder();
        Link link = openSmall(protocol);
        long written = fillForGood(link.transport());
        link.peer().receive((int) written);
        loop().until("an empty buffer", () -> link.transport().getWriteBufferSize() == 0);

        run(in -> {
            link.transport().setWriteBufferLimits(0);
            link.transport().write("x".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            assertEquals(0, protocol.count("pauseWriting"), "nothing is buffered");
            link.transport().write(bytes(MUCH));
            assertEquals(1, protocol.count("pauseWriting"));
        });
    }

    @Test
    @Spec({"FLOW-10", "FLOW-12"})
    void aLowMarkOfZeroResumesOnlyWhenTheBufferIsEmpty() throws Exception {
        AtomicLong left = new AtomicLong(-1);
        RecordingProtocol protocol = recorder().onResume(transport -> left.set(transport.getWriteBufferSize()));
        Link link = openSmall(protocol);

        run(in -> {
            link.transport().setWriteBufferLimits(1000, 0);
            link.transport().write(bytes(MUCH));
        });
        link.peer().receive(MUCH);
        protocol.awaitCall("resumeWriting");

        assertEquals(0, left.get());
    }

    @Test
    @Spec({"FLOW-11", "FLOW-15", "FLOW-16"})
    void pausesInsideTheWriteThatGoesStrictlyAboveTheMark() throws Exception {
        RecordingProtocol protocol = recorder();
        Link link = openSmall(protocol);
        long before = fillForGood(link.transport());

        run(in -> {
            Transport transport = link.transport();
            long size = transport.getWriteBufferSize();
            transport.setWriteBufferLimits(size + 100);
            transport.write(bytes(100));
            assertEquals(0, protocol.count("pauseWriting"), "equal to the mark");
            transport.write(new byte[] {7});
            assertEquals(1, protocol.count("pauseWriting"), "above the mark");
            assertEquals(size + 101, transport.getWriteBufferSize());
        });
        link.peer().receive((int) before);

        assertArrayEquals(bytes(100), link.peer().receive(100));
        assertEquals(7, link.peer().receive(1)[0]);
    }

    @Test
    @Spec("FLOW-12")
    void resumesAtOrBelowTheLowMarkAndNotAbove() throws Exception {
        List<Long> sizes = new ArrayList<>();
        RecordingProtocol protocol = recorder().onResume(transport -> sizes.add(transport.getWriteBufferSize()));
        Link link = openSmall(protocol);
        long low = 1 << 20;

        run(in -> {
            link.transport().setWriteBufferLimits(2 << 20, low);
            link.transport().write(bytes(4 << 20));
        });
        link.peer().receive(1 << 20);
        loop().settle();
        long waiting = loop().call(link.transport()::getWriteBufferSize);
        assertTrue(waiting > low, "waiting: " + waiting);
        assertEquals(0, protocol.count("resumeWriting"));
        link.peer().receive(3 << 20);
        protocol.awaitCall("resumeWriting");

        assertEquals(1, sizes.size());
        assertTrue(sizes.get(0) <= low, sizes::toString);
    }

    @Test
    @Spec({"FLOW-13", "FLOW-14"})
    void pausesOnceHoweverMuchMoreIsWrittenAndAlternates() throws Exception {
        RecordingProtocol protocol = recorder();
        Link link = openSmall(protocol);

        for (int round = 0; round < 3; round++) {
            run(in -> {
                for (int i = 0; i < 8; i++) {
                    link.transport().write(bytes(MUCH / 8));
                }
            });
            link.peer().receive(MUCH);
            int done = round + 1;
            loop().until("resumeWriting", () -> protocol.count("resumeWriting") == done);
        }
        run(in -> link.transport().write(bytes(MUCH)));
        run(in -> link.transport().abort());
        protocol.awaitLost();

        assertTrace(
                protocol,
                "connectionMade",
                "pauseWriting",
                "resumeWriting",
                "pauseWriting",
                "resumeWriting",
                "pauseWriting",
                "resumeWriting",
                "pauseWriting",
                "connectionLost null");
    }

    @Test
    @Spec("FLOW-18")
    void resumeWritingMayWriteHereAndElsewhere() throws Exception {
        RecordingProtocol other = recorder();
        Link second = open(other);
        RecordingProtocol protocol = recorder().onResume(transport -> {
            transport.write("here".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            second.transport().write("there".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        });
        Link link = openSmall(protocol);

        run(in -> link.transport().write(bytes(MUCH)));

        assertArrayEquals(bytes(MUCH), link.peer().receive(MUCH));
        assertEquals("here", link.peer().receiveText(4));
        assertEquals("there", second.peer().receiveText(5));
    }

    @Test
    @Spec("FLOW-19")
    void refillingInsideResumeWritingPausesAgainAndGoesOn() throws Exception {
        int rounds = 5;
        int[] refills = {0};
        RecordingProtocol protocol = recorder();
        protocol.onResume(transport -> {
            if (++refills[0] < rounds) {
                transport.write(bytes(MUCH));
                assertEquals(refills[0] + 1, protocol.count("pauseWriting"), "paused again at once");
            }
        });
        Link link = openSmall(protocol);

        run(in -> link.transport().write(bytes(MUCH)));
        for (int i = 0; i < rounds; i++) {
            assertArrayEquals(bytes(MUCH), link.peer().receive(MUCH));
        }

        loop().until("the last resume", () -> refills[0] == rounds);
        assertEquals(rounds, protocol.count("pauseWriting"));
    }

    @Test
    @Spec("FLOW-20")
    void settingMarksBelowTheSizePausesInsideTheCall() {
        RecordingProtocol protocol = recorder();
        Link link = openSmall(protocol);
        fillForGood(link.transport());

        run(in -> {
            long size = link.transport().getWriteBufferSize();
            link.transport().setWriteBufferLimits(size);
            assertEquals(0, protocol.count("pauseWriting"));
            link.transport().setWriteBufferLimits(size - 1);
            assertEquals(1, protocol.count("pauseWriting"));
        });
    }

    @Test
    @Spec({"FLOW-21", "FLOW-22"})
    void settingHigherMarksLeavesResumingToTheNextSend() throws Exception {
        AtomicLong atResume = new AtomicLong();
        RecordingProtocol protocol = recorder().onResume(transport -> atResume.set(transport.getWriteBufferSize()));
        Link link = openSmall(protocol);
        long written = fillForGood(link.transport());

        long before = loop().call(() -> {
            link.transport().setWriteBufferLimits(0);
            assertEquals(1, protocol.count("pauseWriting"));
            link.transport().setWriteBufferLimits(NEVER);
            assertEquals(0, protocol.count("resumeWriting"));
            return link.transport().getWriteBufferSize();
        });
        link.peer().receive((int) written);
        protocol.awaitCall("resumeWriting");

        assertTrue(atResume.get() < before, "something was sent before it resumed");
    }

    @Test
    @Spec("FLOW-22")
    void aProtocolNeverStaysPausedWithAnEmptyBuffer() throws Exception {
        RecordingProtocol protocol = recorder();
        Link link = openSmall(protocol);
        RecordingProtocol second = recorder();
        Link lowered = openSmall(second);

        run(in -> {
            link.transport().setWriteBufferLimits(0);
            link.transport().write(bytes(MUCH));
            lowered.transport().write(bytes(MUCH));
        });
        link.peer().receive(MUCH);
        lowered.peer().receive(MUCH / 2);
        run(in -> lowered.transport().setWriteBufferLimits(0)); // lower marks on the way must not lose the wake-up
        lowered.peer().receive(MUCH - MUCH / 2);

        protocol.awaitCall("resumeWriting");
        second.awaitCall("resumeWriting");
        loop().until(
                        "empty buffers",
                        () -> link.transport().getWriteBufferSize()
                                        + lowered.transport().getWriteBufferSize()
                                == 0);
        assertEquals(second.count("pauseWriting"), second.count("resumeWriting"));
    }

    @Test
    @Spec("FLOW-23")
    void doesNotResumeAfterTheProtocolEndedTheConnectionInPauseWriting() throws Exception {
        RecordingProtocol closing = recorder().onPause(Transport::close);
        Link link = openSmall(closing);

        run(in -> link.transport().write(bytes(MUCH)));
        assertArrayEquals(bytes(MUCH), link.peer().receiveAll());
        closing.awaitLost();

        assertTrace(closing, "connectionMade", "pauseWriting", "connectionLost null");
    }

    @Test
    @Spec({"FLOW-24", "FLOW-14"})
    void theFlushAfterCloseMayStillResumeButOnlyBeforeTheEnd() throws Exception {
        RecordingProtocol protocol = recorder();
        Link link = openSmall(protocol);

        run(in -> link.transport().write(bytes(MUCH)));
        run(in -> link.transport().close());
        link.peer().receiveAll();
        protocol.awaitLost();

        assertTrace(protocol, "connectionMade", "pauseWriting", "resumeWriting", "connectionLost null");
    }

    @Test
    @Spec("FLOW-27")
    void theBufferStaysBelowTheMarkPlusOneMessageIfTheProtocolHonoursIt() throws Exception {
        int message = 10_000;
        long total = 32L << 20;
        long high = defaultMarks().high();
        Pump pump = new Pump(total, message);
        RecordingProtocol protocol = recorder()
                .onPause(transport -> pump.paused = true)
                .onResume(transport -> {
                    pump.paused = false;
                    pump.pump(transport);
                });
        Link link = openSmall(protocol);

        run(in -> pump.pump(link.transport()));
        for (long got = 0; got < total; got += 1 << 20) {
            link.peer().receive(1 << 20);
        }

        assertTrue(pump.most > high, "the mark was crossed");
        assertTrue(pump.most <= high + message, "most buffered: " + pump.most);
    }

    private static final class Pump {

        private final long total;
        private final int message;
        private long sent;
        private long most;
        private boolean paused;

        Pump(long total, int message) {
            this.total = total;
            this.message = message;
        }

        void pump(Transport transport) {
            while (!paused && sent < total) {
                int next = (int) Math.min(message, total - sent);
                sent += next;
                transport.write(new byte[next]);
                most = Math.max(most, transport.getWriteBufferSize());
            }
        }
    }
}
