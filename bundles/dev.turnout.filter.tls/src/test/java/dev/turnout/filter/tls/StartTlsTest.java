// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.network.TlsOptions;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.transport.Transport;
import dev.turnout.testkit.RecordingBufferedProtocol;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.RecordingTransport;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Says how TLS is put upon a plain connection in the middle of a conversation, on either side. */
class StartTlsTest extends TlsCase {

    private SocketChannel channel;

    /** Opens a plain client connection of ours; the other end is {@link #channel}. */
    private Transport plainClient(RecordingProtocol protocol) throws IOException {
        ServerSocketChannel listener = listener();
        InetSocketAddress to = address(listener);
        Transport transport = loop.await(() -> networks.network()
                        .createConnection(
                                () -> protocol,
                                HOST,
                                to.getPort(),
                                ConnectOptions.DEFAULTS.with(
                                        Map.of("send.buffer", "32KiB", "receive.buffer", "32KiB"))))
                .transport();
        channel = listener.accept();
        open.push(channel);
        return transport;
    }

    /** Accepts a plain connection. */
    private Transport plainServer(RecordingProtocol protocol) throws IOException {
        var server = loop.await(
                () -> networks.network().createServer(() -> protocol, List.of(HOST), 0, ServerOptions.DEFAULTS));
        channel = raw(address(server));
        protocol.awaitMade();
        return protocol.transport();
    }

    private CompletionStage<Transport> upgrade(
            Transport plain, BaseProtocol protocol, boolean serverSide, byte... unread) {
        return loop.call(() ->
                networks.network().startTls(plain, protocol, serverSide ? server() : client(), serverSide, unread));
    }

    private TlsPeer otherSide(boolean client) throws IOException {
        SSLEngine engine =
                (client ? Keys.trustingOnly(Keys.SERVER) : Keys.SERVER.trusting(Keys.CLIENT)).createSSLEngine();
        engine.setUseClientMode(client);
        return peer(channel, engine);
    }

    /**
     * Holds a client connection with TLS in TLS.
     *
     * @param outer what the first upgrade made
     * @param inner what the second one made of it
     * @param peer the other end of the inner TLS
     */
    private record TlsInTls(Transport outer, Transport inner, NestedPeer peer) {}

    private TlsInTls upgradeTwice(Transport plain, BaseProtocol protocol) throws IOException {
        CompletionStage<Transport> first = upgrade(plain, protocol, false);
        TlsPeer outside = otherSide(false).handshake();
        Transport outer = loop.join(first, "the outer upgrade");
        CompletionStage<Transport> second = upgrade(outer, protocol, false);
        NestedPeer inside = new NestedPeer(outside, Keys.SERVER.trusting(Keys.CLIENT));
        inside.handshake();
        return new TlsInTls(outer, loop.join(second, "the inner upgrade"), inside);
    }

    @Test
    @Spec({"TLS-50", "TLS-51", "TLS-53"})
    void upgradesAClientSideConnection() throws Exception {
        RecordingProtocol protocol = recorder();
        Transport plain = plainClient(protocol);

        CompletionStage<Transport> upgrading = upgrade(plain, protocol, false);
        TlsPeer peer = otherSide(false).handshake();
        Transport upgraded = loop.join(upgrading, "the upgrade");
        loop.run(in -> {
            upgraded.write(ascii("secret"));
            assertNotSame(protocol, plain.getProtocol());
            assertSame(protocol, upgraded.getProtocol());
        });
        assertEquals("secret", peer.receiveText(6));
        peer.send("answer");
        protocol.awaitReceived(6);
        peer.close();
        protocol.awaitLost();

        assertNotSame(plain, upgraded);
        assertEquals(
                List.of("connectionMade", "dataReceived \"answer\"", "eofReceived", "connectionLost null"),
                protocol.trace());
    }

    @Test
    @Spec({"TLS-50", "TLS-51"})
    void upgradesAServerSideConnection() throws Exception {
        RecordingProtocol protocol = recorder();
        Transport plain = plainServer(protocol);

        CompletionStage<Transport> upgrading = upgrade(plain, protocol, true);
        TlsPeer peer = otherSide(true).handshake();
        Transport upgraded = loop.join(upgrading, "the upgrade");
        peer.send("question");
        protocol.awaitReceived(8);
        loop.run(in -> upgraded.write(ascii("answer")));

        assertEquals("answer", peer.receiveText(6));
        assertEquals(1, protocol.count("connectionMade"));
    }

    @Test
    @Spec({"TLS-52", "TLS-56"})
    void everythingAfterTheCommandIsTakenAsTls() throws Exception {
        RecordingProtocol protocol = recorder();
        CompletableFuture<Transport> upgraded = new CompletableFuture<>();
        protocol.onData(data -> {
            if (protocol.text().equals("STARTTLS\n")) {
                networks.network()
                        .startTls(protocol.transport(), protocol, server(), true, new byte[0])
                        .thenAccept(upgraded::complete);
            }
        });
        plainServer(protocol);

        channel.write(ByteBuffer.wrap(ascii("STARTTLS\n")));
        protocol.awaitReceived(9); // else the command may arrive in one piece with what follows it
        otherSide(true).handshakeAndSend(ascii("secret"));

        protocol.awaitReceived(9 + 6);
        assertTrue(upgraded.isDone());
        assertEquals("STARTTLS\nsecret", protocol.text());
    }

    @Test
    @Spec("TLS-56")
    void bytesReadTooFarGoToTheEngine() throws Exception {
        for (int kept = 0; kept < 3; kept++) {
            RecordingProtocol protocol = recorder();
            Transport plain = plainServer(protocol);
            TlsPeer peer = otherSide(true);

            ByteBuffer hello = peer.hello();
            byte[] unread = new byte[kept == 0 ? hello.remaining() : kept == 1 ? 3 : hello.remaining() / 2];
            hello.get(unread);
            CompletionStage<Transport> upgrading = upgrade(plain, protocol, true, unread);
            peer.sendRaw(hello);
            peer.handshake().send("first");
            loop.join(upgrading, "the upgrade");

            protocol.awaitReceived(5);
            assertEquals(List.of("connectionMade", "dataReceived \"first\""), protocol.trace());
        }
    }

    @Test
    @Spec({"TLS-56", "TLS-59"})
    void clearTextInjectedBehindTheCommandFailsTheHandshakeAndIsNotObeyed() throws Exception {
        RecordingProtocol protocol = recorder();
        Transport plain = plainServer(protocol);

        CompletionStage<Transport> upgrading = upgrade(plain, protocol, true, ascii("DELETE everything\n"));

        SSLException failure = failure(SSLException.class, upgrading);
        assertTrue(failure.getMessage().contains("DELETE"), failure::getMessage);
        assertEquals(1, failedHandshakes());
        loop.until("the plain transport to close", plain::isClosing);
        assertEquals("", protocol.text());
        assertEquals(-1, channel.read(ByteBuffer.allocate(10)));
    }

    @Test
    @Spec({"TLS-54", "TLS-53"})
    void theOldTransportRefusesToSendClearText() throws Exception {
        RecordingProtocol protocol = recorder();
        Transport plain = plainClient(protocol);
        CompletionStage<Transport> upgrading = upgrade(plain, protocol, false);

        loop.run(in -> {
            assertThrows(IllegalStateException.class, () -> plain.write(ascii("clear")));
            assertThrows(IllegalStateException.class, () -> plain.writeOwned(ByteBuffer.wrap(ascii("clear"))));
            assertThrows(IllegalStateException.class, () -> plain.writelines(List.of(ByteBuffer.wrap(ascii("clear")))));
            assertThrows(IllegalStateException.class, plain::writeEof);
            assertThrows(IllegalStateException.class, () -> plain.setProtocol(protocol));
            assertThrows(
                    IllegalStateException.class,
                    () -> networks.network().startTls(plain, protocol, client(), false, new byte[0]));
        });
        TlsPeer peer = otherSide(false).handshake();
        Transport upgraded = loop.join(upgrading, "the upgrade");
        loop.run(in -> {
            assertThrows(IllegalStateException.class, () -> plain.write(ascii("clear")));
            upgraded.write(ascii("secret"));
        });

        assertEquals("secret", peer.receiveText(6));
    }

    @Test
    @Spec("TLS-54")
    void theOldTransportSendsNoFile(@TempDir Path folder) throws Exception {
        Path file = Files.write(folder.resolve("f"), ascii("clear"));
        RecordingProtocol protocol = recorder();
        Transport plain = plainClient(protocol);
        TlsInTls upgraded = upgradeTwice(plain, protocol);
        try (FileChannel content = FileChannel.open(file)) {
            loop.run(in -> {
                for (Transport old : List.of(plain, upgraded.outer())) {
                    assertThrows(
                            IllegalStateException.class,
                            () -> networks.network().sendfile(old, content, 0, -1, true));
                    assertThrows(IllegalStateException.class, () -> old.setProtocol(protocol));
                    assertThrows(
                            IllegalStateException.class,
                            () -> networks.network().startTls(old, protocol, client(), false, new byte[0]));
                }
            });
        }

        loop.run(in -> upgraded.inner().write(ascii("secret")));
        assertArrayEquals(ascii("secret"), upgraded.peer().receive(6));
    }

    @Test
    @Spec({"FILE-4", "FILE-2"})
    void aFileGoesThroughTlsInTls(@TempDir Path folder) throws Exception {
        Path file = Files.write(folder.resolve("f"), bytes(MUCH));
        RecordingProtocol protocol = recorder();
        TlsInTls upgraded = upgradeTwice(plainClient(protocol), protocol);

        try (FileChannel content = FileChannel.open(file)) {
            CompletionStage<Long> sending =
                    loop.call(() -> networks.network().sendfile(upgraded.inner(), content, 0, -1, true));
            loop.run(in -> assertThrows(
                    IllegalStateException.class, () -> upgraded.inner().write(ascii("too early"))));

            assertArrayEquals(bytes(MUCH), upgraded.peer().receive(MUCH));
            assertEquals(MUCH, loop.join(sending, "the file"));
        }
        upgraded.peer().send(ascii("x"));
        assertEquals("x", protocol.awaitReceived(1).text());
    }

    @Test
    @Spec({"TLS-18", "CONN-22"})
    void aClientSaysWhomItExpects() throws Exception {
        RecordingProtocol protocol = recorder();
        Transport plain = plainClient(protocol);
        TlsOptions nobody = TlsOptions.DEFAULTS.with(TlsOptions.CONTEXT, Keys.trustingOnly(Keys.SERVER));

        IllegalArgumentException refused = loop.call(() -> assertThrows(
                IllegalArgumentException.class,
                () -> networks.network().startTls(plain, protocol, nobody, false, new byte[0])));
        loop.run(in -> assertSame(protocol, plain.getProtocol()));
        CompletionStage<Transport> upgrading = loop.call(() -> networks.network()
                .startTls(plain, protocol, nobody.with(TlsOptions.SERVER_HOSTNAME, ""), false, new byte[0]));
        otherSide(false).handshake();

        assertTrue(refused.getMessage().contains("server.hostname"), refused::getMessage);
        loop.join(upgrading, "the upgrade");
    }

    @Test
    @Spec("TLS-58")
    void aProtocolThatIsNoneForStreamsIsRefusedBeforeAnyEffect() throws Exception {
        RecordingProtocol protocol = recorder();
        Transport plain = plainClient(protocol);
        BaseProtocol other = new BaseProtocol() {};

        loop.run(in -> {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> networks.network().startTls(plain, other, client(), false, new byte[0]));
            assertSame(protocol, plain.getProtocol());
            plain.write(ascii("clear"));
        });

        assertEquals(5, channel.read(ByteBuffer.allocate(5)));
    }

    @Test
    @Spec("TLS-55")
    void theCallerHasTheNewTransportBeforeTheFirstData() throws Exception {
        RecordingProtocol protocol = recorder();
        Transport plain = plainServer(protocol);
        CompletionStage<Transport> upgrading = upgrade(plain, protocol, true);
        loop.run(in -> upgrading.thenAcceptAsync(upgraded -> protocol.note("has it"), in));

        otherSide(true).handshakeAndSend(ascii("at once"));

        protocol.awaitReceived(7);
        assertEquals(List.of("connectionMade", "has it", "dataReceived \"at once\""), protocol.trace());
    }

    @Test
    @Spec("TLS-57")
    void aPauseIsCarriedOver() throws Exception {
        RecordingProtocol protocol = recorder();
        Transport plain = plainClient(protocol);

        loop.run(in -> plain.write(bytes(MUCH)));
        assertEquals(1, protocol.count("pauseWriting"));
        CompletionStage<Transport> upgrading = upgrade(plain, protocol, false);
        assertEquals(0, protocol.count("resumeWriting"));
        channel.configureBlocking(true);
        ByteBuffer clear = ByteBuffer.allocate(MUCH);
        while (clear.hasRemaining()) {
            channel.read(clear);
        }
        TlsPeer peer = otherSide(false).handshake();
        Transport upgraded = loop.join(upgrading, "the upgrade");
        protocol.awaitCall("resumeWriting");
        loop.run(in -> upgraded.write(bytes(MUCH)));

        assertArrayEquals(bytes(MUCH), clear.array());
        assertArrayEquals(bytes(MUCH), peer.receive(MUCH));
        protocol.await(
                "two pairs", dev.turnout.testkit.LoopThread.DEADLINE, () -> protocol.count("resumeWriting") == 2);
        assertEquals(
                List.of("connectionMade", "pauseWriting", "resumeWriting", "pauseWriting", "resumeWriting"),
                protocol.trace());
    }

    @Test
    @Spec("TLS-58")
    void whatCannotBeUpgradedIsRefused() {
        loop.run(in -> {
            RecordingProtocol protocol = new RecordingProtocol();
            RecordingTransport other = new RecordingTransport(in, protocol);
            assertThrows(
                    IllegalArgumentException.class,
                    () -> networks.network().startTls(other, protocol, client(), false, new byte[0]));
        });
    }

    @Test
    @Spec({"TLS-58", "TLS-9", "TLS-25"})
    void wrongOptionsAreRefusedBeforeAnyEffect() throws Exception {
        RecordingProtocol protocol = recorder();
        Transport plain = plainClient(protocol);

        loop.run(in -> {
            for (var time : List.of(TlsOptions.HANDSHAKE_TIMEOUT, TlsOptions.SHUTDOWN_TIMEOUT)) {
                assertThrows(
                        IllegalArgumentException.class,
                        () -> networks.network()
                                .startTls(
                                        plain,
                                        protocol,
                                        client().with(time, java.time.Duration.ZERO),
                                        false,
                                        new byte[0]));
            }
            assertSame(protocol, plain.getProtocol());
            plain.write(ascii("clear"));
        });

        ByteBuffer got = ByteBuffer.allocate(5);
        channel.read(got);
        assertEquals("clear", new String(got.array(), java.nio.charset.StandardCharsets.US_ASCII));
    }

    @Test
    @Spec("TLS-59")
    void aFailedUpgradeClosesTheConnectionAndFailsTheCall() throws Exception {
        RecordingProtocol protocol = recorder();
        Transport plain = plainClient(protocol);

        CompletionStage<Transport> upgrading = upgrade(plain, protocol, false);
        SSLEngine untrusted = Keys.OTHER.trusting(Keys.CLIENT).createSSLEngine();
        untrusted.setUseClientMode(false);
        TlsPeer peer = peer(channel, untrusted);
        assertThrows(IOException.class, () -> peer.handshake().receive(1));

        failure(SSLException.class, upgrading);
        loop.until("the end", () -> plain.getProtocol() == null);
    }

    @Test
    @Spec({"TLS-61", "TLS-49"})
    void aBufferedProtocolCanGoOnAndTlsRunsInTls() throws Exception {
        RecordingProtocol first = recorder();
        Transport plain = plainClient(first);
        CompletionStage<Transport> outer = upgrade(plain, first, false);
        TlsPeer outside = otherSide(false).handshake();
        Transport tls = loop.join(outer, "the outer upgrade");
        RecordingBufferedProtocol second = new RecordingBufferedProtocol(ByteBuffer.allocate(1000));
        loop.run(in -> second.connectionMade(tls)); // which no transport does

        CompletionStage<Transport> inner = upgrade(tls, second, false);
        NestedPeer inside = new NestedPeer(outside, Keys.SERVER.trusting(Keys.CLIENT));
        inside.handshake();
        Transport twice = loop.join(inner, "the inner upgrade");
        byte[] data = bytes(100_000);
        loop.run(in -> twice.write(data));
        assertArrayEquals(data, inside.receive(data.length));
        inside.send(data);
        second.awaitReceived(data.length);
        loop.run(in -> {
            assertThrows(IllegalStateException.class, () -> tls.write(ascii("too clear")));
            twice.close();
        });
        inside.answerClose();
        outside.receiveAll();
        second.awaitLost();

        assertArrayEquals(data, second.received());
        assertNull(second.cause());
        assertFalse(first.isLost());
    }
}
