// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.ErrorContext;
import dev.turnout.testkit.RecordingBufferedProtocol;
import dev.turnout.testkit.Spec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Says how a protocol is served that offers the buffers itself. */
public abstract class BufferedContract extends StreamContract {

    /** Makes the suite. */
    protected BufferedContract() {}

    @Test
    @Spec({"BUF-1", "BUF-2", "BUF-4", "BUF-3", "BUF-10"})
    void offersBuffersAndIsToldWhatCame() throws Exception {
        needs(StreamFixture.Capability.NO_SIZE_HINT);
        RecordingBufferedProtocol protocol = bufferedRecorder();
        Link link = open(protocol);

        link.peer().send("hello");
        protocol.awaitReceived(5);
        link.peer().shutdownOutput();
        protocol.awaitLost();

        assertEquals("hello", protocol.text());
        List<String> calls = protocol.calls();
        assertEquals(List.of("connectionMade", "getBuffer -1", "bufferUpdated \"hello\""), calls.subList(0, 3));
        assertEquals(List.of("eofReceived", "connectionLost null"), calls.subList(calls.size() - 2, calls.size()));
        assertEquals(protocol.count("getBuffer"), protocol.count("getBuffer -1"));
    }

    @Test
    @Spec("BUF-2")
    void servesBothEndsOfAConnection() {
        RecordingBufferedProtocol server = bufferedRecorder();
        server.onUpdated(count -> server.transport().write(server.received()));
        RecordingBufferedProtocol client =
                bufferedRecorder().onMade(transport -> transport.write("ping".getBytes(US_ASCII)));

        fixture().openPair(loop(), server, client);

        client.awaitReceived(4);
        assertEquals("ping", client.text());
    }

    @Test
    @Spec({"BUF-14", "BUF-3", "BUF-11", "BUF-10"})
    void dataLargerThanTheBufferComesInSeveralRounds() throws Exception {
        RecordingBufferedProtocol tiny = watch(new RecordingBufferedProtocol(ByteBuffer.allocate(4)));
        Link first = open(tiny);
        RecordingBufferedProtocol odd = watch(new RecordingBufferedProtocol(
                ByteBuffer.allocateDirect(1000).position(13).limit(1000)));
        Link second = open(odd);
        byte[] data = bytes(MUCH);

        first.peer().send("0123456789");
        first.peer().shutdownOutput();
        second.peer().send(data);
        tiny.awaitLost();
        odd.awaitReceived(data.length);

        assertEquals("0123456789", tiny.text());
        assertEquals(3, tiny.count("bufferUpdated"));
        assertArrayEquals(data, odd.received());
    }

    @Test
    @Spec({"BUF-6", "BUF-7", "BUF-18", "CB-9", "CB-16"})
    void aBufferWithoutRoomOrReadOnlyIsFatal() throws Exception {
        List<ByteBuffer> bad = List.of(
                ByteBuffer.allocate(0),
                ByteBuffer.allocate(10).position(10),
                ByteBuffer.allocate(10).asReadOnlyBuffer());
        for (ByteBuffer buffer : bad) {
            RecordingBufferedProtocol protocol = watch(new RecordingBufferedProtocol(buffer));
            Link link = open(protocol);
            run(in -> link.transport().write("sent before".getBytes(US_ASCII)));

            link.peer().send("x");
            protocol.awaitLost();
            ErrorContext report = takeReport();

            assertTrue(report.message().contains("getBuffer"), report::message);
            assertSame(link.transport(), report.part(ErrorContext.TRANSPORT).orElse(null));
            assertSame(protocol, report.part(ErrorContext.PROTOCOL).orElse(null));
            assertSame(report.exception(), protocol.cause());
            assertEquals("", protocol.text());
        }
    }

    @Test
    @Spec({"BUF-8", "CB-9"})
    void anExceptionOfGetBufferIsFatal() throws Exception {
        IllegalStateException failure = new IllegalStateException("planned");
        RecordingBufferedProtocol protocol = bufferedRecorder().onGetBuffer(hint -> {
            throw failure;
        });

        open(protocol).peer().send("x");
        protocol.awaitLost();

        assertSame(failure, takeReport().exception());
        assertSame(failure, protocol.cause());
    }

    @Test
    @Spec({"BUF-9", "CB-9"})
    void anExceptionOfBufferUpdatedIsFatal() throws Exception {
        IllegalStateException failure = new IllegalStateException("planned");
        RecordingBufferedProtocol protocol = bufferedRecorder().onUpdated(count -> {
            throw failure;
        });

        open(protocol).peer().send("x");
        protocol.awaitLost();

        assertSame(failure, takeReport().exception());
        assertSame(failure, protocol.cause());
        assertEquals(1, protocol.count("bufferUpdated"));
    }

    @Test
    @Spec("BUF-12")
    void aBufferMayBeAskedForInVain() throws Exception {
        needs(StreamFixture.Capability.ADOPT);
        AtomicInteger stolen = new AtomicInteger();
        RecordingBufferedProtocol one = bufferedRecorder();
        RecordingBufferedProtocol two = bufferedRecorder();
        StreamFixture.Adopted first = fixture().adopt(loop(), one);
        StreamFixture.Adopted second = fixture().adopt(loop(), two);
        one.onUpdated(count -> stolen.addAndGet(second.channel().read(ByteBuffer.allocate(1))));
        two.onUpdated(count -> stolen.addAndGet(first.channel().read(ByteBuffer.allocate(1))));

        run(
                in -> { // both are ready in the next turn, and the first one served takes the other's byte away
                    first.peer().send("1");
                    second.peer().send("2");
                });
        loop().settle();
        one.onUpdated(count -> {});
        two.onUpdated(count -> {});
        first.peer().send("3");
        second.peer().send("4");
        loop().until("both", () -> one.text().endsWith("3") && two.text().endsWith("4"));

        assertEquals(1, stolen.get());
        assertEquals(3, one.received().length + two.received().length);
    }

    @Test
    @Spec("BUF-13")
    void noBufferIsAskedForAfterTheEnd() throws Exception {
        needs(StreamFixture.Capability.HALF_CLOSE);
        RecordingBufferedProtocol protocol = bufferedRecorder().keepingOpen();
        Link link = open(protocol);
        link.peer().send("x");
        protocol.awaitReceived(1);

        link.peer().shutdownOutput();
        protocol.awaitCall("eofReceived");
        run(in -> {
            link.transport().pauseReading();
            link.transport().resumeReading();
        });
        loop().settle();

        assertEquals("eofReceived", protocol.calls().get(protocol.calls().size() - 1));
    }

    @Test
    @Spec({"BUF-16", "JAVA-20"})
    void theBufferIsLeftAloneAfterBufferUpdated() throws Exception {
        List<ByteBuffer> offered = new ArrayList<>();
        List<ByteBuffer> filled = new ArrayList<>();
        RecordingBufferedProtocol protocol = bufferedRecorder();
        protocol.onGetBuffer(hint -> {
            offered.add(ByteBuffer.allocate(100).position(10).limit(60));
            return offered.get(offered.size() - 1);
        });
        protocol.onUpdated(count -> {
            filled.add(offered.get(offered.size() - 1));
            Arrays.fill(filled.get(filled.size() - 1).array(), (byte) 0x55);
        });
        Link link = open(protocol);

        link.peer().send("one");
        protocol.awaitReceived(3);
        link.peer().send("two");
        protocol.awaitReceived(6);
        loop().settle();

        assertEquals("onetwo", protocol.text());
        byte[] untouched = new byte[100];
        Arrays.fill(untouched, (byte) 0x55);
        run(in -> {
            assertArrayEquals(untouched, filled.get(0).array());
            assertEquals(10, filled.get(0).position());
            assertEquals(60, filled.get(0).limit());
        });
    }

    @Test
    @Spec({"JAVA-21", "JAVA-20"})
    void heapDirectAndSlicedBuffersAreWelcome() throws Exception {
        List<ByteBuffer> kinds = List.of(
                ByteBuffer.allocate(64),
                ByteBuffer.allocateDirect(64),
                ByteBuffer.allocate(64).position(7).slice(),
                ByteBuffer.allocateDirect(64).position(5).limit(40));
        for (ByteBuffer kind : kinds) {
            RecordingBufferedProtocol protocol = watch(new RecordingBufferedProtocol(kind));

            open(protocol).peer().send("some bytes");

            protocol.awaitReceived(10);
            assertEquals("some bytes", protocol.text());
        }
    }
}
