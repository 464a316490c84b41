// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.peers;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.network.TlsOptions;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.Transport;
import dev.turnout.testkit.RecordingProtocol;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Python's asyncio at the other end of TLS, as client and as server, from the start and after an upgrade. */
class PythonTest extends PeerCase {

    @BeforeEach
    void needsPython() {
        Program.needs("python3");
    }

    private static Program python(String script, String... arguments) throws IOException {
        Path file = path(script);
        try (InputStream in = Objects.requireNonNull(PythonTest.class.getResourceAsStream(script), script)) {
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
        }
        List<String> command = new ArrayList<>(List.of("python3", file.toString()));
        command.addAll(List.of(arguments));
        return Program.start(command);
    }

    @Test
    void itsClientGetsBackWhatItSentAndBothEndInOrder() throws Exception {
        Echo server = serveEcho(serverTls());

        try (Program client = python("tls_client.py", Integer.toString(server.port()), file("server.pem"))) {
            client.await("same");
            client.await("closed");
            assertEquals(0, client.exitCode(), client::said);
        }

        assertNull(server.next().awaitLost().cause());
    }

    @Test
    void itsServerSendsBackWhatWeSentAndBothEndInOrder() throws Exception {
        byte[] block = new byte[1 << 20];
        new Random(7).nextBytes(block);

        try (Program server = python("tls_server.py", file("server.pem"), file("server.key"))) {
            RecordingProtocol protocol = new RecordingProtocol();
            Transport transport = connect(portOf(server), clientTls(), protocol);
            call(() -> {
                transport.write(block.clone());
                return null;
            });
            protocol.awaitReceived(block.length);
            call(() -> {
                transport.close();
                return null;
            });
            protocol.awaitLost();

            assertEquals(ByteBuffer.wrap(block), ByteBuffer.wrap(protocol.received()));
            assertNull(protocol.cause());
            server.await("lost None");
        }
    }

    private static int portOf(Program server) throws InterruptedException {
        return Integer.parseInt(server.await("port ").substring(5));
    }

    /** Says the same first line on either side, upgrades, and then is an echo. */
    private final class Upgrading implements Protocol {

        private final TlsOptions tls;
        private final boolean serverSide;
        private final CompletableFuture<String> answer = new CompletableFuture<>();
        private Transport transport;
        private boolean secure;

        Upgrading(TlsOptions tls, boolean serverSide) {
            this.tls = tls;
            this.serverSide = serverSide;
        }

        @Override
        public void connectionMade(BaseTransport made) {
            transport = (Transport) made;
            if (!serverSide) {
                transport.write("STARTTLS\n".getBytes(US_ASCII));
            }
        }

        @Override
        public void dataReceived(ByteBuffer data) {
            if (secure && serverSide) {
                transport.write(data);
            } else if (secure) {
                answer.complete(US_ASCII.decode(data).toString());
                transport.close();
            } else {
                upgrade();
            }
        }

        private void upgrade() {
            if (serverSide) {
                transport.write("go ahead\n".getBytes(US_ASCII));
            }
            network().startTls(transport, this, tls, serverSide, new byte[0]).whenComplete((upgraded, failure) -> {
                if (failure != null) {
                    answer.completeExceptionally(failure);
                    return;
                }
                transport = upgraded;
                secure = true;
                if (!serverSide) {
                    transport.write("hello\n".getBytes(US_ASCII));
                }
            });
        }
    }

    @Test
    void itsClientUpgradesAConversationWithOurServer() throws Exception {
        TlsOptions tls = serverTls();
        int port = port(get(network()
                .createServer(() -> new Upgrading(tls, true), Endpoint.of("tcp", HOST, 0), ServerOptions.DEFAULTS)));

        try (Program client = python("tls_client.py", Integer.toString(port), file("server.pem"), "starttls")) {
            client.await("clear go ahead");
            client.await("secure hello");
            client.await("lost None");
            assertEquals(0, client.exitCode(), client::said);
        }
    }

    @Test
    void weUpgradeAConversationWithItsServer() throws Exception {
        try (Program server = python("tls_server.py", file("server.pem"), file("server.key"), "starttls")) {
            Upgrading protocol = new Upgrading(clientTls(), false);
            get(network()
                    .createConnection(
                            () -> protocol, Endpoint.of("tcp", HOST, portOf(server)), ConnectOptions.DEFAULTS));

            assertEquals("hello\n", get(protocol.answer));
            server.await("lost None");
        }
    }
}
