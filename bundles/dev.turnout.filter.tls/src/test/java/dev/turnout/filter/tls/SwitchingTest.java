// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.SwitchEvent;
import dev.turnout.api.network.dto.SwitchDTO;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.HandoverContext;
import dev.turnout.api.protocol.HandoverState;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.protocol.SwitchSupport;
import dev.turnout.api.protocol.Switchable;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.ExtraInfo;
import dev.turnout.api.transport.Transport;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Protocols above TLS are exchanged as on any stream; what is more is said here, the rest by the contract suites. */
class SwitchingTest extends TlsCase {

    /** Sends back its mark before every line, and hands over what is no line yet. */
    private static class Marking implements Protocol, Switchable {

        private final String mark;
        private String rest = "";
        Transport transport;

        Marking(String mark) {
            this.mark = mark;
        }

        @Override
        public void connectionMade(BaseTransport made) {
            transport = (Transport) made;
        }

        @Override
        public void dataReceived(ByteBuffer data) {
            rest += US_ASCII.decode(data);
            for (int end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
                transport.write((mark + rest.substring(0, end + 1)).getBytes(US_ASCII));
                rest = rest.substring(end + 1);
            }
        }

        @Override
        public SwitchSupport switchSupport() {
            return new SwitchSupport("marking", 1, 1);
        }

        @Override
        public HandoverState handOver(HandoverContext context) {
            return HandoverState.empty().withUnread(ByteBuffer.wrap(rest.getBytes(US_ASCII)));
        }

        @Override
        public void takeOver(BaseTransport made, HandoverState state, HandoverContext context) {
            transport = (Transport) made;
        }
    }

    private Pair open(BaseProtocol protocol, Map<String, String> options) throws IOException {
        ServerSocketChannel listener = listener();
        var connecting = connecting(address(listener), ConnectOptions.DEFAULTS.with(options), client(), () -> protocol);
        TlsPeer peer = serverPeer(listener).handshake();
        return new Pair(loop.join(connecting, "a connection").transport(), peer);
    }

    @Test
    @Spec({"SWITCH-30", "TLS-45", "TLS-46"})
    void theDecryptedStreamIsSwitchedWithoutAnotherHandshakeAndTheNetworkIsTold() throws Exception {
        Marking old = new Marking("old ");
        Marking next = new Marking("next ");
        Pair pair = open(old, Map.of());
        pair.peer().send(ascii("one\ntw"));
        assertArrayEquals(ascii("old one\n"), pair.peer().receive(8));
        var session = loop.call(() -> pair.transport().getExtraInfo(ExtraInfo.SSL_OBJECT));

        loop.run(in -> pair.transport().setProtocol(next));
        pair.peer().send(ascii("o\n"));

        assertArrayEquals(ascii("next two\n"), pair.peer().receive(9));
        assertEquals(HandshakeStatus.NOT_HANDSHAKING, pair.peer().engine().getHandshakeStatus());
        loop.run(in -> {
            assertSame(next, pair.transport().getProtocol());
            assertEquals(session, pair.transport().getExtraInfo(ExtraInfo.SSL_OBJECT));
            pair.transport().abort();
        });
        SwitchDTO told = loop.join(networks.runtime().snapshot(), "a snapshot").switches[0];
        assertEquals("SWITCHED", told.kind);
        assertEquals(2, told.unread);
    }

    @Test
    @Spec({"SWITCH-27", "SWITCH-30"})
    void anOperatorsSwitchInsideACallbackAboveTlsFollowsIt() throws Exception {
        networks.with("marking", context -> new Marking("next "));
        CompletableFuture<SwitchEvent> told = new CompletableFuture<>();
        Marking old = new Marking("old ") {
            @Override
            public void dataReceived(ByteBuffer data) {
                long id = transport.getExtraInfo(ExtraInfo.CONNECTION_ID).orElseThrow();
                networks.control().switchProtocol(id, "marking").whenComplete((event, failure) -> {
                    if (failure == null) {
                        told.complete(event);
                    } else {
                        told.completeExceptionally(failure);
                    }
                });
                super.dataReceived(data);
            }
        };
        Pair pair = open(old, Map.of());

        pair.peer().send(ascii("one\ntw"));

        assertArrayEquals(ascii("old one\n"), pair.peer().receive(8));
        assertEquals(SwitchEvent.Kind.SWITCHED, loop.join(told, "the switch").kind());
        pair.peer().send(ascii("o\n"));
        assertArrayEquals(ascii("next two\n"), pair.peer().receive(9));
        assertEquals(1, loop.join(networks.runtime().snapshot(), "a snapshot").switches.length);
        loop.run(in -> pair.transport().abort());
    }

    @Test
    @Spec({"SWITCH-30", "FILE-13"})
    void aProtocolHandsOverWhileAFileIsSent(@TempDir Path folder) throws Exception {
        Path file = Files.write(folder.resolve("f"), bytes(MUCH));
        Marking next = new Marking("next ");
        Pair pair = open(new Marking("old "), Map.of("send.buffer", "32KiB", "receive.buffer", "32KiB"));
        pair.peer().send(ascii("one\ntw"));
        assertArrayEquals(ascii("old one\n"), pair.peer().receive(8));

        try (FileChannel content = FileChannel.open(file)) {
            CompletionStage<Long> sending = loop.call(() -> {
                CompletionStage<Long> begun = networks.network().sendfile(pair.transport(), content, 0, -1, true);
                pair.transport().setProtocol(next);
                assertSame(next, pair.transport().getProtocol());
                return begun;
            });
            pair.peer().send(ascii("o\n"));

            assertArrayEquals(bytes(MUCH), pair.peer().receive(MUCH));
            assertEquals(MUCH, loop.join(sending, "the file"));
        }
        assertArrayEquals(ascii("next two\n"), pair.peer().receive(9));
        loop.run(in -> pair.transport().abort());
    }

    /** Opens a connection of which only the transport is kept. */
    private WeakReference<Protocol> openAndForget(CompletableFuture<Pair> opened) throws IOException {
        Marking first = new Marking("first ");
        opened.complete(open(first, Map.of()));
        return new WeakReference<>(first);
    }

    @Test
    @Spec("SWITCH-37")
    void theFirstProtocolIsForgottenWhileTheConnectionGoesOn() throws Exception {
        CompletableFuture<Pair> opened = new CompletableFuture<>();
        WeakReference<Protocol> first = openAndForget(opened);
        Pair pair = opened.join();

        loop.run(in -> pair.transport().setProtocol(new Marking("next ")));

        loop.until("the first protocol is collected", () -> {
            System.gc();
            return first.get() == null;
        });
        pair.peer().send(ascii("one\n"));
        assertArrayEquals(ascii("next one\n"), pair.peer().receive(9));
        loop.run(in -> pair.transport().abort());
    }

    @Test
    @Spec({"SWITCH-30", "SWITCH-14"})
    void theStrictModeOfTheConnectionIsThatOfTheTransportBelow() throws Exception {
        Protocol undeclared = new Protocol() {};
        Pair pair = open(new Protocol() {}, Map.of("strict.switching", "true"));

        assertThrows(
                IllegalStateException.class,
                () -> loop.run(in -> pair.transport().setProtocol(undeclared)));

        loop.run(in -> pair.transport().abort());
    }
}
