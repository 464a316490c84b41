// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.ErrorContext;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Says what an exception of a protocol costs. */
public abstract class CallbackErrorContract extends StreamContract {

    /** Makes the suite. */
    protected CallbackErrorContract() {}

    @Test
    @Spec({"CB-1", "CB-16", "ERR-2"})
    void anExceptionOfConnectionMadeIsReportedAndTheConnectionGoesOn() throws Exception {
        needs(StreamFixture.Capability.SURVIVES_CONNECTION_MADE);
        IllegalStateException failure = new IllegalStateException("planned");
        RecordingProtocol protocol = recorder().onMade(transport -> {
            throw failure;
        });

        Link link = fixture().connect(loop(), () -> protocol);
        ErrorContext report = takeReport();
        link.peer().send("goes on");
        protocol.awaitReceived(7);
        run(in -> link.transport().write("too".getBytes(US_ASCII)));

        assertEquals("too", link.peer().receiveText(3));
        assertSame(failure, report.exception());
        assertFalse(report.message().isEmpty());
        assertSame(link.transport(), report.part(ErrorContext.TRANSPORT).orElse(null));
        assertSame(protocol, report.part(ErrorContext.PROTOCOL).orElse(null));
    }

    @Test
    @Spec({"CB-3", "BASE-18"})
    void anExceptionOfConnectionLostIsReportedAndNothingIsCalledAgain() throws Exception {
        IllegalStateException failure = new IllegalStateException("planned");
        RecordingProtocol protocol = recorder().onLost(recorder -> {
            throw failure;
        });
        Link link = open(protocol);

        link.peer().send("x");
        link.peer().shutdownOutput();
        protocol.awaitLost();
        assertEquals(0, link.peer().receiveAll().length);
        loop().settle();

        assertSame(failure, takeReport().exception());
        assertTrace(protocol, "connectionMade", "dataReceived \"x\"", "eofReceived", "connectionLost null");
    }

    @Test
    @Spec({"CB-4", "CB-13", "CB-16", "ERR-12"})
    void anExceptionOfDataReceivedIsFatal() throws Exception {
        IllegalStateException failure = new IllegalStateException("planned");
        RecordingProtocol protocol = recorder().onData(data -> {
            throw failure;
        });
        Link link = openSmall(protocol);

        run(in -> link.transport().write(bytes(MUCH)));
        link.peer().send("x");
        protocol.awaitLost();
        ErrorContext report = takeReport();
        drain(link.peer());

        assertSame(failure, protocol.cause());
        assertSame(failure, report.exception());
        assertFalse(report.message().isEmpty());
        assertSame(link.transport(), report.part(ErrorContext.TRANSPORT).orElse(null));
        assertSame(protocol, report.part(ErrorContext.PROTOCOL).orElse(null));
        assertEquals(1, protocol.count("dataReceived"));
    }

    @Test
    @Spec("CB-13")
    void afterAFatalErrorBufferedDataIsDropped() throws Exception {
        RecordingProtocol protocol = recorder().onData(data -> {
            throw new IllegalStateException("planned");
        });
        Link link = openSmall(protocol);

        run(in -> link.transport().write(bytes(MUCH)));
        link.peer().send("x");
        protocol.awaitLost();
        takeReport();

        assertTrue(link.peer().receiveAll().length < MUCH);
    }

    @Test
    @Spec("CB-7")
    void anExceptionOfEofReceivedIsFatal() throws Exception {
        IllegalStateException failure = new IllegalStateException("planned");
        RecordingProtocol protocol = recorder().keepingOpen().onEof(transport -> {
            throw failure;
        });

        open(protocol).peer().shutdownOutput();
        protocol.awaitLost();

        assertSame(failure, takeReport().exception());
        assertSame(failure, protocol.cause());
        assertTrace(protocol, "connectionMade", "eofReceived", "connectionLost IllegalStateException");
    }

    @Test
    @Spec({"CB-10", "FLOW-25", "CB-16"})
    void exceptionsOfFlowControlAreReportedAndNotFatal() throws Exception {
        IllegalStateException inPause = new IllegalStateException("planned pause");
        IllegalStateException inResume = new IllegalStateException("planned resume");
        RecordingProtocol protocol = recorder()
                .onPause(transport -> {
                    throw inPause;
                })
                .onResume(transport -> {
                    throw inResume;
                });
        Link link = openSmall(protocol);

        run(in -> {
            link.transport().write(bytes(MUCH));
            link.transport().write(bytes(10)); // still paused: no second call
        });
        ErrorContext pause = takeReport();
        link.peer().receive(MUCH + 10);
        ErrorContext resume = takeReport();
        run(in -> link.transport().write(bytes(MUCH)));
        assertSame(inPause, takeReport().exception());
        link.peer().receive(MUCH);
        assertSame(inResume, takeReport().exception());

        assertSame(inPause, pause.exception());
        assertTrue(pause.message().contains("pauseWriting"), pause::message);
        assertSame(inResume, resume.exception());
        assertTrue(resume.message().contains("resumeWriting"), resume::message);
        for (ErrorContext report : List.of(pause, resume)) {
            assertSame(link.transport(), report.part(ErrorContext.TRANSPORT).orElse(null));
            assertSame(protocol, report.part(ErrorContext.PROTOCOL).orElse(null));
        }
        assertTrace(protocol, "connectionMade", "pauseWriting", "resumeWriting", "pauseWriting", "resumeWriting");
    }

    @Test
    @Spec("CB-14")
    void anExceptionOfOneConnectionDisturbsNoOther() throws Exception {
        RecordingProtocol failing = recorder().onData(data -> {
            throw new IllegalStateException("planned");
        });
        RecordingProtocol good = recorder();
        Link first = open(failing);
        Link second = open(good);

        run(in -> {
            first.peer().send("x");
            second.peer().send("fine");
        });
        failing.awaitLost();
        good.awaitReceived(4);
        takeReport();
        second.peer().send(" still");

        good.awaitReceived(10);
        assertTrace(good, "connectionMade", "dataReceived \"fine still\"");
    }

    @Test
    @Spec("CB-15")
    void errorsOfTheRuntimeCostOneConnectionAndNotTheLoop() throws Exception {
        for (Error failure : List.of(
                new NoClassDefFoundError("planned"),
                new StackOverflowError("planned"),
                new AssertionError("planned"))) {
            RecordingProtocol protocol = recorder().onData(data -> {
                throw failure;
            });

            open(protocol).peer().send("x");
            protocol.awaitLost();

            assertSame(failure, takeReport().exception());
            assertSame(failure, protocol.cause());
            assertTrue(loop().loop().isRunning());
        }
    }

    @Test
    @Spec("ERR-13")
    void anIoExceptionOfTheProtocolItselfIsReportedToo() throws Exception {
        IOException failure = new IOException("planned, not of the socket");
        RecordingProtocol protocol = recorder().onData(data -> {
            throw failure;
        });

        open(protocol).peer().send("x");
        protocol.awaitLost();

        assertSame(failure, takeReport().exception());
        assertSame(failure, protocol.cause());
    }
}
