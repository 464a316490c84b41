// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.protocol.HandoverContext;
import dev.turnout.api.protocol.HandoverState;
import dev.turnout.api.protocol.SwitchSupport;
import dev.turnout.api.protocol.Switchable;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.ReadTransport;
import dev.turnout.api.transport.SubprocessTransport;
import dev.turnout.api.transport.WriteTransport;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Says that a child's protocol is exchanged for all streams and the exit at once, and that its output comes to one protocol exactly. */
class SwitchChildTest {

    private static final String EVERY_WRITE_ANSWERED =
            "while read line; do echo out $line; echo err $line >&2; done; exit 9";

    private final Processes processes = new Processes();

    @AfterEach
    void end() {
        processes.close();
    }

    /** Takes lines; what has no line feed yet is handed over. */
    private static final class Lines extends RecordingChild implements Switchable {

        private final String name;
        private final List<String> lines;
        private final StringBuilder rest = new StringBuilder();
        private boolean failing;
        private boolean takesBack = true;

        Lines(String name, List<String> lines) {
            this.name = name;
            this.lines = lines;
        }

        Lines failing() {
            failing = true;
            return this;
        }

        Lines withoutReturn() {
            takesBack = false;
            return this;
        }

        @Override
        public void pipeDataReceived(int fd, ByteBuffer data) {
            if (fd != 1) {
                super.pipeDataReceived(fd, data);
                return;
            }
            while (data.hasRemaining()) {
                char c = (char) data.get();
                if (c == '\n') {
                    lines.add(name + ": " + rest);
                    rest.setLength(0);
                } else {
                    rest.append(c);
                }
            }
        }

        @Override
        public SwitchSupport switchSupport() {
            return new SwitchSupport("lines", 1, 1);
        }

        @Override
        public HandoverState handOver(HandoverContext context) {
            note("handOver");
            return HandoverState.empty()
                    .withUnread(ByteBuffer.wrap(rest.toString().getBytes(StandardCharsets.ISO_8859_1)));
        }

        @Override
        public void takeOver(BaseTransport with, HandoverState state, HandoverContext context) {
            note("takeOver" + (context.writingPaused() ? " writing paused" : "")
                    + (context.readingPaused() ? " reading paused" : ""));
            if (failing) {
                throw new IllegalStateException("on purpose");
            }
        }

        @Override
        public void takeBack(HandoverState state) {
            note("takeBack");
            if (!takesBack) {
                throw new IllegalStateException("on purpose");
            }
            rest.setLength(0);
        }

        @Override
        public void processExited() {
            note("exited");
        }
    }

    private static WriteTransport input(SubprocessTransport transport) {
        return (WriteTransport) transport.getPipeTransport(0);
    }

    private void send(SubprocessTransport transport, String text) {
        processes.thread.run(loop -> input(transport).write(text.getBytes(UTF_8)));
    }

    @Test
    @Spec({"SWITCH-32", "SWITCH-16", "SWITCH-17", "SWITCH-18", "SWITCH-20", "SWITCH-28"})
    void allStreamsAndTheExitGoToTheNextProtocol() {
        List<String> lines = new ArrayList<>();
        Lines first = new Lines("first", lines);
        Lines second = new Lines("second", lines);
        SubprocessTransport transport = processes.shell(first, EVERY_WRITE_ANSWERED);
        send(transport, "1\n");
        processes.until(
                "the first answers", () -> lines.size() == 1 && first.text(2).equals("err 1\n"));

        processes.thread.run(loop -> {
            transport.setProtocol(second);
            assertSame(second, transport.getProtocol());
        });
        send(transport, "2\n");
        processes.until(
                "the second answers", () -> lines.size() == 2 && second.text(2).equals("err 2\n"));
        processes.thread.run(loop -> input(transport).close());
        processes.awaitLost(second);

        assertEquals(List.of("first: out 1", "second: out 2"), lines);
        assertEquals(List.of("connectionMade", "data 2", "handOver"), first.events());
        assertEquals("takeOver", second.events().get(0));
        for (String event : List.of("lost 0", "lost 1", "lost 2", "exited")) {
            assertTrue(second.events().contains(event), () -> second.events().toString());
        }
        assertEquals("err 1\n", first.text(2));
        assertEquals(1, processes.log.switches().size());
    }

    @Test
    @Spec({"SWITCH-32", "SWITCH-20", "SWITCH-21"})
    void aSwitchAtEveryPositionOfTheOutputLosesAndDoublesNothing() {
        String output = "one\ntwo\nthree\nfour\n";
        for (int at = 1; at < output.length(); at++) {
            List<String> lines = new ArrayList<>();
            Lines first = new Lines("", lines);
            Lines second = new Lines("", lines);
            SubprocessTransport transport =
                    processes.start(first, dev.turnout.api.network.ProcessOptions.DEFAULTS, "/bin/cat");
            int before = at;
            send(transport, output.substring(0, at));
            processes.until("the beginning", () -> taken(lines, first) == before);

            processes.thread.run(loop -> transport.setProtocol(second));
            send(transport, output.substring(at));
            processes.thread.run(loop -> input(transport).close());
            processes.awaitLost(second);

            assertEquals(List.of(": one", ": two", ": three", ": four"), lines, "switched at " + at);
        }
    }

    private static int taken(List<String> lines, Lines protocol) {
        return lines.stream().mapToInt(line -> line.length() - 1).sum() + protocol.rest.length();
    }

    @Test
    @Spec({"SWITCH-23", "SWITCH-25", "SWITCH-32"})
    void theNextProtocolLearnsThatWritingAndReadingArePaused() {
        List<String> lines = new ArrayList<>();
        Lines first = new Lines("first", lines);
        Lines second = new Lines("second", lines);
        SubprocessTransport transport = processes.shell(first, "read go; exec cat");

        processes.thread.run(loop -> {
            ((ReadTransport) transport.getPipeTransport(1)).pauseReading();
            input(transport).write(new byte[1 << 20]);
            transport.setProtocol(second);
        });

        assertEquals(List.of("takeOver writing paused reading paused", "pauseWriting"), second.events());
        processes.thread.run(loop -> transport.close());
        processes.awaitLost(second);
    }

    @Test
    @Spec({"SWITCH-27", "SWITCH-32"})
    void aSwitchAskedForInsideACallbackComesAfterIt() {
        List<String> lines = new ArrayList<>();
        Lines second = new Lines("second", lines);
        Lines first = new Lines("first", lines);
        first.onMade(transport -> {
            transport.setProtocol(second);
            assertSame(first, transport.getProtocol());
        });

        SubprocessTransport transport = processes.shell(first, "echo x; cat"); // which lives until its input ends
        processes.thread.run(loop -> assertSame(second, transport.getProtocol()));
        processes.thread.run(loop -> input(transport).close());
        processes.awaitLost(second);

        assertEquals(List.of("second: x"), lines);
        assertFalse(first.isLost());
    }

    @Test
    @Spec({"SWITCH-34", "SWITCH-32"})
    void aFailingTakeOverIsRolledBackAndTheUnreadBytesComeAgain() {
        List<String> lines = new ArrayList<>();
        Lines first = new Lines("first", lines);
        Lines second = new Lines("second", lines).failing();
        SubprocessTransport transport =
                processes.start(first, dev.turnout.api.network.ProcessOptions.DEFAULTS, "/bin/cat");
        send(transport, "ha");
        processes.until("the beginning", () -> taken(lines, first) == 2);

        processes.thread.run(loop -> transport.setProtocol(second));
        send(transport, "lf\n");
        processes.thread.run(loop -> input(transport).close());
        processes.awaitLost(first);

        assertEquals(List.of("first: half"), lines);
        assertEquals(1, processes.thread.reports().size());
    }

    @Test
    @Spec("SWITCH-34")
    void aSwitchThatNobodySurvivesKillsTheChild() {
        List<String> lines = new ArrayList<>();
        Lines first = new Lines("first", lines).withoutReturn();
        Lines second = new Lines("second", lines).failing();
        SubprocessTransport transport =
                processes.start(first, dev.turnout.api.network.ProcessOptions.DEFAULTS, "/bin/cat");

        processes.thread.run(loop -> transport.setProtocol(second));

        processes.until("the end", () -> transport.getReturncode().isPresent());
        assertEquals(-9, processes.thread.call(transport::getReturncode).getAsInt());
    }

    @Test
    @Spec({"SWITCH-12", "SWITCH-15", "SWITCH-13"})
    void protocolsThatDoNotFitAreRefusedAndUndeclaredOnesAreExchangedAtOnce() {
        RecordingChild first = new RecordingChild();
        SubprocessTransport transport =
                processes.start(first, dev.turnout.api.network.ProcessOptions.DEFAULTS, "/bin/cat");
        RecordingChild second = new RecordingChild();

        processes.thread.run(loop -> {
            assertThrows(IllegalStateException.class, () -> transport.setProtocol(new Lines("", new ArrayList<>())));
            assertThrows(IllegalArgumentException.class, () -> transport.setProtocol(new RecordingProtocol()));
            assertThrows(IllegalArgumentException.class, () -> transport.setProtocol(null));
            assertSame(first, transport.getProtocol());
            transport.setProtocol(second);
            assertSame(second, transport.getProtocol());
            second.connectionMade(transport);
            input(transport).close();
        });
        processes.awaitLost(second);

        assertEquals(List.of("connectionMade"), first.events());
        assertTrue(second.has("exited 0"));
    }
}
