// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.error.TimedOutException;
import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.StreamOptions;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LimitsTest {

    private final RecordingProtocol protocol = new RecordingProtocol();

    private Pair open(ConnectOptions options) throws Exception {
        return new Pair(protocol, options);
    }

    @Test
    void endsAConnectionOnWhichNothingMoves() throws Exception {
        try (Pair pair = open(ConnectOptions.DEFAULTS.with(StreamOptions.IDLE_TIMEOUT, Duration.ofMillis(40)))) {
            protocol.awaitLost();

            assertInstanceOf(TimedOutException.class, protocol.cause());
            assertEquals(0, pair.peer.receiveAll().length);
            pair.assertNoReports();
        }
    }

    @Test
    void endsAClosingConnectionWhosePeerTakesNothing() throws Exception {
        try (Pair pair = open(ConnectOptions.DEFAULTS.with(StreamOptions.IDLE_TIMEOUT, Duration.ofMillis(300)))) {
            pair.fill();
            pair.loop.run(on -> pair.transport.close());

            protocol.awaitLost();

            assertInstanceOf(TimedOutException.class, protocol.cause());
        }
    }

    @Test
    void endsAConnectionWhosePeerSaysNothing() throws Exception {
        try (Pair pair = open(ConnectOptions.DEFAULTS.with(StreamOptions.FIRST_BYTE_TIMEOUT, Duration.ofMillis(20)))) {
            protocol.awaitLost();

            assertInstanceOf(TimedOutException.class, protocol.cause());
            assertTrue(pair.loop.call(pair.transport::isClosing));
        }
    }

    @Test
    void leavesAConnectionAloneWhoseFirstByteCame() throws Exception {
        ConnectOptions limited = ConnectOptions.DEFAULTS.with(StreamOptions.FIRST_BYTE_TIMEOUT, Duration.ofMillis(300));
        try (Pair pair = open(limited)) {
            pair.peer.send("x");
            protocol.awaitReceived(1);
            boolean[] over = new boolean[1];
            pair.loop.run(on -> on.callLater(Duration.ofMillis(400), () -> over[0] = true));
            pair.loop.until("the limit to be over", () -> over[0]);

            assertFalse(protocol.isLost());
        }
    }

    @Test
    @Spec("JAVA-18")
    void deliversArraysThatTheProtocolMayKeep() throws Exception {
        List<ByteBuffer> kept = new ArrayList<>();
        Protocol keeping = new Protocol() {
            @Override
            public void dataReceived(ByteBuffer data) {
                kept.add(data);
            }
        };
        try (Pair pair = new Pair(keeping, ConnectOptions.DEFAULTS.with(StreamOptions.PRIVATE_READS, true))) {
            pair.peer.send("one");
            pair.loop.until("the first chunk", () -> kept.size() == 1);
            pair.peer.send("two");
            pair.loop.until("the second chunk", () -> kept.size() == 2);

            assertTrue(kept.get(0).hasArray());
            assertEquals("one", StandardCharsets.UTF_8.decode(kept.get(0)).toString());
        }
    }

    @Test
    @Spec("WRITE-36")
    void resetsThePeerOnAnAbortThatLosesBytesIfAsked() throws Exception {
        try (Pair pair = open(ConnectOptions.DEFAULTS.with(StreamOptions.RESET_ON_ABORT, true))) {
            pair.fill();

            pair.loop.run(on -> pair.transport.abort());
            protocol.awaitLost();

            assertThrows(IOException.class, pair.peer::receiveAll);
            assertEquals(null, protocol.cause());
        }
    }

    @Test
    @Spec("WRITE-36")
    void endsTheStreamOnAnAbortOtherwise() throws Exception {
        try (Pair pair = open(ConnectOptions.DEFAULTS)) {
            pair.fill();

            pair.loop.run(on -> pair.transport.abort());
            protocol.awaitLost();

            assertTrue(pair.peer.receiveAll().length > 0);
        }
    }

    @Test
    @Spec({"BASE-22", "LOOP-31"})
    void losesItsChannelButNotItsVoiceWhenItsLoopClosesUnderIt() throws Exception {
        Pair pair = open(ConnectOptions.DEFAULTS);

        pair.loop.close();

        assertFalse(pair.ownChannel().isOpen());
        assertFalse(protocol.isLost());
        assertTrue(pair.transport.toString().startsWith("tcp transport #1 ("), pair.transport.toString());
        pair.transport.write(new byte[1]);
        pair.transport.abort();
        assertTrue(pair.transport.isClosing());
        pair.peer.close();
    }
}
