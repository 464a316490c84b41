// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.protocol.DatagramProtocol;
import dev.turnout.api.protocol.SwitchSupport;
import dev.turnout.api.spi.SwitchReport;
import dev.turnout.api.transport.WaterMarks;
import dev.turnout.testkit.RecordingDatagramProtocol;
import dev.turnout.testkit.Spec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Says what happens to datagrams, and to the state of an endpoint, when its protocol is exchanged. */
public abstract class DatagramHandoverContract extends DatagramContract {

    private static final int MANY = 60;

    /** Makes the suite. */
    protected DatagramHandoverContract() {}

    @Test
    @Spec({"SWITCH-2", "SWITCH-3", "SWITCH-13"})
    void exchangesProtocolsThatDeclareNothingAtOnceAndSilently() throws Exception {
        RecordingDatagramProtocol old = recorder();
        List<String> next = new ArrayList<>();
        DatagramLink link = free(old);

        link.peer().send("old", link.address());
        old.awaitReceived(3);
        run(in -> link.transport().setProtocol(new DatagramProtocol() {
            @Override
            public void datagramReceived(ByteBuffer data, java.net.SocketAddress sender) {
                next.add("datagram of " + data.remaining());
            }

            @Override
            public void connectionLost(@org.jspecify.annotations.Nullable Throwable cause) {
                next.add("lost");
            }
        }));
        link.peer().send("next", link.address());
        loop().until("a datagram", () -> next.size() == 1);
        run(in -> link.transport().close());
        loop().until("the end", () -> next.size() == 2);

        assertCalls(old, "connectionMade", "datagramReceived \"old\"");
        assertEquals(List.of("datagram of 4", "lost"), next);
    }

    @Test
    @Spec("SWITCH-14")
    void refusesProtocolsThatDeclareNothingIfStrict() {
        RecordingDatagramProtocol old = recorder();
        DatagramLink link = free(old, Map.of("strict.switching", "true"));

        run(in -> {
            assertThrows(IllegalStateException.class, () -> link.transport().setProtocol(new DatagramProtocol() {}));
            assertSame(old, link.transport().getProtocol());
        });
    }

    @Test
    @Spec({"SWITCH-31", "SWITCH-16", "SWITCH-17", "SWITCH-18", "SWITCH-19"})
    void deliversEveryDatagramToOneOfTheTwoWhereverTheSwitchFalls() throws Exception {
        for (boolean insideACallback : List.of(true, false)) {
            List<DatagramRelay> relays = new ArrayList<>();
            List<String> taken = new ArrayList<>();
            DatagramRelay first = new DatagramRelay("0", taken);
            relays.add(first);
            DatagramLink link = free(first);

            run(in -> {
                for (int i = 0; i < MANY; i++) {
                    link.peer().send(Integer.toString(i), link.address());
                }
                if (insideACallback) {
                    first.onDatagram(relay -> switchOn(link, relays, taken));
                }
            });
            if (!insideACallback) {
                for (int i = 0; i < MANY; i++) {
                    run(in -> switchOn(link, relays, taken));
                }
            }
            loop().until("all datagrams", () -> taken.size() == MANY);

            List<String> expected = new ArrayList<>();
            for (int i = 0; i < MANY; i++) {
                expected.add(Integer.toString(i));
            }
            run(in -> assertEquals(expected, taken));
            assertTrue(relays.size() > MANY);
            assertEquals(
                    List.of(),
                    relays.stream()
                            .flatMap(relay -> relay.violations().stream())
                            .toList());
        }
    }

    /** Exchanges the protocol in charge; its successor does the same on its first datagram if this one was asked to. */
    private static void switchOn(DatagramLink link, List<DatagramRelay> relays, List<String> taken) {
        DatagramRelay before = relays.get(relays.size() - 1);
        DatagramRelay next = new DatagramRelay(Integer.toString(relays.size()), taken);
        if (before.switchesOnDatagram()) {
            next.onDatagram(relay -> switchOn(link, relays, taken));
        }
        relays.add(next);
        link.transport().setProtocol(next);
    }

    @Test
    @Spec({"SWITCH-27", "SWITCH-4"})
    void switchesWhenTheCallbackHasReturned() throws Exception {
        List<String> taken = new ArrayList<>();
        DatagramRelay old = new DatagramRelay("old", taken);
        DatagramRelay next = new DatagramRelay("next", taken);
        DatagramLink link = free(old);
        old.onDatagram(relay -> {
            link.transport().setProtocol(next);
            assertSame(old, link.transport().getProtocol());
            relay.note("returns");
        });

        link.peer().send("x", link.address());
        loop().until("the switch", () -> link.transport().getProtocol() == next);

        assertEquals(List.of("connectionMade", "datagram x", "returns", "handOver"), old.calls());
        assertEquals(List.of("takeOver from old"), next.calls());
    }

    @Test
    @Spec({"SWITCH-7", "SWITCH-23", "SWITCH-24", "SWITCH-25", "SWITCH-22"})
    void carriesWhatWaitsToBeSentAndThePausesOver() throws Exception {
        List<String> taken = new ArrayList<>();
        DatagramRelay old = new DatagramRelay("old", taken);
        DatagramRelay next = new DatagramRelay("next", taken);
        DatagramLink link = gated(old);

        run(in -> {
            link.gate().shut();
            link.transport().setWriteBufferLimits(new WaterMarks(0, 0));
            link.transport().sendto(data("by old"));
            link.transport().pauseReading();
            link.transport().setProtocol(next);
            link.transport().sendto(data("by next"));
            assertFalse(link.transport().isReading());
            assertEquals(new WaterMarks(0, 0), link.transport().getWriteBufferLimits());
            link.gate().reopen();
        });
        link.peer().send("x", link.address());
        assertEquals("by old", link.peer().receiveText());
        assertEquals("by next", link.peer().receiveText());
        loop().until("resumeWriting", () -> next.calls().contains("resumeWriting"));
        run(in -> link.transport().resumeReading());
        loop().until("the datagram", () -> taken.size() == 1);

        assertEquals(List.of("connectionMade", "pauseWriting", "handOver"), old.calls());
        assertEquals(List.of("takeOver from old", "pauseWriting", "resumeWriting", "datagram x"), next.calls());
    }

    @Test
    @Spec({"SWITCH-34", "SWITCH-24", "SWITCH-25"})
    void goesBackToTheOldProtocolIfTheTakeOverFails() throws Exception {
        List<String> taken = new ArrayList<>();
        DatagramRelay old = new DatagramRelay("old", taken);
        DatagramRelay next = new DatagramRelay("next", taken).onTakeOver(relay -> {
            relay.transport().pauseReading();
            relay.transport().setWriteBufferLimits(new WaterMarks(1, 2));
            throw new IllegalStateException("cannot");
        });
        DatagramLink link = free(old);

        run(in -> link.transport().setProtocol(next));
        takeReport();
        link.peer().send("x", link.address());
        loop().until("the datagram", () -> taken.size() == 1);

        assertEquals(List.of("connectionMade", "handOver", "takeBack", "datagram x"), old.calls());
        run(in -> assertEquals(WaterMarks.DEFAULT, link.transport().getWriteBufferLimits()));
        assertEquals(
                List.of(SwitchReport.Outcome.ROLLED_BACK),
                fixture().log().switches().stream().map(SwitchReport::outcome).toList());
    }

    @Test
    @Spec("SWITCH-33")
    void keepsTheOldProtocolIfItsHandOverFails() throws Exception {
        List<String> taken = new ArrayList<>();
        DatagramRelay old = new DatagramRelay("old", taken).onHandOver(relay -> {
            throw new IllegalStateException("not now");
        });
        DatagramRelay next = new DatagramRelay("next", taken);
        DatagramLink link = free(old);

        run(in -> link.transport().setProtocol(next));
        takeReport();
        link.peer().send("x", link.address());
        loop().until("the datagram", () -> taken.size() == 1);

        assertEquals(List.of("connectionMade", "handOver", "datagram x"), old.calls());
        assertEquals(List.of(), next.calls());
    }

    @Test
    @Spec("SWITCH-63")
    void refusesUnreadBytesAsADatagramHasNone() {
        DatagramRelay old = new DatagramRelay("old", new ArrayList<>()).withUnread("half");
        DatagramRelay next = new DatagramRelay("next", new ArrayList<>());
        DatagramLink link = free(old);

        run(in -> {
            assertThrows(IllegalStateException.class, () -> link.transport().setProtocol(next));
            assertSame(old, link.transport().getProtocol());
        });
        takeReport();

        assertEquals(List.of("connectionMade", "handOver", "takeBack"), old.calls());
    }

    @Test
    @Spec({"SWITCH-11", "SWITCH-12"})
    void refusesProtocolsOfDifferentNames() {
        DatagramRelay old = new DatagramRelay("old", new ArrayList<>());
        DatagramRelay next = new DatagramRelay("next", new ArrayList<>(), new SwitchSupport("others", 1, 1));
        DatagramLink link = free(old);

        run(in ->
                assertThrows(IllegalStateException.class, () -> link.transport().setProtocol(next)));

        assertEquals(List.of("connectionMade"), old.calls());
        assertEquals(List.of(), next.calls());
    }

    @Test
    @Spec("SWITCH-29")
    void doesNothingOnAClosingEndpointAndSaysSo() {
        DatagramRelay old = new DatagramRelay("old", new ArrayList<>());
        DatagramRelay next = new DatagramRelay("next", new ArrayList<>());
        DatagramLink link = free(old);

        run(in -> {
            link.transport().close();
            assertThrows(IllegalStateException.class, () -> link.transport().setProtocol(next));
        });
        loop().until("the end", () -> old.calls().contains("connectionLost null"));

        assertEquals(List.of(), next.calls());
    }
}
