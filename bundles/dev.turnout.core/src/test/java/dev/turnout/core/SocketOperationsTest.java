// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.error.ConnectionRefusedException;
import dev.turnout.api.loop.Accepted;
import dev.turnout.api.loop.Datagram;
import dev.turnout.api.loop.Received;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Operations on channels that no transport owns. */
class SocketOperationsTest extends LoopFixture {

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private ServerSocketChannel server;
    private SocketChannel client;
    private SocketChannel peer;

    @BeforeEach
    void connect() throws IOException {
        server = track(ServerSocketChannel.open().bind(new InetSocketAddress(LOOPBACK, 0)));
        client = nonBlocking(SocketChannel.open(server.getLocalAddress()));
        peer = track(server.accept());
        server.configureBlocking(false);
    }

    @Test
    @Spec({"SOCK-1", "SOCK-13", "JAVA-8"})
    void sockRecvAnswersWhatIsThereUpToTheMaximumThenTheEnd() throws Exception {
        CompletionStage<ByteBuffer> waiting = loop.sockRecv(client, 4);
        assertFalse(waiting.toCompletableFuture().isDone());
        Thread self = Thread.currentThread();
        CompletionStage<Thread> where = waiting.thenApply(data -> Thread.currentThread());
        send("abcdef");

        assertEquals("abcd", text(run(waiting)));
        assertSame(self, run(where));
        CompletableFuture<ByteBuffer> atOnce = loop.sockRecv(client, 100).toCompletableFuture();
        assertTrue(atOnce.isDone(), "data was there, no turn was needed");
        assertEquals("ef", text(atOnce.join()));
        peer.close();
        assertEquals("", text(run(loop.sockRecv(client, 100))));
    }

    @Test
    @Spec({"SOCK-1", "SOCK-4", "JAVA-17"})
    void leavesTheBytesAloneThatATransportHasLentToItsProtocol() throws Exception {
        DatagramChannel from = datagram();
        DatagramChannel to = datagram();
        run(loop.sockSendto(from, bytes("a datagram"), to.getLocalAddress()));
        send("a stream");
        loop.scratch().put(bytes("borrowed"));
        ByteBuffer data = loop.scratchView().clear().limit(8);

        String stream = text(run(loop.sockRecv(client, 100)));
        String datagram = text(run(loop.sockRecvfrom(to, 100)).data());

        assertEquals("a stream", stream);
        assertEquals("a datagram", datagram);
        assertEquals("borrowed", text(data));
    }

    @Test
    @Spec("SOCK-2")
    void sockRecvIntoFillsTheBufferAndAnswersTheCount() throws Exception {
        ByteBuffer target = ByteBuffer.allocate(10);
        CompletionStage<Integer> count = loop.sockRecvInto(client, target);
        send("xyz");

        assertEquals(3, run(count));
        assertEquals("xyz", text(target.flip()));
        assertEquals(0, run(loop.sockRecvInto(client, ByteBuffer.allocate(0))));
        peer.close();
        assertEquals(0, run(loop.sockRecvInto(client, target.clear())));
    }

    @Test
    @Spec("SOCK-3")
    void sockSendallSendsEverythingHoweverSmallTheWindow() throws Exception {
        byte[] much = new byte[8 << 20];
        new Random(5).nextBytes(much);
        CompletableFuture<byte[]> read = CompletableFuture.supplyAsync(() -> readAll(much.length));

        run(loop.sockSendall(client, ByteBuffer.wrap(much)));

        assertTrue(java.util.Arrays.equals(much, read.get(20, java.util.concurrent.TimeUnit.SECONDS)));
    }

    @Test
    @Spec("SOCK-3")
    void sockSendallFailsWhenThePeerIsGone() throws Exception {
        peer.setOption(StandardSocketOptions.SO_LINGER, 0);
        peer.close();

        CompletionException e = assertThrows(
                CompletionException.class, () -> run(loop.sockSendall(client, ByteBuffer.allocate(8 << 20))));

        assertInstanceOf(IOException.class, e.getCause());
        assertEquals("dev.turnout.api.error", e.getCause().getClass().getPackageName());
    }

    @Test
    @Spec({"SOCK-4", "SOCK-5"})
    void datagramsGoOutWholeAndComeInWithTheirSender() throws Exception {
        DatagramChannel one = datagram();
        DatagramChannel two = datagram();
        CompletionStage<Datagram> first = loop.sockRecvfrom(two, 100);
        assertFalse(first.toCompletableFuture().isDone());

        int sent = run(loop.sockSendto(one, bytes("hello"), two.getLocalAddress()));
        Datagram datagram = run(first);
        run(loop.sockSendto(one, bytes("again"), two.getLocalAddress()));
        ByteBuffer target = ByteBuffer.allocate(10);
        Received received = run(loop.sockRecvfromInto(two, target));

        assertEquals(5, sent);
        assertEquals("hello", text(datagram.data()));
        assertEquals(one.getLocalAddress(), datagram.sender());
        assertEquals(new Received(5, one.getLocalAddress()), received);
        assertEquals("again", text(target.flip()));
    }

    @Test
    @Spec({"SOCK-6", "SOCK-7"})
    void connectsToANameAndAccepts() throws Exception {
        SocketChannel connecting = nonBlocking(SocketChannel.open());
        int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
        CompletionStage<Accepted> accepting = loop.sockAccept(server);

        run(loop.sockConnect(connecting, InetSocketAddress.createUnresolved(LOOPBACK.getHostAddress(), port)));
        Accepted accepted = run(accepting);
        track(accepted.channel());

        assertFalse(accepted.channel().isBlocking());
        assertEquals(connecting.getLocalAddress(), accepted.peer());
        SocketChannel byName = nonBlocking(SocketChannel.open());
        run(loop.sockConnect(byName, InetSocketAddress.createUnresolved("localhost", port)));
        assertTrue(byName.isConnected());
    }

    @Test
    @Spec("SOCK-6")
    void aRefusedConnectGivesTheRefusedError() throws Exception {
        var address = server.getLocalAddress();
        server.close();
        SocketChannel connecting = nonBlocking(SocketChannel.open());

        CompletionException e =
                assertThrows(CompletionException.class, () -> run(loop.sockConnect(connecting, address)));

        assertInstanceOf(ConnectionRefusedException.class, e.getCause());
    }

    @Test
    @Spec({"SOCK-8", "SOCK-9", "JAVA-8"})
    void aCancelledOperationTakesItsWatchAwayAndSwallowsNothing() throws Exception {
        CompletableFuture<ByteBuffer> first = loop.sockRecv(client, 10).toCompletableFuture();
        loop.callSoon(() -> {
            first.cancel(true);
            try {
                // refused while a selector waits for the channel
                client.configureBlocking(true);
                client.configureBlocking(false);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            trace.add("usable at once");
        });
        runTurns(1);
        assertEquals(List.of("usable at once"), trace);
        send("for the second");
        runTurns(3);

        ByteBuffer second = run(loop.sockRecv(client, 100));

        assertEquals("for the second", text(second));
        assertFalse(loop.removeReader(client));
    }

    @Test
    @Spec({"SOCK-8", "SOCK-9"})
    void operationsCancelledByAnotherThreadAtAnyMomentSwallowNothing() throws Exception {
        int rounds = 300;
        int[] received = {0};
        for (int i = 0; i < rounds; i++) {
            CompletableFuture<ByteBuffer> racing = loop.sockRecv(client, 1).toCompletableFuture();
            Thread canceller = new Thread(() -> racing.cancel(false));
            canceller.start();
            send("x");
            runUntil(racing::isDone);
            join(canceller);
            if (!racing.isCancelled()) {
                received[0]++;
            }
            runTurns(1);
        }
        send("!");
        StringBuilder rest = new StringBuilder();
        while (rest.indexOf("!") < 0) {
            rest.append(text(run(loop.sockRecv(client, 1000))));
        }

        assertEquals(rounds - received[0] + 1, rest.length());
    }

    @Test
    @Spec({"SOCK-8", "JAVA-8"})
    void cancellingAfterTheLoopWasClosedThrowsNothing() {
        CompletableFuture<ByteBuffer> waiting = loop.sockRecv(client, 10).toCompletableFuture();
        loop.close();

        assertTrue(waiting.cancel(true));
        assertNull(onOtherThread(() -> loop.removeReader(client)));
    }

    @Test
    @Spec("SOCK-8")
    void cancellingAnAcceptLeavesTheServerUsable() throws Exception {
        CompletableFuture<Accepted> accepting = loop.sockAccept(server).toCompletableFuture();
        accepting.cancel(true);

        track(SocketChannel.open(server.getLocalAddress()));
        Accepted accepted = run(loop.sockAccept(server));

        track(accepted.channel());
        assertTrue(accepted.channel().isConnected());
    }

    @Test
    @Spec("SOCK-9")
    void aSecondOperationInTheSameDirectionIsRefusedWhileOneWaits() throws Exception {
        CompletionStage<ByteBuffer> first = loop.sockRecv(client, 10);

        assertThrows(IllegalStateException.class, () -> loop.sockRecv(client, 10));
        assertThrows(IllegalStateException.class, () -> loop.addReader(client, () -> {}));
        run(loop.sockSendall(client, bytes("the other direction is free")));
        send("mine");

        assertEquals("mine", text(run(first)));
    }

    @Test
    @Spec("SOCK-10")
    void aBlockingSocketIsRefused() {
        loop.setDebug(true);

        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> loop.sockRecv(peer, 10));

        assertTrue(e.getMessage().contains("blocking"), e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> loop.sockSendall(peer, bytes("x")));
    }

    @Test
    @Spec("SOCK-11")
    void aTlsSocketHasNoChannelAndIsRefused() throws Exception {
        try (SSLSocket tls = (SSLSocket) SSLSocketFactory.getDefault().createSocket()) {
            assertThrows(IllegalArgumentException.class, () -> loop.sockRecv(tls.getChannel(), 10));
            assertThrows(IllegalArgumentException.class, () -> loop.sockSendall(tls.getChannel(), bytes("x")));
        }
    }

    @Test
    @Spec("SOCK-14")
    void closingTheSocketWhileAnOperationWaitsDoesNotDisturbTheLoop() throws Exception {
        loop.sockRecv(client, 10);
        loop.callSoon(() -> {
            try {
                client.close();
            } catch (IOException e) {
                trace.add(e);
            }
        });

        runTurns(3);

        assertEquals(List.of(), trace);
        assertEquals(List.of(), log.at(java.util.logging.Level.SEVERE));
        assertThrows(IllegalArgumentException.class, () -> loop.sockRecv(client, 10));
    }

    @Test
    @Spec({"SOCK-15", "JAVA-40"})
    void sendsAFileInRoundsAndLeavesThePositionBehindIt(@TempDir Path folder) throws Exception {
        byte[] content = new byte[3 << 20];
        new Random(6).nextBytes(content);
        Path path = Files.write(folder.resolve("file"), content);
        CompletableFuture<byte[]> read = CompletableFuture.supplyAsync(() -> readAll(content.length - 100));
        boolean[] between = {false};
        loop.callSoon(() -> loop.callSoon(() -> between[0] = true));

        try (FileChannel file = FileChannel.open(path)) {
            long sent = run(loop.sockSendfile(client, file, 100, -1));

            assertEquals(content.length - 100, sent);
            assertEquals(content.length, file.position());
        }
        assertTrue(between[0], "other callbacks had their turn");
        assertTrue(java.util.Arrays.equals(
                java.util.Arrays.copyOfRange(content, 100, content.length),
                read.get(20, java.util.concurrent.TimeUnit.SECONDS)));
    }

    @Test
    @Spec("SOCK-15")
    void sendsPartOfAFileAndNothingOfAnEmptyOne(@TempDir Path folder) throws Exception {
        Path path = Files.writeString(folder.resolve("file"), "0123456789");
        Path empty = Files.createFile(folder.resolve("empty"));
        try (FileChannel file = FileChannel.open(path);
                FileChannel none = FileChannel.open(empty)) {

            assertEquals(3, run(loop.sockSendfile(client, file, 2, 3)));
            assertEquals(5, file.position());
            assertEquals(2, run(loop.sockSendfile(client, file, 8, 100)), "the file ends first");
            assertEquals(0, run(loop.sockSendfile(client, none, 0, -1)));
            assertEquals(0, run(loop.sockSendfile(client, file, 50, -1)));

            assertEquals("23489", new String(readAll(5), UTF_8));
        }
    }

    @Test
    @Spec("SOCK-15")
    void refusesWhatCannotBeSentAsAFile(@TempDir Path folder) throws Exception {
        Path path = Files.writeString(folder.resolve("file"), "0123456789");
        SocketChannel unconnected = nonBlocking(SocketChannel.open());
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            assertThrows(IllegalArgumentException.class, () -> loop.sockSendfile(client, file, -1, 1));
            assertThrows(IllegalArgumentException.class, () -> loop.sockSendfile(client, file, 0, 0));
            assertThrows(IllegalArgumentException.class, () -> loop.sockSendfile(client, file, 0, -2));
            assertThrows(NotYetConnectedException.class, () -> loop.sockSendfile(unconnected, file, 0, 1));
        }
        // a datagram socket is refused by the compiler
        for (Method method : loop.getClass().getMethods()) {
            if (method.getName().equals("sockSendfile")) {
                assertFalse(method.getParameterTypes()[0].isAssignableFrom(DatagramChannel.class));
            }
        }
    }

    @Test
    @Spec("WATCH-1")
    void aWriterWaitsForTheEndOfAConnect() throws Exception {
        SocketChannel connecting = nonBlocking(SocketChannel.open());
        connecting.connect(server.getLocalAddress());
        loop.addWriter(connecting, () -> {
            try {
                trace.add(connecting.finishConnect());
            } catch (IOException e) {
                trace.add(e);
            }
            loop.removeWriter(connecting);
        });

        runUntil(() -> !trace.isEmpty());

        assertEquals(List.of(true), trace);
        assertEquals(0, client.validOps() & SelectionKey.OP_ACCEPT);
    }

    private DatagramChannel datagram() throws IOException {
        return nonBlocking(DatagramChannel.open().bind(new InetSocketAddress(LOOPBACK, 0)));
    }

    private void send(String text) throws IOException {
        peer.write(bytes(text));
    }

    private byte[] readAll(int count) {
        ByteBuffer all = ByteBuffer.allocate(count);
        try {
            while (all.hasRemaining() && peer.read(all) >= 0) {
                Thread.onSpinWait();
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return java.util.Arrays.copyOf(all.array(), all.position());
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    private static String text(ByteBuffer data) {
        return UTF_8.decode(data).toString();
    }
}
