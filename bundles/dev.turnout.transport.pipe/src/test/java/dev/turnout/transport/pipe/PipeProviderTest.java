// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.pipe;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.error.ConnectionAbortedException;
import dev.turnout.api.error.TimedOutException;
import dev.turnout.api.network.Connection;
import dev.turnout.api.transport.ExtraInfo;
import dev.turnout.api.transport.Transport;
import dev.turnout.testkit.LoopThread;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Says which pipes are accepted, and what endpoints open. */
class PipeProviderTest {

    private final PipeHarness harness = new PipeHarness();

    @AfterEach
    void end() {
        harness.close();
    }

    @Test
    @Spec({"PIPE-2", "PIPE-3", "PIPE-4"})
    void refusesFilesFoldersAndTheNullDeviceAndLeavesThemOpen() throws Exception {
        Path file = Files.createTempFile("pipe", "file");
        for (Path wrong : List.of(file, file.getParent(), Path.of("/dev/null"))) {
            try (FileChannel channel = FileChannel.open(wrong, StandardOpenOption.READ)) {

                assertThrows(IllegalArgumentException.class, () -> harness.read(new RecordingProtocol(), channel));

                assertTrue(channel.isOpen());
            }
        }
        Files.delete(file);
    }

    @Test
    @Spec({"PIPE-2", "PIPE-5", "BASE-26"})
    void acceptsSocketsAndMakesThemNonBlocking() throws Exception {
        try (ServerSocketChannel listener =
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            SocketChannel near = SocketChannel.open(listener.getLocalAddress());
            SocketChannel far = listener.accept();
            RecordingProtocol protocol = new RecordingProtocol();
            harness.read(protocol, near);

            far.write(ByteBuffer.wrap(new byte[] {65}));
            far.close();
            protocol.awaitLost();

            assertEquals("A", protocol.text());
            assertFalse(near.isBlocking());
        }
    }

    @Test
    @Spec("JAVA-35")
    void readsAStreamThatNoSelectorKnowsOnAThreadOfItsOwn() {
        ReadableByteChannel stream =
                Channels.newChannel(new java.io.ByteArrayInputStream("from a stream".getBytes(UTF_8)));
        RecordingProtocol protocol = new RecordingProtocol();

        harness.read(protocol, stream);
        protocol.awaitLost();

        assertEquals(
                List.of("connectionMade", "dataReceived \"from a stream\"", "eofReceived", "connectionLost null"),
                protocol.trace());
        assertEquals(List.of(), protocol.violations());
    }

    @Test
    @Spec("PIPE-8")
    void aFailingReadIsReportedAndToldToTheProtocol() {
        ReadableByteChannel stream = Channels.newChannel(new Failing("the disk is on fire"));
        RecordingProtocol protocol = new RecordingProtocol();

        harness.read(protocol, stream);
        protocol.awaitLost();

        assertEquals(
                "the disk is on fire",
                String.valueOf(protocol.cause() == null ? "" : protocol.cause().getMessage()));
        assertEquals(1, harness.thread.reports().size());
    }

    @Test
    @Spec("PIPE-9")
    void theEndOfATerminalIsNotReported() {
        ReadableByteChannel stream = Channels.newChannel(new Failing("Input/output error"));
        RecordingProtocol protocol = new RecordingProtocol();

        harness.read(protocol, stream);
        protocol.awaitLost();

        assertTrue(protocol.cause() instanceof IOException);
        assertEquals(List.of(), harness.thread.reports());
    }

    /** Fails at the first read. */
    private static final class Failing extends java.io.InputStream {

        private final String text;

        Failing(String text) {
            this.text = text;
        }

        @Override
        public int read() throws IOException {
            throw new IOException(text);
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            throw new IOException(text);
        }
    }

    @Test
    void anEndpointOpensEachEndOnceTheOtherOneIsOpenToo() throws Exception {
        try (Fifo fifo = new Fifo()) {
            RecordingProtocol reader = new RecordingProtocol();
            RecordingProtocol writer = new RecordingProtocol();
            CompletionStage<Connection<Transport>> reading =
                    harness.connect(() -> reader, fifo.path(), Map.of("mode", "read"));
            harness.thread.settle(); // the loop goes on meanwhile
            assertFalse(reader.isMade());

            CompletionStage<Connection<Transport>> writing =
                    harness.connect(() -> writer, fifo.path(), Map.of("mode", "write"));
            Transport out = harness.thread.join(writing, "the writing end").transport();
            harness.thread.join(reading, "the reading end");
            harness.thread.run(loop -> {
                assertEquals(Optional.of(fifo.path().toString()), out.getExtraInfo(ExtraInfo.PIPE));
                out.write("through a FIFO".getBytes(UTF_8));
                out.close();
            });
            reader.awaitLost();

            assertEquals("through a FIFO", reader.text());
            assertEquals(null, reader.cause());
            writer.awaitLost();
        }
    }

    @Test
    void openingAFifoCanBeCancelledAndLeavesNoThread() throws Exception {
        try (Fifo fifo = new Fifo()) {
            CompletionStage<Connection<Transport>> opening =
                    harness.connect(RecordingProtocol::new, fifo.path(), Map.of());
            harness.thread.until("a thread that opens it", () -> openers(fifo) == 1);

            opening.toCompletableFuture().cancel(false);

            harness.thread.until("the threads to end", () -> openers(fifo) == 0);
            assertTrue(opening.toCompletableFuture().isCancelled());
        }
    }

    @Test
    void openingAFifoCanBeCancelledBeforeItsThreadReachesTheSystem() throws Exception {
        try (Fifo fifo = new Fifo()) {
            for (int round = 0; round < 100; round++) {
                harness.connect(RecordingProtocol::new, fifo.path(), Map.of())
                        .toCompletableFuture()
                        .cancel(false);

                harness.thread.until("the threads to end", () -> openers(fifo) == 0);
            }
        }
    }

    @Test
    void anOpeningThatIsGivenUpLetsNoOtherReaderGo() throws Exception {
        try (Fifo fifo = new Fifo()) {
            RecordingProtocol reader = new RecordingProtocol();
            CompletionStage<Connection<Transport>> reading =
                    harness.connect(() -> reader, fifo.path(), Map.of("mode", "read"));
            CompletionStage<Connection<Transport>> givenUp =
                    harness.connect(RecordingProtocol::new, fifo.path(), Map.of("mode", "read"));
            harness.thread.until("both threads", () -> inSystem(fifo) == 2);

            givenUp.toCompletableFuture().cancel(false);

            harness.thread.until("one thread to wait on", () -> openers(fifo) == 1 && inSystem(fifo) == 1);
            assertFalse(reader.isMade(), "there is no writer");
            try (FileChannel writer = FileChannel.open(fifo.path(), StandardOpenOption.WRITE)) {
                writer.write(ByteBuffer.wrap("real".getBytes(UTF_8)));
            }
            harness.thread.join(reading, "the reader");
            reader.awaitLost();
            assertEquals("real", reader.text());
        }
    }

    @Test
    void anOpeningThatIsGivenUpLetsNoOtherWriterGo() throws Exception {
        try (Fifo fifo = new Fifo()) {
            RecordingProtocol writer = new RecordingProtocol();
            CompletionStage<Connection<Transport>> writing =
                    harness.connect(() -> writer, fifo.path(), Map.of("mode", "write"));
            CompletionStage<Connection<Transport>> givenUp =
                    harness.connect(RecordingProtocol::new, fifo.path(), Map.of("mode", "write"));
            harness.thread.until("both threads", () -> inSystem(fifo) == 2);

            givenUp.toCompletableFuture().cancel(false);

            harness.thread.until("one thread to wait on", () -> openers(fifo) == 1 && inSystem(fifo) == 1);
            assertFalse(writer.isMade(), "there is no reader");
            try (FileChannel reader = FileChannel.open(fifo.path(), StandardOpenOption.READ)) {
                Transport out = harness.thread.join(writing, "the writer").transport();
                harness.thread.run(loop -> {
                    out.write("real".getBytes(UTF_8));
                    out.close();
                });
                assertEquals("real", new String(Channels.newInputStream(reader).readAllBytes(), UTF_8));
            }
            writer.awaitLost();
        }
    }

    @Test
    void openingAFifoAgainAfterATimeLimitFindsNobodyWhereNobodyIs() throws Exception {
        try (Fifo fifo = new Fifo()) {
            for (int attempt = 0; attempt < 50; attempt++) {
                CompletionStage<Connection<Transport>> late =
                        harness.connect(RecordingProtocol::new, fifo.path(), Map.of("connect.timeout", "2ms"));

                assertThrows(TimedOutException.class, () -> harness.thread.join(late, "the failure"));
            }
            harness.thread.until("the threads to end", () -> openers(fifo) == 0);
        }
    }

    @Test
    void givingUpLeavesAFifoAloneThatHasTakenThePlace() throws Exception {
        try (Fifo fifo = new Fifo()) {
            Path former = fifo.path().resolveSibling("former");
            CompletionStage<Connection<Transport>> opening =
                    harness.connect(RecordingProtocol::new, fifo.path(), Map.of());
            harness.thread.until("its thread", () -> inSystem(fifo) == 1);
            Files.move(fifo.path(), former);
            fifo.make();
            RecordingProtocol writer = new RecordingProtocol();
            CompletionStage<Connection<Transport>> writing =
                    harness.connect(() -> writer, fifo.path(), Map.of("mode", "write"));
            harness.thread.until("both threads", () -> inSystem(fifo) == 2);

            opening.toCompletableFuture().cancel(false);

            harness.thread.until("the end of giving up", () -> openers(fifo) == 2);
            assertFalse(writer.isMade(), "there is no reader");
            FileChannel.open(former, StandardOpenOption.READ, StandardOpenOption.WRITE)
                    .close();
            writing.toCompletableFuture().cancel(false);
            harness.thread.until("the threads to end", () -> openers(fifo) == 0);
            Files.delete(former);
        }
    }

    @Test
    void openingAFifoFailsWhenItsLoopIsClosedAndLeavesNoThread() throws Exception {
        try (Fifo fifo = new Fifo();
                PipeHarness other = new PipeHarness()) {
            CompletionStage<Connection<Transport>> opening =
                    other.connect(RecordingProtocol::new, fifo.path(), Map.of());
            harness.thread.until("its thread", () -> inSystem(fifo) == 1);

            other.thread.close();

            assertThrows(ConnectionAbortedException.class, () -> harness.thread.join(opening, "the failure"));
            harness.thread.until("the threads to end", () -> openers(fifo) == 0);
        }
    }

    @Test
    void openingAFifoFailsWhenItsLoopIsShutDown() throws Exception {
        try (Fifo fifo = new Fifo();
                PipeHarness other = new PipeHarness()) {
            CompletionStage<Connection<Transport>> opening =
                    other.connect(RecordingProtocol::new, fifo.path(), Map.of());

            other.loop.shutdown(LoopThread.DEADLINE);

            assertThrows(ConnectionAbortedException.class, () -> harness.thread.join(opening, "the failure"));
            harness.thread.until("the threads to end", () -> openers(fifo) == 0);
        }
    }

    @Test
    void anEndThatComesAsItsLoopIsClosedIsClosedToo() throws Exception {
        try (Fifo fifo = new Fifo();
                PipeHarness other = new PipeHarness()) {
            CompletionStage<Connection<Transport>> opening =
                    other.connect(RecordingProtocol::new, fifo.path(), Map.of("mode", "read"));
            FileChannel writer = other.thread.call(() -> {
                FileChannel opened = FileChannel.open(fifo.path(), StandardOpenOption.WRITE);
                while (openers(fifo) > 0) {
                    Thread.onSpinWait();
                }
                other.loop.stop();
                return opened;
            });

            other.thread.close();

            assertThrows(ConnectionAbortedException.class, () -> harness.thread.join(opening, "the failure"));
            IOException broken = assertThrows(IOException.class, () -> writer.write(ByteBuffer.wrap(new byte[1])));
            assertEquals("Broken pipe", broken.getMessage());
            writer.close();
        }
    }

    @Test
    void aFifoWhoseOpeningIsCancelledAsItBeginsIsClosed() throws Exception {
        try (Fifo fifo = new Fifo()) {
            AtomicReference<CompletionStage<?>> opening = new AtomicReference<>();
            RecordingProtocol reader = new RecordingProtocol()
                    .onMade(transport -> opening.get().toCompletableFuture().cancel(false));
            opening.set(harness.connect(() -> reader, fifo.path(), Map.of()));
            try (FileChannel writer = FileChannel.open(fifo.path(), StandardOpenOption.WRITE)) {
                reader.awaitLost();
                assertTrue(writer.isOpen());
            }
        }
    }

    @Test
    void openingAFifoEndsAtItsTimeLimit() throws Exception {
        try (Fifo fifo = new Fifo()) {
            CompletionStage<Connection<Transport>> late = harness.connect(
                    RecordingProtocol::new, fifo.path(), Map.of("mode", "write", "connect.timeout", "30ms"));

            TimedOutException failure =
                    assertThrows(TimedOutException.class, () -> harness.thread.join(late, "the failure"));

            assertTrue(String.valueOf(failure.getMessage()).contains(fifo.path().toString()), failure::getMessage);
            harness.thread.until("the threads to end", () -> openers(fifo) == 0);
        }
    }

    /** Counts threads of openings that the system keeps waiting. */
    private static long inSystem(Fifo fifo) {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(one -> one.getKey().getName().equals("turnout-open-" + fifo.path()))
                .filter(one -> one.getValue().length > 0 && one.getValue()[0].isNativeMethod())
                .filter(one -> one.getValue()[0].getMethodName().startsWith("open"))
                .count();
    }

    private static long openers(Fifo fifo) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().endsWith(fifo.path().toString()))
                .count();
    }

    @Test
    void anEndpointThatNamesNoPipeFailsWithTheReason() throws Exception {
        Path file = Files.createTempFile("pipe", "file");

        assertThrows(
                IllegalArgumentException.class,
                () -> harness.thread.join(harness.connect(RecordingProtocol::new, file, Map.of()), "the failure"));
        Files.delete(file);
        assertThrows(
                NoSuchFileException.class,
                () -> harness.thread.join(harness.connect(RecordingProtocol::new, file, Map.of()), "the failure"));
    }

    @Test
    @Spec("STREAM-17")
    void aFailingFactoryFailsTheCallAndClosesTheEnd() throws Exception {
        try (Fifo fifo = new Fifo();
                Fifo.Ends ends = fifo.open()) {

            assertThrows(
                    IllegalStateException.class,
                    () -> harness.thread.join(
                            harness.thread.call(() -> new PipeProvider()
                                    .connectReadPipe(new dev.turnout.api.spi.PipeRequest(
                                            harness.loop,
                                            ends.reading(),
                                            () -> {
                                                throw new IllegalStateException("on purpose");
                                            },
                                            harness.log))),
                            "the failure"));

            assertFalse(ends.reading().isOpen());
        }
    }

    @Test
    @Spec({"STREAM-17", "CB-15"})
    void aFactoryThatThrowsAnErrorFailsTheCallAndClosesTheEnd() throws Exception {
        try (Fifo fifo = new Fifo();
                Fifo.Ends ends = fifo.open()) {

            assertThrows(
                    NoClassDefFoundError.class,
                    () -> harness.thread.join(
                            harness.thread.call(() -> new PipeProvider()
                                    .connectReadPipe(new dev.turnout.api.spi.PipeRequest(
                                            harness.loop,
                                            ends.reading(),
                                            () -> {
                                                throw new NoClassDefFoundError("on purpose");
                                            },
                                            harness.log))),
                            "the failure"));

            assertFalse(ends.reading().isOpen());
        }
    }

    @Test
    @Spec("PIPE-26")
    void theStandardStreamsOfTheProcessStayOpen() throws Exception {
        Process program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        StandardStreams.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (OutputStream in = program.getOutputStream()) {
            in.write("from outside\n".getBytes(UTF_8));
        }

        String output = new String(program.getInputStream().readAllBytes(), UTF_8);

        assertEquals("copy: from outside\nstill open\n", output);
        assertEquals(0, program.waitFor());
    }

    @Test
    @Spec({"PIPE-2", "PIPE-14"})
    void aCharacterDeviceIsAcceptedAndItsOtherSideNotWatched() throws Exception {
        try (FileChannel terminal = FileChannel.open(Path.of("/dev/ptmx"), StandardOpenOption.WRITE)) {
            RecordingProtocol protocol = new RecordingProtocol();

            harness.write(protocol, terminal); // nobody has the other side of it open

            harness.thread.settle();
            harness.thread.settle();
            harness.thread.settle();
            assertFalse(protocol.isLost());
        }
    }
}
