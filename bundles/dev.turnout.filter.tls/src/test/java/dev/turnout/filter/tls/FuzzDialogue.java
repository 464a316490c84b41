// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.error.ConnectionAbortedException;
import dev.turnout.api.error.ConnectionResetException;
import dev.turnout.api.error.TimedOutException;
import dev.turnout.api.network.TlsOptions;
import dev.turnout.api.spi.Side;
import dev.turnout.api.transport.Transport;
import dev.turnout.testkit.ManualLoop;
import dev.turnout.testkit.Recorder;
import dev.turnout.testkit.RecordingBufferedProtocol;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.RecordingTransport;
import java.nio.ByteBuffer;
import java.security.Provider;
import java.security.Security;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;

/**
 * Plays one TLS connection as an input says: the filter on one side, a peer that keeps to TLS on the other, between them a wire that cuts, changes,
 * loses, repeats, reorders and invents. Whatever comes, the connection's life has to be a proper one.
 *
 * <p>The input begins with two bytes of settings; then each byte is what happens next, and its argument where it has one is the byte behind it.
 */
final class FuzzDialogue {

    private static final Duration LONG = Duration.ofMinutes(10);
    private static final int MOST_STEPS = 400;

    /** By a provider that is named: the keys of such contexts are at hand, those of others are decrypted for each handshake. */
    private static final Provider PROVIDER = Security.getProvider("SunJSSE");

    private static final SSLContext SERVER = Keys.context(PROVIDER, Keys.SERVER, Keys.CLIENT);
    private static final SSLContext CLIENT = Keys.context(PROVIDER, Keys.CLIENT, Keys.SERVER);

    private final ManualLoop loop;
    private final LoopBuffers buffers;
    private final FuzzScript script;
    private final SSLContext own;
    private final FuzzPeer peer;
    private final Recorder<Transport, ?> protocol;
    private final RecordingTransport lower;
    private final boolean answers;
    private final int ending;
    private final int lentBefore;
    private Throwable failure;
    private int written;
    private int heard;
    private boolean ended;

    /** Whether something has happened after which the connection need not work any more. */
    private boolean disturbed;

    private FuzzDialogue(ManualLoop loop, LoopBuffers buffers, Side side, byte[] input) {
        this.loop = loop;
        this.buffers = buffers;
        lentBefore = buffers.lent();
        script = new FuzzScript(input);
        int how = script.next();
        int more = script.next();
        answers = (how & 0x10) != 0;
        ending = more & 3;
        own = side == Side.CLIENT ? CLIENT : SERVER;
        String version = (how & 1) == 0 ? "TLSv1.3" : "TLSv1.2";
        boolean named = (how & 4) != 0;
        TlsOptions options = TlsOptions.DEFAULTS
                .with(TlsOptions.CONTEXT, own)
                .with(TlsOptions.PROTOCOLS, (how & 2) == 0 ? List.of("TLSv1.3", "TLSv1.2") : List.of(version))
                .with(TlsOptions.RENEGOTIATION, (more & 8) != 0)
                .with(TlsOptions.STRICT_CLOSE, (more & 4) != 0);
        if (side == Side.CLIENT) {
            options = options.with(TlsOptions.SERVER_HOSTNAME, named ? "localhost" : "");
        } else if (named) {
            options = options.with(TlsOptions.SNI_CONTEXTS, Map.of("localhost", own))
                    .with(TlsOptions.CLIENT_AUTH, (more & 0x10) == 0 ? "none" : "need");
        }
        peer = new FuzzPeer(peerEngine(side, version, named));
        protocol = (how & 8) == 0 ? stream() : buffered((more & 0x20) == 0 ? 7 : 40_000);
        TlsFilter filter =
                new TlsFilter(loop, buffers, protocol, TlsSettings.of(side, options, Map.of(), new Contexts()));
        filter.established().whenComplete(this::established);
        lower = new RecordingTransport(loop, filter.below());
        if (side == Side.SERVER) {
            peer.shakeHands();
        }
        if ((how & 0x20) != 0) {
            settle();
        }
    }

    /** Plays one connection; the loop and its buffers may have served others before. */
    static void play(ManualLoop loop, LoopBuffers buffers, Side side, byte[] input) {
        loop.setExceptionHandler((on, report) -> {
            // the loop keeps it, and it is looked at in the end
        });
        new FuzzDialogue(loop, buffers, side, input).play();
    }

    private static SSLEngine peerEngine(Side side, String version, boolean named) {
        boolean client = side == Side.SERVER;
        SSLEngine engine = (client ? CLIENT : SERVER).createSSLEngine();
        engine.setUseClientMode(client);
        engine.setEnabledProtocols(new String[] {version});
        if (client && named) {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName("localhost")));
            engine.setSSLParameters(parameters);
        }
        return engine;
    }

    private Recorder<Transport, ?> stream() {
        return new RecordingProtocol().onData(data -> hear(data.remaining()));
    }

    private Recorder<Transport, ?> buffered(int room) {
        return new RecordingBufferedProtocol(ByteBuffer.allocate(room)).onUpdated(this::hear);
    }

    private void hear(int count) {
        heard += count;
        if (answers) {
            say(count);
        }
    }

    private void established(Transport transport, Throwable why) {
        failure = why;
        if (why == null) {
            protocol.connectionMade(transport);
        }
    }

    // --- what happens

    /** Plays the input to its end, ends the connection, and checks what became of it. */
    private void play() {
        for (int step = 0; step < MOST_STEPS && !script.isOver(); step++) {
            act(script.next());
            transfer();
        }
        if (!disturbed) {
            settle();
            assertTrue(protocol.isMade(), () -> "the handshake failed, and nothing disturbed it: " + failure);
            assertEquals(peer.sent(), heard, "all that was sent came");
            assertEquals(written, peer.received(), "all that was written went");
        }
        end();
        check();
    }

    private void act(int what) {
        switch (what % 16) {
            case 0 -> deliver();
            case 1 -> cut(script.next());
            case 2 -> join();
            case 3 -> change(script.next(), script.next());
            case 4 -> {
                disturbed = true;
                peer.wire.poll();
            }
            case 5 -> repeat();
            case 6 -> swap();
            case 7 -> invent(script.next(script.next()));
            case 8 -> peer.send(square(script.next()));
            case 9 -> {
                disturbed = true;
                peer.close();
            }
            case 10 -> say(square(script.next()));
            case 11 -> tell(script.next());
            case 12 -> pass(script.next());
            case 13 -> endBelow();
            case 14 -> lose();
            default -> {
                disturbed = true;
                peer.shakeHands();
            }
        }
    }

    private static int square(int number) {
        return number * number;
    }

    private boolean canDeliver() {
        if (!lower.isReading()) {
            loop.runUntilIdle();
        }
        return lower.isReading() && !peer.wire.isEmpty();
    }

    private void deliver() {
        if (canDeliver()) {
            lower.receive(peer.wire.remove());
        }
    }

    private void cut(int at) {
        byte[] first = peer.wire.poll();
        if (first != null) {
            int middle = 1 + at % first.length;
            if (middle < first.length) {
                peer.wire.addFirst(Arrays.copyOfRange(first, middle, first.length));
            }
            peer.wire.addFirst(Arrays.copyOf(first, middle));
            deliver();
        }
    }

    private void join() {
        if (canDeliver()) {
            ByteBuffer all = ByteBuffer.allocate(
                    peer.wire.stream().mapToInt(each -> each.length).sum());
            peer.wire.forEach(all::put);
            peer.wire.clear();
            lower.receive(all.array());
        }
    }

    private void change(int at, int by) {
        byte[] first = peer.wire.peek();
        if (first != null && by != 0) {
            disturbed = true;
            first[at % first.length] ^= (byte) by;
        }
    }

    private void repeat() {
        byte[] first = peer.wire.peek();
        if (first != null) {
            disturbed = true;
            peer.wire.addFirst(first.clone());
        }
    }

    private void swap() {
        if (peer.wire.size() > 1) {
            disturbed = true;
            byte[] first = peer.wire.remove();
            byte[] second = peer.wire.remove();
            peer.wire.addFirst(first);
            peer.wire.addFirst(second);
        }
    }

    private void invent(byte[] bytes) {
        if (bytes.length > 0) {
            disturbed = true;
            peer.wire.addFirst(bytes);
            deliver();
        }
    }

    /** Has the protocol write, if it may. */
    private void say(int count) {
        if (!protocol.isMade() || protocol.isLost() || protocol.transport().isClosing()) {
            return;
        }
        ByteBuffer data = ByteBuffer.allocate(count);
        for (int i = 0; i < count; i++) {
            data.put(i, FuzzPeer.pattern(written + i));
        }
        written += count;
        protocol.transport().write(data);
    }

    private void tell(int what) {
        switch (what % 6) {
            case 0 -> lower.hold();
            case 1 -> lower.release(Long.MAX_VALUE);
            case 2 -> onTransport(Transport::pauseReading);
            case 3 -> onTransport(Transport::resumeReading);
            case 4 -> {
                disturbed = true;
                onTransport(Transport::close);
            }
            default -> {
                disturbed = true;
                onTransport(Transport::abort);
            }
        }
    }

    private void onTransport(Consumer<Transport> action) {
        if (protocol.isMade() && !protocol.isLost()) {
            action.accept(protocol.transport());
        }
    }

    private void pass(int time) {
        if (time == 0) {
            loop.runOnce();
        } else if (time < 4) {
            loop.runUntilIdle();
        } else {
            disturbed = true;
            loop.advance(Duration.ofSeconds(time));
        }
    }

    private void endBelow() {
        disturbed = true;
        if (!ended && lower.getProtocol() != null && !lower.isClosing()) {
            ended = true;
            lower.receiveEof();
        }
    }

    private void lose() {
        disturbed = true;
        if (!lower.isClosing()) {
            lower.lose(new ConnectionResetException("the cable is cut", null));
        }
    }

    // --- the wire

    /** Brings what the filter has sent to the peer. */
    private void transfer() {
        byte[] bytes = lower.written();
        if (bytes.length > 0) {
            lower.clearWritten();
            peer.take(bytes);
        }
    }

    /** Brings everything both sides have to say to the other one, until neither has any more. */
    private void settle() {
        lower.release(Long.MAX_VALUE);
        onTransport(Transport::resumeReading);
        boolean more = true;
        while (more) {
            loop.runUntilIdle();
            lower.release(Long.MAX_VALUE);
            transfer();
            more = canDeliver();
            deliver();
        }
    }

    // --- the end

    private void end() {
        onTransport(Transport::resumeReading);
        switch (ending) {
            case 0 -> endBelow();
            case 1 -> lose();
            case 2 -> onTransport(Transport::close);
            default -> onTransport(Transport::abort);
        }
        loop.runUntilIdle();
        onTransport(Transport::resumeReading);
        loop.runUntilIdle();
        endBelow();
        loop.advance(LONG);
    }

    private void check() {
        assertNull(lower.getProtocol(), () -> "the connection has ended: " + protocol);
        assertEquals(List.of(), protocol.violations(), protocol::toString);
        assertEquals(List.of(), loop.reports(), "nothing is reported to the exception handler");
        if (protocol.isMade()) {
            assertTrue(protocol.isLost(), protocol::toString);
            documented(protocol.cause(), true);
        } else {
            documented(failure, false);
        }
        byte[] received = protocol.received();
        assertTrue(received.length <= peer.sent(), "no more than was sent");
        for (int i = 0; i < received.length; i++) {
            assertEquals(FuzzPeer.pattern(i), received[i], "what was sent is what came");
        }
        assertEquals(0, loop.timers(), "no timer is left");
        assertEquals(0, loop.runOnce(), "nothing is left to do");
        assertEquals(lentBefore, buffers.lent(), "all buffers were given back");
        forgetSessions();
    }

    private static void documented(Throwable cause, boolean mayBeNull) {
        List<Class<?>> kinds = new ArrayList<>(List.of(
                SSLException.class,
                ConnectionResetException.class,
                ConnectionAbortedException.class,
                TimedOutException.class));
        assertTrue(
                cause == null ? mayBeNull : kinds.stream().anyMatch(kind -> kind.isInstance(cause)),
                () -> "an error of a documented kind, not " + cause);
        assertFalse(
                cause != null && cause.getMessage().startsWith("the TLS engine failed"), () -> "our fault: " + cause);
    }

    /** Has the next connection begin afresh, so that an input does the same each time. */
    private void forgetSessions() {
        SSLSessionContext sessions = own.getClientSessionContext();
        for (byte[] id : Collections.list(sessions.getIds())) {
            SSLSession session = sessions.getSession(id);
            if (session != null) {
                session.invalidate();
            }
        }
    }
}
