// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.ErrorContext;
import dev.turnout.testkit.LoopThread;
import dev.turnout.testkit.RecordingDatagramProtocol;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Says which failures cost a datagram, and which the endpoint. */
public abstract class DatagramErrorContract extends DatagramContract {

    /** Makes the suite. */
    protected DatagramErrorContract() {}

    @Test
    @Spec({"DGRAM-23", "DGRAM-24", "JAVA-34"})
    void tellsOfEachRefusalAndStaysOpen() throws Exception {
        RecordingDatagramProtocol protocol = recorder();
        DatagramLink link = connected(protocol);
        InetSocketAddress there = link.peer().address();
        link.peer().close();

        for (int i = 1; i <= 2; i++) {
            int count = i;
            run(in -> link.transport().sendto(data("x")));
            protocol.await(
                    "refusal " + i,
                    LoopThread.DEADLINE,
                    () -> protocol.count("errorReceived ConnectionRefusedException") == count);
        }
        try (DatagramPeer again = new DatagramPeer(there)) {
            run(in -> link.transport().sendto(data("there?")));
            assertEquals("there?", again.receiveText());
            again.send("here", link.address());
            protocol.awaitReceived(4);
        }

        run(in -> assertFalse(link.transport().isClosing()));
        assertEquals(2, counters(link).errors());
    }

    @Test
    @Spec({"DGRAM-25", "JAVA-12"})
    void tellsInsideTheCallOfADatagramThatIsTooLarge() throws Exception {
        for (boolean connected : List.of(true, false)) {
            RecordingDatagramProtocol protocol = recorder();
            DatagramLink link = connected ? connected(protocol) : free(protocol);

            run(in -> {
                link.transport().sendto(data(70_000), link.peer().address());
                assertEquals(1, protocol.count("errorReceived MessageTooLargeException"));
                assertEquals(0, link.transport().getWriteBufferSize());
                link.transport().sendto(data("fits"), link.peer().address());
            });

            assertEquals("fits", link.peer().receiveText());
            assertCalls(protocol, "connectionMade", "errorReceived MessageTooLargeException");
        }
    }

    @Test
    @Spec({"DGRAM-26", "DGRAM-27", "FLOW-22"})
    void aQueuedDatagramThatFailsCostsItselfOnly() throws Exception {
        RecordingDatagramProtocol protocol = recorder();
        DatagramLink link = gated(protocol, Map.of("write.high", "0"));

        run(in -> {
            link.gate().shut();
            link.transport().sendto(data("one"));
            link.transport().sendto(data("two"));
            link.transport().sendto(data("three"));
            link.gate().failSend(new IOException("planned"));
            link.gate().reopen();
        });
        protocol.awaitCall("resumeWriting");

        assertEquals("two", link.peer().receiveText());
        assertEquals("three", link.peer().receiveText());
        assertCalls(protocol, "connectionMade", "pauseWriting", "errorReceived IOException", "resumeWriting");
    }

    @Test
    @Spec({"DGRAM-27", "FLOW-22"})
    void resumesWritingIfTheLastQueuedDatagramFails() {
        RecordingDatagramProtocol protocol = recorder();
        DatagramLink link = gated(protocol, Map.of("write.high", "0"));

        run(in -> {
            link.gate().shut();
            link.transport().sendto(data("one"));
            link.gate().failSend(new IOException("planned"));
            link.gate().reopen();
        });
        protocol.awaitCall("resumeWriting");

        assertCalls(protocol, "connectionMade", "pauseWriting", "errorReceived IOException", "resumeWriting");
    }

    @Test
    @Spec("DGRAM-23")
    void tellsOfAFailedReceiveAndGoesOn() throws Exception {
        RecordingDatagramProtocol protocol = recorder();
        DatagramLink link = gated(protocol);

        run(in -> {
            link.gate().failReceive(new IOException("planned"));
            link.peer().send("x", link.address());
        });
        protocol.awaitReceived(1);

        assertCalls(protocol, "connectionMade", "errorReceived IOException", "datagramReceived \"x\"");
    }

    @Test
    @Spec({"DGRAM-29", "ERR-12"})
    void aFailureThatIsNoneOfInputOrOutputEndsTheEndpoint() throws Exception {
        IllegalStateException failure = new IllegalStateException("planned");
        RecordingDatagramProtocol sending = recorder();
        RecordingDatagramProtocol receiving = recorder();
        DatagramLink one = gated(sending);
        DatagramLink two = gated(receiving);

        run(in -> {
            one.gate().failSend(failure);
            one.transport().sendto(data("x"));
        });
        sending.awaitLost();
        assertSame(failure, takeReport().exception());
        run(in -> {
            two.gate().failReceive(failure);
            two.peer().send("x", two.address());
        });
        receiving.awaitLost();
        assertSame(failure, takeReport().exception());

        assertSame(failure, sending.cause());
        assertSame(failure, receiving.cause());
    }

    @Test
    @Spec({"CB-11", "CB-16"})
    void exceptionsOfTheProtocolAreReportedAndTheEndpointStaysOpen() throws Exception {
        RecordingDatagramProtocol protocol = recorder()
                .onDatagram(sender -> {
                    throw new IllegalStateException("in datagramReceived");
                })
                .onError(error -> {
                    throw new IllegalStateException("in errorReceived");
                });
        DatagramLink link = connected(protocol);

        link.peer().send("one", link.address());
        ErrorContext first = takeReport();
        run(in -> link.transport().sendto(data(70_000)));
        ErrorContext second = takeReport();
        link.peer().send("two", link.address());
        ErrorContext third = takeReport();
        run(in -> link.transport().sendto(data("open")));

        assertEquals("open", link.peer().receiveText());
        assertTrue(String.valueOf(first.message()).contains("datagramReceived"));
        assertTrue(String.valueOf(second.message()).contains("errorReceived"));
        for (ErrorContext report : List.of(first, second, third)) {
            assertSame(link.transport(), report.part(ErrorContext.TRANSPORT).orElse(null));
            assertSame(protocol, report.part(ErrorContext.PROTOCOL).orElse(null));
        }
    }

    @Test
    @Spec("CB-1")
    void anExceptionOfConnectionMadeIsReportedAndTheEndpointStaysOpen() throws Exception {
        RecordingDatagramProtocol protocol = recorder().onMade(transport -> {
            throw new IllegalStateException("planned");
        });

        DatagramLink link = free(protocol);
        takeReport();
        link.peer().send("x", link.address());
        protocol.awaitReceived(1);

        assertCalls(protocol, "connectionMade", "datagramReceived \"x\"");
    }

    @Test
    @Spec({"CB-10", "FLOW-25"})
    void exceptionsOfFlowControlAreReportedAndNotFatal() throws Exception {
        RecordingDatagramProtocol protocol = recorder()
                .onPause(transport -> {
                    throw new IllegalStateException("planned pause");
                })
                .onResume(transport -> {
                    throw new IllegalStateException("planned resume");
                });
        DatagramLink link = gated(protocol, Map.of("write.high", "0"));

        run(in -> {
            link.gate().shut();
            link.transport().sendto(data("x"));
        });
        takeReport();
        run(in -> link.gate().reopen());
        takeReport();

        assertEquals("x", link.peer().receiveText());
        assertCalls(protocol, "connectionMade", "pauseWriting", "resumeWriting");
    }

    @Test
    @Spec("CB-15")
    void errorsOfTheRuntimeCostTheEndpointAndNotTheLoop() throws Exception {
        LinkageError failure = new NoClassDefFoundError("planned");
        RecordingDatagramProtocol protocol = recorder().onDatagram(sender -> {
            throw failure;
        });
        DatagramLink link = free(protocol);

        link.peer().send("x", link.address());
        protocol.awaitLost();

        assertSame(failure, takeReport().exception());
        assertSame(failure, protocol.cause());
        assertTrue(loop().loop().isRunning());
    }
}
