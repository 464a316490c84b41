// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.transport.ExtraInfo;
import dev.turnout.api.transport.Transport;
import dev.turnout.testkit.LoopThread;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Says how misuse is noticed: wrong threads, kept buffers, kept transports. */
public abstract class SafetyContract extends StreamContract {

    /** Makes the suite. */
    protected SafetyContract() {}

    @Test
    @Spec({"JAVA-23", "BASE-3"})
    void refusesEveryCallFromAnotherThreadBeforeAnyEffect() throws Exception {
        RecordingProtocol protocol = recorder();
        Link link = open(protocol);
        ByteBuffer buffer = ByteBuffer.wrap(bytes(10));
        Map<String, Executable> calls = calls(link.transport(), buffer);

        for (boolean debug : List.of(true, false)) {
            loop().loop().setDebug(debug);
            calls.forEach((name, call) -> {
                IllegalStateException refused = assertThrows(IllegalStateException.class, call, name);
                String text = String.valueOf(refused.getMessage());
                assertTrue(text.contains(Thread.currentThread().getName()), () -> name + ": " + text);
                assertTrue(text.contains(loop().thread().getName()), () -> name + ": " + text);
                assertTrue(text.contains("callSoonThreadsafe"), () -> name + ": " + text);
            });
        }
        loop().settle();

        assertEquals(0, buffer.position());
        assertEquals(0, link.peer().poll());
        link.peer().send("x");
        protocol.awaitReceived(1);
        assertTrace(protocol, "connectionMade", "dataReceived \"x\"");
        run(in -> {
            assertTrue(link.transport().isReading());
            assertNotEquals(1234, link.transport().getWriteBufferLimits().high());
            link.transport().write("open".getBytes(US_ASCII));
        });
        assertEquals("open", link.peer().receiveText(4));
    }

    private static Map<String, Executable> calls(Transport transport, ByteBuffer buffer) {
        Map<String, Executable> calls = new LinkedHashMap<>();
        calls.put("write", () -> transport.write(buffer));
        calls.put("write array", () -> transport.write(new byte[1]));
        calls.put("write range", () -> transport.write(new byte[4], 1, 2));
        calls.put("writeOwned", () -> transport.writeOwned(buffer));
        calls.put("writelines", () -> transport.writelines(List.of(buffer)));
        calls.put("writeEof", transport::writeEof);
        calls.put("close", transport::close);
        calls.put("abort", transport::abort);
        calls.put("pauseReading", transport::pauseReading);
        calls.put("resumeReading", transport::resumeReading);
        calls.put("setWriteBufferLimits", () -> transport.setWriteBufferLimits(1234));
        calls.put("setWriteBufferLimits()", transport::setWriteBufferLimits);
        calls.put("setProtocol", () -> transport.setProtocol(new Protocol() {}));
        calls.put("getProtocol", transport::getProtocol);
        calls.put("isReading", transport::isReading);
        calls.put("isClosing", transport::isClosing);
        calls.put("getWriteBufferSize", transport::getWriteBufferSize);
        calls.put("getWriteBufferLimits", transport::getWriteBufferLimits);
        calls.put("getExtraInfo", () -> transport.getExtraInfo(ExtraInfo.PEERNAME));
        return calls;
    }

    @Test
    @Spec({"JAVA-19", "JAVA-17"})
    void aBufferKeptAfterTheCallbackIsPoisonedInDebugMode() throws Exception {
        List<ByteBuffer> kept = new ArrayList<>();
        RecordingProtocol protocol = recorder().onData(data -> {
            assertTrue(data.isReadOnly());
            kept.add(data.duplicate());
        });
        Link link = open(protocol);

        link.peer().send("abcdef");
        protocol.awaitReceived(6);

        run(in -> {
            byte[] now = new byte[6];
            kept.get(0).get(now);
            for (int i = 0; i < now.length; i++) {
                assertNotEquals("abcdef".charAt(i), now[i], "byte " + i);
            }
        });
    }

    @Test
    @Spec("JAVA-18")
    void privateReadsMayBeKept() throws Exception {
        List<ByteBuffer> kept = new ArrayList<>();
        RecordingProtocol protocol = recorder().withPrivateReads().onData(kept::add);
        Link link = open(protocol, Map.of("private.reads", "true"));

        link.peer().send("first");
        protocol.awaitReceived(5);
        link.peer().send("other");
        protocol.awaitReceived(10);

        run(in -> {
            byte[] now = new byte[5];
            kept.get(0).duplicate().get(now);
            assertArrayEquals("first".getBytes(US_ASCII), now);
        });
    }

    @Test
    @Spec("BASE-21")
    void letsGoOfTheProtocolAfterTheEnd() throws Exception {
        List<WeakReference<Protocol>> watched = new ArrayList<>();
        Link link = openUnwatched(watched);

        link.peer().close();
        loop().until("the end", () -> link.transport().getProtocol() == null);

        long deadline = System.nanoTime() + LoopThread.DEADLINE.toNanos();
        while (watched.get(0).get() != null && System.nanoTime() < deadline) {
            System.gc();
            LockSupport.parkNanos(1_000_000);
        }
        assertNull(watched.get(0).get(), "the transport still holds the protocol");
        run(in -> assertTrue(link.transport().isClosing()));
    }

    private Link openUnwatched(List<WeakReference<Protocol>> watched) {
        Protocol protocol = new Protocol() {};
        watched.add(new WeakReference<>(protocol));
        return open(protocol);
    }

    @Test
    @Spec("BASE-22")
    void showsKindStateAndBufferInEveryState() throws Exception {
        RecordingProtocol protocol = recorder();
        Link link = openSmall(protocol);

        run(in -> {
            assertTrue(link.transport().toString().contains("open"), link.transport()::toString);
            link.transport().write(bytes(MUCH));
            long size = link.transport().getWriteBufferSize();
            assertTrue(link.transport().toString().contains(Long.toString(size)), link.transport()::toString);
            link.transport().close();
            assertTrue(link.transport().toString().contains("closing"), link.transport()::toString);
        });
        link.peer().receiveAll();
        protocol.awaitLost();
        loop().settle();
        run(in -> assertTrue(link.transport().toString().contains("closed"), link.transport()::toString));
        loop().close();

        assertTrue(link.transport().toString().contains("closed"));
    }
}
