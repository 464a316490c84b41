// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.Datagram;
import dev.turnout.api.loop.ErrorContext;
import dev.turnout.api.loop.EventLoop;
import dev.turnout.api.loop.TimerHandle;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.loop.io.LoopGroup;
import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.Connection;
import dev.turnout.api.network.Network;
import dev.turnout.api.network.Option;
import dev.turnout.api.network.ProcessOptions;
import dev.turnout.api.network.Server;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.network.StreamOptions;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.BufferedProtocol;
import dev.turnout.api.protocol.DatagramProtocol;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.protocol.SubprocessProtocol;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.Cipher;
import dev.turnout.api.transport.DatagramTransport;
import dev.turnout.api.transport.ReadTransport;
import dev.turnout.api.transport.SubprocessTransport;
import dev.turnout.api.transport.Transport;
import dev.turnout.api.transport.WaterMarks;
import dev.turnout.api.transport.WriteTransport;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Shows how the shape of the API carries what asyncio says in words. */
class ApiShapeTest {

    private final RecordingTransport transport = new RecordingTransport(new ManualLoop(), new RecordingProtocol());

    @Test
    @Spec({"STREAM-12", "STREAM-13", "JAVA-2", "JAVA-3", "EX-9"})
    void everyCallbackHasADefaultThatDoesNothing() {
        Protocol stream = new Protocol() {};
        DatagramProtocol datagram = new DatagramProtocol() {};
        SubprocessProtocol process = new SubprocessProtocol() {};
        BufferedProtocol buffered = new BufferedProtocol() {
            @Override
            public ByteBuffer getBuffer(int sizeHint) {
                return ByteBuffer.allocate(1);
            }

            @Override
            public void bufferUpdated(int count) {
                // no default: there is nothing sensible to do with the bytes
            }
        };

        for (BaseProtocol each : List.of(stream, datagram, process, buffered)) {
            assertDoesNotThrow(() -> {
                each.connectionMade(transport);
                each.pauseWriting();
                each.resumeWriting();
                each.connectionLost(null);
            });
        }
        stream.dataReceived(ByteBuffer.allocate(1));
        datagram.datagramReceived(ByteBuffer.allocate(1), null);
        datagram.errorReceived(null);
        process.pipeDataReceived(1, ByteBuffer.allocate(1));
        process.pipeConnectionLost(1, null);
        process.processExited();
        assertFalse(stream.eofReceived());
        assertFalse(buffered.eofReceived());
    }

    @Test
    @Spec("BASE-1")
    void fiveTransportsStandUnderOneBase() {
        for (Class<?> kind : List.of(
                ReadTransport.class,
                WriteTransport.class,
                Transport.class,
                DatagramTransport.class,
                SubprocessTransport.class)) {
            assertTrue(kind.isInterface());
            assertTrue(BaseTransport.class.isAssignableFrom(kind));
        }
        assertTrue(ReadTransport.class.isAssignableFrom(Transport.class));
        assertTrue(WriteTransport.class.isAssignableFrom(Transport.class));
        assertFalse(ReadTransport.class.isAssignableFrom(DatagramTransport.class));
    }

    @Test
    @Spec("JAVA-6")
    void pairsAndTriplesAreRecords() {
        Protocol protocol = new Protocol() {};
        Connection<Transport> connection = new Connection<>(transport, protocol);

        assertSame(transport, connection.transport());
        assertSame(protocol, connection.protocol());
        assertEquals("WaterMarks[low=1, high=2]", new WaterMarks(1, 2).toString());
        assertEquals("TLSv1.3", new Cipher("TLS_AES_256_GCM_SHA384", "TLSv1.3", 256).protocol());
        assertTrue(Datagram.class.isRecord());
    }

    @Test
    @Spec("JAVA-29")
    void timeIsADurationOrNanosecondsAndNeverADouble() throws Exception {
        assertEquals(long.class, EventLoop.class.getMethod("time").getReturnType());
        assertEquals(
                Set.of(Duration.class, long.class),
                methods(EventLoop.class, "callLater")
                        .map(it -> it.getParameterTypes()[0])
                        .collect(Collectors.toSet()));
        assertEquals(
                Set.of(long.class),
                methods(EventLoop.class, "callAt")
                        .map(it -> it.getParameterTypes()[0])
                        .collect(Collectors.toSet()));
        for (Class<?> type : List.of(
                EventLoop.class,
                IoLoop.class,
                LoopGroup.class,
                TimerHandle.class,
                Network.class,
                Server.class,
                Option.class,
                BaseTransport.class,
                Transport.class,
                DatagramTransport.class,
                SubprocessTransport.class)) {
            for (Method method : type.getMethods()) {
                List<Class<?>> types = new ArrayList<>(List.of(method.getParameterTypes()));
                types.add(method.getReturnType());
                types.retainAll(List.of(double.class, Double.class, float.class, Float.class));
                assertEquals(List.of(), types, method::toString);
            }
        }
    }

    private static Stream<Method> methods(Class<?> type, String name) {
        return Stream.of(type.getMethods()).filter(method -> method.getName().equals(name));
    }

    @Test
    @Spec("JAVA-30")
    void theContextOfAFailureIsARecordWithOptionalPartsAndAFreeMap() {
        Map<String, Class<?>> parts = new LinkedHashMap<>();
        for (RecordComponent part : ErrorContext.class.getRecordComponents()) {
            parts.put(part.getName(), part.getType());
        }
        ErrorContext bare = ErrorContext.of("what failed", null);

        assertEquals(Map.of("message", String.class, "exception", Throwable.class, "parts", Map.class), parts);
        assertEquals(Map.of(), bare.parts());
        assertEquals(Map.of("of my own", 1), bare.with("of my own", 1).parts());
        assertEquals(Map.of(), bare.with(ErrorContext.PROTOCOL, null).parts());
    }

    @Test
    @Spec("PROC-3")
    void aShellTakesACommandAndAProgramAList() {
        assertEquals(
                List.of(Supplier.class, String.class, ProcessOptions.class),
                methods(Network.class, "subprocessShell")
                        .flatMap(method -> Stream.of(method.getParameterTypes()))
                        .toList());
        assertEquals(
                List.of(Supplier.class, List.class, ProcessOptions.class),
                methods(Network.class, "subprocessExec")
                        .flatMap(method -> Stream.of(method.getParameterTypes()))
                        .toList());
        assertFalse(ProcessOptions.DEFAULTS.known().containsKey("shell"));
    }

    @Test
    @Spec({"JAVA-9", "JAVA-10"})
    void optionsAreImmutableAndNameWhatIsWrong() {
        ConnectOptions defaults = ConnectOptions.DEFAULTS;
        ConnectOptions changed = defaults.with(StreamOptions.NO_DELAY, false);

        assertEquals(true, defaults.find(StreamOptions.NO_DELAY));
        assertEquals(false, changed.find(StreamOptions.NO_DELAY));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> defaults.with(Map.of("no.delay", "perhaps")))
                .getMessage()
                .contains("no.delay=perhaps"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> defaults.with(Map.of("backlog", "5")))
                .getMessage()
                .contains("backlog"));
        assertThrows(IllegalArgumentException.class, () -> defaults.with(ServerOptions.BACKLOG, 5));
    }
}
