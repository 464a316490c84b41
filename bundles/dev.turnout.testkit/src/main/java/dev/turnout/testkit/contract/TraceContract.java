// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.turnout.api.transport.ReadTransport;
import dev.turnout.api.transport.Transport;
import dev.turnout.testkit.Recorder;
import dev.turnout.testkit.RecordingBufferedProtocol;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Plays the scenarios of {@code src/trace/record.py} and compares the callbacks with those of asyncio.
 *
 * <p>A file {@code traces/NAME.trace} was recorded from CPython. Where the product departs on purpose, a file {@code traces/NAME.departure} beside it
 * says why and holds instead.
 */
public abstract class TraceContract extends StreamContract {

    /** Makes the suite. */
    protected TraceContract() {}

    @Test
    @Spec("BASE-4")
    void echoAndClose() throws Exception {
        RecordingProtocol protocol = recorder();
        protocol.onData(data -> {
            protocol.transport().write(data.duplicate());
            protocol.transport().close();
        });
        Link link = open(protocol);
        link.peer().send("hello");
        protocol.awaitLost();
        assertAsRecorded("echo-close", protocol, link.peer());
    }

    @Test
    @Spec("EOF-2")
    void endOfStream() throws Exception {
        RecordingProtocol protocol = recorder();
        Link link = open(protocol);
        link.peer().send("hello");
        link.peer().shutdownOutput();
        protocol.awaitLost();
        assertAsRecorded("eof-default", protocol, link.peer());
    }

    @Test
    @Spec("EOF-4")
    void endOfStreamKeptOpen() throws Exception {
        needs(StreamFixture.Capability.HALF_CLOSE);
        RecordingProtocol protocol = recorder().keepingOpen();
        Link link = open(protocol);
        link.peer().send("hello");
        link.peer().shutdownOutput();
        protocol.awaitCall("eofReceived");
        run(in -> link.transport().write("answer".getBytes(US_ASCII)));
        protocol.note("peer received \"" + link.peer().receiveText(6) + "\"");
        run(in -> link.transport().close());
        protocol.awaitLost();
        assertAsRecorded("eof-kept-open", protocol, link.peer());
    }

    @Test
    @Spec("READ-18")
    void endOfStreamKeptOpenThenPausedAndResumed() throws Exception {
        needs(StreamFixture.Capability.HALF_CLOSE);
        RecordingProtocol protocol = recorder().keepingOpen();
        Link link = open(protocol);
        link.peer().shutdownOutput();
        protocol.awaitCall("eofReceived");
        run(in -> {
            link.transport().pauseReading();
            link.transport().resumeReading();
        });
        loop().settle();
        run(in -> link.transport().close());
        protocol.awaitLost();
        assertAsRecorded("eof-kept-open-pause-resume", protocol, link.peer());
    }

    @Test
    @Spec("STREAM-20")
    void closeInConnectionMade() throws Exception {
        RecordingProtocol protocol = recorder().onMade(Transport::close);
        Link link = open(protocol);
        protocol.awaitLost();
        assertAsRecorded("close-in-made", protocol, link.peer());
    }

    @Test
    @Spec("STREAM-21")
    void abortInConnectionMade() throws Exception {
        needs(StreamFixture.Capability.WRITES_AT_ONCE);
        RecordingProtocol protocol = recorder().onMade(transport -> {
            transport.write("written".getBytes(US_ASCII));
            transport.abort();
        });
        Link link = open(protocol);
        protocol.awaitLost();
        assertAsRecorded("abort-in-made", protocol, link.peer());
    }

    @Test
    @Spec("READ-5")
    void pauseReadingInConnectionMade() throws Exception {
        RecordingProtocol protocol = recorder().onMade(ReadTransport::pauseReading);
        Link link = open(protocol);
        link.peer().send("hello");
        loop().settle();
        protocol.note("peer sent");
        run(in -> link.transport().resumeReading());
        protocol.awaitReceived(5);
        link.peer().shutdownOutput();
        protocol.awaitLost();
        assertAsRecorded("pause-in-made", protocol, link.peer());
    }

    @Test
    @Spec("FLOW-14")
    void slowReader() throws Exception {
        RecordingProtocol protocol = recorder();
        Link link = openSmall(protocol);
        run(in -> {
            link.transport().write(new byte[MUCH]);
            link.transport().write(new byte[MUCH]);
        });
        loop().settle();
        protocol.note("peer reads");
        link.peer().receive(2 * MUCH);
        protocol.awaitCall("resumeWriting");
        loop().until("an empty buffer", () -> link.transport().getWriteBufferSize() == 0);
        run(in -> link.transport().write("more".getBytes(US_ASCII)));
        run(in -> link.transport().close());
        protocol.awaitLost();
        assertAsRecorded("slow-reader", protocol, link.peer());
    }

    @Test
    @Spec({"BASE-4", "FLOW-24"})
    void closeWithBufferedData() throws Exception {
        RecordingProtocol protocol = recorder();
        Link link = openSmall(protocol);
        run(in -> {
            link.transport().write(new byte[MUCH]);
            link.transport().close();
        });
        loop().settle();
        protocol.note("peer reads");
        Peer peer = link.peer();
        int got = peer.receive(MUCH).length;
        protocol.awaitLost();
        protocol.note("peer received " + got + " bytes");
        assertAsRecorded("close-with-buffered-data", protocol, null);
    }

    @Test
    @Spec("WRITE-17")
    void writeAfterClose() throws Exception {
        RecordingProtocol protocol = recorder();
        Link link = openSmall(protocol);
        run(in -> {
            link.transport().write(new byte[MUCH]);
            link.transport().close();
            link.transport().write(new byte[10]);
        });
        int got = link.peer().receiveAll().length;
        protocol.awaitLost();
        protocol.note("peer received " + got + " bytes");
        assertAsRecorded("write-after-close", protocol, null);
    }

    @Test
    @Spec("READ-15")
    void peerReset() throws Exception {
        needs(StreamFixture.Capability.RESET);
        RecordingProtocol protocol = recorder();
        Link link = open(protocol);
        link.peer().send("hello");
        protocol.awaitReceived(5);
        run(in -> link.transport().write("unread".getBytes(US_ASCII)));
        link.peer().reset();
        protocol.awaitLost();
        assertAsRecorded("peer-reset", protocol, null);
    }

    @Test
    @Spec("WRITE-25")
    void writeEof() throws Exception {
        needs(StreamFixture.Capability.HALF_CLOSE);
        RecordingProtocol protocol = recorder();
        Link link = open(protocol);
        run(in -> {
            link.transport().write("question".getBytes(US_ASCII));
            link.transport().writeEof();
        });
        protocol.note("peer received \"" + new String(link.peer().receiveAll(), US_ASCII) + "\"");
        link.peer().send("answer");
        link.peer().close();
        protocol.awaitLost();
        assertAsRecorded("write-eof", protocol, null);
    }

    @Test
    @Spec({"BUF-1", "BUF-14"})
    void bufferedProtocolWithASmallBuffer() throws Exception {
        needs(StreamFixture.Capability.NO_SIZE_HINT);
        RecordingBufferedProtocol protocol = watch(new RecordingBufferedProtocol(ByteBuffer.allocate(4)));
        Link link = open(protocol);
        link.peer().send("0123456789");
        link.peer().shutdownOutput();
        protocol.awaitLost();
        assertAsRecorded("small-buffer", protocol, link.peer());
    }

    private static void assertAsRecorded(String scenario, Recorder<?, ?> protocol, @Nullable Peer rest)
            throws IOException {
        List<String> trace = new ArrayList<>();
        List<String> calls = protocol.trace();
        for (int i = 0; i < calls.size(); i++) {
            boolean inVain = calls.get(i).startsWith("getBuffer")
                    && !(i + 1 < calls.size() && calls.get(i + 1).startsWith("bufferUpdated"));
            if (!inVain) {
                trace.add(calls.get(i));
            }
        }
        if (rest != null) {
            trace.add("peer received \"" + new String(rest.receiveAll(), US_ASCII) + "\"");
        }
        assertEquals(expected(scenario), trace, scenario);
    }

    private static List<String> expected(String scenario) {
        try (InputStream departure = TraceContract.class.getResourceAsStream("traces/" + scenario + ".departure");
                InputStream recorded = TraceContract.class.getResourceAsStream("traces/" + scenario + ".trace")) {
            InputStream holds = departure == null ? recorded : departure;
            if (holds == null) {
                throw new AssertionError("no trace of " + scenario + "; record it by src/trace/record.py");
            }
            return new String(holds.readAllBytes(), ISO_8859_1)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
