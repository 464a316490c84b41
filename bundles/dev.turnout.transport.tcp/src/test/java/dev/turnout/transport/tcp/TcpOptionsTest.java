// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.DatagramOptions;
import dev.turnout.api.network.ProcessOptions;
import dev.turnout.api.spi.DatagramRequest;
import dev.turnout.api.spi.PipeRequest;
import dev.turnout.api.spi.ProcessRequest;
import dev.turnout.api.spi.Side;
import dev.turnout.api.transport.ExtraInfo;
import dev.turnout.api.transport.SocketView;
import dev.turnout.api.transport.Transport;
import dev.turnout.api.transport.WaterMarks;
import dev.turnout.testkit.LoopThread;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import dev.turnout.testkit.contract.Link;
import dev.turnout.testkit.contract.OpenLog;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.Channel;
import java.nio.channels.Pipe;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Shows what options do to a TCP connection, and what TCP refuses. */
class TcpOptionsTest {

    private static final int MUCH = 3 << 20;

    private TcpFixture fixture;
    private LoopThread loop;

    @BeforeEach
    void start() {
        fixture = new TcpFixture(Side.SERVER);
        loop = new LoopThread(fixture.newLoop("options"));
    }

    @AfterEach
    void end() {
        fixture.close();
        loop.settle();
        loop.close();
    }

    private Link open(Side side, Map<String, String> options) {
        fixture.close();
        fixture = new TcpFixture(side);
        return fixture.open(loop, new RecordingProtocol(), options, peer -> {});
    }

    private <T> T option(Link link, java.net.SocketOption<T> option) {
        return loop.call(() -> {
            SocketView view = link.transport().getExtraInfo(ExtraInfo.SOCKET).orElseThrow();
            return view.getOption(option);
        });
    }

    private void end(Link link) {
        loop.run(in -> link.transport().abort());
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    @Spec("BASE-25")
    void sendsSmallSegmentsAtOnceUnlessToldOtherwise(Side side) {
        Link usual = open(side, Map.of());
        assertTrue(option(usual, StandardSocketOptions.TCP_NODELAY));
        end(usual);

        Link other = open(side, Map.of("no.delay", "false"));
        assertEquals(false, option(other, StandardSocketOptions.TCP_NODELAY));
        end(other);
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    @Spec("JAVA-9")
    void optionsReachTheSocketAndTheTransport(Side side) {
        Link link = open(
                side, Map.of("keep.alive", "true", "send.buffer", "20KiB", "write.high", "10000", "write.low", "1000"));

        assertTrue(option(link, StandardSocketOptions.SO_KEEPALIVE));
        assertTrue(option(link, StandardSocketOptions.SO_SNDBUF) < 100_000);
        assertEquals(new WaterMarks(1000, 10_000), loop.call(link.transport()::getWriteBufferLimits));
        end(link);
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    @Spec("WRITE-36")
    void abortResetsOnlyIfAskedToAndBytesWereLost(Side side) throws Exception {
        Map<String, String> resetting = Map.of("reset.on.abort", "true", "send.buffer", "32KiB");

        Link lossy = open(side, resetting);
        abortWithBytesWaiting(lossy);
        assertThrows(IOException.class, () -> lossy.peer().receiveAll());

        Link clean = open(side, resetting);
        loop.run(in -> clean.transport().abort());
        assertEquals(0, clean.peer().receiveAll().length);

        Link usual = open(side, Map.of("send.buffer", "32KiB"));
        abortWithBytesWaiting(usual);
        assertTrue(usual.peer().receiveAll().length < MUCH);
    }

    private void abortWithBytesWaiting(Link link) {
        loop.run(in -> {
            Transport transport = link.transport();
            transport.write(new byte[MUCH]);
            assertTrue(transport.getWriteBufferSize() > 0);
            transport.abort();
        });
    }

    @Test
    @Spec({"BASE-23", "JAVA-11"})
    void refusesWhatTcpDoesNotOffer() throws Exception {
        TcpProvider provider = new TcpProvider();
        IoLoop on = loop.loop();
        OpenLog log = new OpenLog();
        Channel pipe = Pipe.open().source();

        loop.run(in -> {
            assertThrows(
                    UnsupportedOperationException.class,
                    () -> provider.openDatagram(new DatagramRequest(
                            on, null, null, DatagramOptions.DEFAULTS, RecordingProtocol::new, log)));
            assertThrows(
                    UnsupportedOperationException.class,
                    () -> provider.connectReadPipe(new PipeRequest(on, pipe, RecordingProtocol::new, log)));
            assertThrows(
                    UnsupportedOperationException.class,
                    () -> provider.connectWritePipe(new PipeRequest(on, pipe, RecordingProtocol::new, log)));
            assertThrows(
                    UnsupportedOperationException.class,
                    () -> provider.spawn(new ProcessRequest(
                            on, List.of("true"), ProcessOptions.DEFAULTS, RecordingProtocol::new, log)));
        });
        Link link = open(Side.CLIENT, Map.of());
        loop.run(in -> {
            SocketView view = link.transport().getExtraInfo(ExtraInfo.SOCKET).orElseThrow();
            assertThrows(UnsupportedOperationException.class, () -> view.joinGroup(null, null));
        });
        end(link);
        pipe.close();
    }
}
