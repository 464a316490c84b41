// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.TlsOptions;
import dev.turnout.api.spi.Side;
import dev.turnout.filter.tls.TlsEngine.Outcome;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

/** Plays the engine without any I/O: bytes in, bytes out. */
class EngineTest {

    /** One end: its engine, what it has received of the wire, and what it has decrypted. */
    private static final class End {

        final TlsEngine engine;
        final ByteBuffer in = ByteBuffer.allocate(1 << 17).flip();
        final ByteBuffer clear = ByteBuffer.allocate(1 << 17);
        final ByteBuffer out = ByteBuffer.allocate(1 << 17);
        Outcome last = Outcome.INPUT;

        End(TlsEngine engine) {
            this.engine = engine;
        }

        void take(byte[] bytes, int from, int to) throws SSLException {
            in.compact();
            in.put(bytes, from, to - from).flip();
            work();
        }

        void work() throws SSLException {
            while (true) {
                last = engine.advance(in, clear, out);
                switch (last) {
                    case TASK -> engine.runTasks();
                    case ESTABLISHED, LAST_CALL -> {
                        // goes on
                    }
                    default -> {
                        return;
                    }
                }
            }
        }

        byte[] output() {
            byte[] bytes = Arrays.copyOf(out.array(), out.position());
            out.clear();
            return bytes;
        }

        String text() {
            return new String(clear.array(), 0, clear.position(), StandardCharsets.US_ASCII);
        }
    }

    private final TlsFilterProvider unused = new TlsFilterProvider();

    private static TlsEngine engine(Side side, String version) throws SSLException {
        boolean client = side == Side.CLIENT;
        SSLEngine engine =
                (client ? Keys.trustingOnly(Keys.SERVER) : Keys.SERVER.trusting(Keys.CLIENT)).createSSLEngine();
        engine.setUseClientMode(client);
        engine.setEnabledProtocols(new String[] {version});
        return new TlsEngine(engine, !client);
    }

    /** Shakes hands, each message cut in two at this position, or in single bytes if it is negative. */
    private static End[] connect(String version, int cut) throws SSLException {
        End client = new End(engine(Side.CLIENT, version));
        End server = new End(engine(Side.SERVER, version));
        client.engine.begin();
        client.work();
        while (client.out.position() > 0 || server.out.position() > 0) {
            pass(client, server, cut);
            pass(server, client, cut);
        }
        return new End[] {client, server};
    }

    private static void pass(End from, End to, int cut) throws SSLException {
        byte[] bytes = from.output();
        if (cut < 0) {
            for (int i = 0; i < bytes.length; i++) {
                to.take(bytes, i, i + 1);
            }
        } else {
            int middle = Math.min(cut, bytes.length);
            to.take(bytes, 0, middle);
            to.take(bytes, middle, bytes.length);
        }
    }

    @Test
    void shakesHandsInSingleBytes() throws Exception {
        for (String version : List.of("TLSv1.2", "TLSv1.3")) {
            End[] ends = connect(version, -1);

            assertTrue(ends[0].engine.isEstablished() && ends[1].engine.isEstablished(), version);
            assertEquals(version, ends[0].engine.session().getProtocol());
        }
    }

    @Test
    void shakesHandsHoweverTheMessagesAreCut() throws Exception {
        for (int cut = 0; cut < 120; cut += 3) {
            End[] ends = connect("TLSv1.3", cut);

            assertTrue(ends[0].engine.isEstablished() && ends[1].engine.isEstablished(), "cut at " + cut);
        }
    }

    @Test
    void decryptsTwoRecordsCutAtEveryPosition() throws Exception {
        for (String version : List.of("TLSv1.2", "TLSv1.3")) {
            End[] ends = connect(version, 0);
            int length = 1;
            for (int cut = 0; cut <= length; cut++) {
                ByteBuffer records = ByteBuffer.allocate(1 << 16);
                ends[0].engine.encrypt(ByteBuffer.wrap("first ".getBytes(StandardCharsets.US_ASCII)), records);
                ends[0].engine.encrypt(ByteBuffer.wrap("second".getBytes(StandardCharsets.US_ASCII)), records);
                length = records.position();
                ends[1].clear.clear();
                ends[1].take(records.array(), 0, cut);
                assertTrue("first second".startsWith(ends[1].text()));
                ends[1].take(records.array(), cut, length);

                assertEquals("first second", ends[1].text(), "cut at " + cut);
                assertEquals(Outcome.INPUT, ends[1].last);
            }
        }
    }

    @Test
    void doesNotTakeARecordThatIsNotWhole() throws Exception {
        End[] ends = connect("TLSv1.3", 0);
        ByteBuffer record = ByteBuffer.allocate(1 << 16);
        ends[0].engine.encrypt(ByteBuffer.wrap(new byte[100]), record);

        ends[1].take(record.array(), 0, record.position() - 1);

        assertEquals(record.position() - 1, ends[1].in.remaining());
        assertEquals(0, ends[1].clear.position());
    }

    @Test
    void stopsWhenThereIsNoRoomForARecord() throws Exception {
        End[] ends = connect("TLSv1.3", 0);
        byte[] data = new byte[60_000];
        Arrays.fill(data, (byte) 7);
        ByteBuffer records = ByteBuffer.allocate(1 << 17);
        assertFalse(ends[0].engine.encrypt(ByteBuffer.wrap(data), records));
        ends[1].clear.limit(20_000);

        ends[1].take(records.array(), 0, records.position());
        assertEquals(Outcome.CLEAR, ends[1].last);
        int first = ends[1].clear.position();
        ends[1].clear.limit(ends[1].clear.capacity());
        ends[1].work();

        assertTrue(first > 0 && first <= 20_000, "first: " + first);
        assertArrayEquals(data, Arrays.copyOf(ends[1].clear.array(), ends[1].clear.position()));
        assertTrue(ends[0].engine.encrypt(ByteBuffer.wrap(data), ByteBuffer.allocate(40_000)), "no room for all");
    }

    @Test
    void tellsTheClosingAlertAndEndsWithOne() throws Exception {
        for (String version : List.of("TLSv1.2", "TLSv1.3")) {
            End[] ends = connect(version, 0);

            ends[0].engine.encrypt(ByteBuffer.wrap(new byte[] {'x'}), ends[0].out);
            ends[0].engine.end(ends[0].out);
            pass(ends[0], ends[1], 0);
            assertEquals("x", ends[1].text());
            if (version.equals("TLSv1.2")) {
                assertEquals(Outcome.CLEAR, ends[1].last, "whoever gets it may still answer");
                ends[1].clear.clear();
                ends[1].work();
            }
            assertEquals(Outcome.CLOSED, ends[1].last);
            assertTrue(ends[1].engine.isPeerClosed());
            assertFalse(ends[0].engine.isPeerClosed());
            ends[1].engine.end(ends[1].out);
            pass(ends[1], ends[0], 0);

            assertTrue(ends[0].engine.isPeerClosed());
        }
    }

    @Test
    void aFailureThatIsNotTheEnginesIsToldByAnAlertToo() throws Exception {
        for (String version : List.of("TLSv1.2", "TLSv1.3")) {
            End[] ends = connect(version, 0);
            byte[] junk = "GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
            assertThrows(SSLException.class, () -> ends[0].take(junk, 0, junk.length));

            ends[0].engine.fail(ends[0].out);

            SSLException told = assertThrows(SSLException.class, () -> pass(ends[0], ends[1], 0), version);
            assertTrue(told.getMessage().contains("unexpected_message"), told::getMessage);
            assertFalse(ends[1].engine.isPeerClosed());
        }
    }

    @Test
    void everyBitOfARecordCounts() throws Exception {
        ByteBuffer sample = ByteBuffer.allocate(1 << 16);
        connect("TLSv1.3", 0)[0].engine.encrypt(ByteBuffer.wrap(new byte[8]), sample);
        for (int at = 5; at < sample.position(); at++) {
            End[] ends = connect("TLSv1.3", 0);
            ByteBuffer record = ByteBuffer.allocate(1 << 16);
            ends[0].engine.encrypt(ByteBuffer.wrap(new byte[8]), record);
            byte[] broken = Arrays.copyOf(record.array(), record.position());
            broken[at] ^= 1;

            assertThrows(SSLException.class, () -> ends[1].take(broken, 0, broken.length), "byte " + at);
            assertEquals(0, ends[1].clear.position());
        }
    }

    @Test
    void theNameInAClientsFirstMessageIsReadHoweverItIsCut() throws Exception {
        TlsSettings settings = TlsSettings.of(
                Side.CLIENT,
                TlsOptions.DEFAULTS
                        .with(TlsOptions.CONTEXT, Keys.trustingOnly(Keys.SERVER))
                        .with(TlsOptions.SERVER_HOSTNAME, "Some.Host.Example"),
                Map.of(),
                new Contexts());
        SSLEngine engine = settings.context().createSSLEngine();
        engine.setUseClientMode(true);
        var parameters = engine.getSSLParameters();
        parameters.setServerNames(List.of(new javax.net.ssl.SNIHostName(settings.sentName())));
        engine.setSSLParameters(parameters);
        ByteBuffer hello = ByteBuffer.allocate(1 << 16);
        engine.wrap(ByteBuffer.allocate(0), hello);
        hello.flip();

        for (int cut = 0; cut < hello.limit(); cut++) {
            assertEquals(new ClientHello(false, ""), ClientHello.read(hello.slice(0, cut)), "cut at " + cut);
        }
        assertEquals(new ClientHello(true, "some.host.example"), ClientHello.read(hello));
        assertEquals(0, hello.position(), "the message is left where it is");
        for (int at = 5; at < hello.limit(); at++) { // whatever is wrong, it is the engine that says so
            ByteBuffer broken =
                    ByteBuffer.allocate(hello.limit()).put(hello.duplicate()).flip();
            broken.put(at, (byte) 0xFF);
            assertTrue(ClientHello.read(broken).serverName().length() < 300);
        }
        assertEquals("tls", unused.name());
    }
}
