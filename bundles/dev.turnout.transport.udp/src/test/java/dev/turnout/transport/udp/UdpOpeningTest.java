// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.error.AddressInUseException;
import dev.turnout.api.error.AddressNotAvailableException;
import dev.turnout.api.network.DatagramOptions;
import dev.turnout.api.network.Option;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.spi.DatagramRequest;
import dev.turnout.api.transport.DatagramTransport;
import dev.turnout.api.transport.ExtraInfo;
import dev.turnout.api.transport.SocketView;
import dev.turnout.core.EventLoops;
import dev.turnout.testkit.CountingSelectorProvider;
import dev.turnout.testkit.ForwardingSelectorProvider;
import dev.turnout.testkit.LoopThread;
import dev.turnout.testkit.RecordingDatagramProtocol;
import dev.turnout.testkit.Spec;
import dev.turnout.testkit.contract.DatagramPeer;
import dev.turnout.testkit.contract.OpenLog;
import dev.turnout.transport.udp.UdpSockets.Candidate;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Opens endpoints in every way that there is. */
class UdpOpeningTest {

    private static final InetAddress HERE = UdpFixture.loopback(StandardProtocolFamily.INET);
    private static final InetAddress HERE6 = UdpFixture.loopback(StandardProtocolFamily.INET6);

    private final CountingSelectorProvider selectors = new CountingSelectorProvider();
    private final LoopThread loop = new LoopThread(EventLoops.newEventLoop("udp", selectors));
    private final RecordingDatagramProtocol protocol = new RecordingDatagramProtocol();
    private final DatagramPeer peer = new DatagramPeer(HERE);

    @AfterEach
    void closeEverything() {
        peer.close();
        loop.run(in -> {
            if (protocol.isMade()) {
                protocol.transport().abort();
            }
        });
        loop.settle();
        loop.close();
    }

    private DatagramTransport open(
            @Nullable SocketAddress local, @Nullable SocketAddress remote, DatagramOptions options) {
        return open(local, remote, options, new OpenLog());
    }

    private DatagramTransport open(
            @Nullable SocketAddress local, @Nullable SocketAddress remote, DatagramOptions options, OpenLog log) {
        return loop.await(() -> new UdpProvider()
                        .openDatagram(new DatagramRequest(loop.loop(), local, remote, options, () -> protocol, log)))
                .transport();
    }

    private InetSocketAddress sockname(DatagramTransport transport) {
        return (InetSocketAddress)
                loop.call(() -> transport.getExtraInfo(ExtraInfo.SOCKNAME).orElseThrow());
    }

    private static ByteBuffer data(String text) {
        return ByteBuffer.wrap(text.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }

    private static InetSocketAddress anyPort(InetAddress at) {
        return new InetSocketAddress(at, 0);
    }

    @Test
    @Spec({"DGRAM-1", "DGRAM-36"})
    void opensForOnePeerFromAnAddressOfItsOwn() throws Exception {
        DatagramTransport transport = open(anyPort(HERE), peer.address(), DatagramOptions.DEFAULTS);

        loop.run(in -> {
            assertEquals(Optional.of(peer.address()), transport.getExtraInfo(ExtraInfo.PEERNAME));
            transport.sendto(data("x"));
        });

        assertEquals("x", peer.receiveText());
        assertEquals(HERE, sockname(transport).getAddress());
        assertTrue(protocol.isMade());
    }

    @Test
    void leavesNothingOfAnEndpointThatCannotBegin() throws Exception {
        InetSocketAddress free;
        try (DatagramChannel probe = DatagramChannel.open().bind(anyPort(HERE))) {
            free = (InetSocketAddress) probe.getLocalAddress();
        }
        OpenLog log = new OpenLog();
        log.insteadOfNextOpened(transport -> {
            transport.close();
            throw new LinkageError("a plugin is gone");
        });

        assertThrows(LinkageError.class, () -> open(free, null, DatagramOptions.DEFAULTS, log));
        loop.settle();
        assertEquals(List.of(), protocol.calls());
        open(free, null, DatagramOptions.DEFAULTS, log);

        assertTrue(protocol.isMade());
        assertEquals(List.of(), loop.reports());
    }

    @Test
    @Spec("ERR-9")
    void endsAnEndpointWhoseProtocolRunsOutOfMemoryAsItBegins() {
        protocol.onMade(transport -> {
            throw new OutOfMemoryError("none for the test");
        });

        assertThrows(OutOfMemoryError.class, () -> open(anyPort(HERE), null, DatagramOptions.DEFAULTS));
        loop.runAgain();
        protocol.awaitLost();
        loop.reports().clear();
    }

    @Test
    @Spec({"DGRAM-1", "DGRAM-38"})
    void looksUpNamesOfPeers() throws Exception {
        DatagramTransport transport = open(
                null,
                InetSocketAddress.createUnresolved("localhost", peer.address().getPort()),
                DatagramOptions.DEFAULTS.with(DatagramOptions.FAMILY, StandardProtocolFamily.INET));

        loop.run(in -> transport.sendto(data("by name")));

        assertEquals("by name", peer.receiveText());
    }

    @Test
    @Spec("DGRAM-37")
    void opensAtAnyPortOfAFamilyWithoutAddresses() throws Exception {
        DatagramTransport transport =
                open(null, null, DatagramOptions.DEFAULTS.with(DatagramOptions.FAMILY, StandardProtocolFamily.INET));

        peer.send("found", new InetSocketAddress(HERE, sockname(transport).getPort()));
        protocol.awaitReceived(5);

        assertNotEquals(0, sockname(transport).getPort());
        assertTrue(sockname(transport).getAddress().isAnyLocalAddress());
    }

    @Test
    @Spec("DGRAM-39")
    void refusesAddressesWithoutACommonFamily() {
        InetSocketAddress there = InetSocketAddress.createUnresolved("::1", 9);

        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class, () -> open(anyPort(HERE), there, DatagramOptions.DEFAULTS));

        assertTrue(String.valueOf(refused.getMessage()).contains("family"), refused::toString);
        assertNoneOpen();
    }

    @Test
    @Spec("DGRAM-40")
    void triesCandidatesInOrderAndThrowsTheFirstFailure() throws Exception {
        Candidate elsewhere = new Candidate(
                new InetSocketAddress(InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1}), 0), null);
        Candidate taken = new Candidate(peer.address(), null);
        Candidate good = new Candidate(anyPort(HERE), null);

        UdpSockets.Opened opened =
                UdpSockets.open(selectors, List.of(elsewhere, taken, good), DatagramOptions.DEFAULTS);
        opened.channel().close();
        IOException first = assertThrows(
                AddressNotAvailableException.class,
                () -> UdpSockets.open(selectors, List.of(elsewhere, taken), DatagramOptions.DEFAULTS));

        assertEquals(good, opened.candidate());
        assertTrue(String.valueOf(first.getMessage()).contains("192.0.2.1"), first::toString);
        assertNoneOpen();
    }

    @Test
    @Spec({"DGRAM-40", "DGRAM-43", "JAVA-12"})
    void refusesAnAddressInUseAndLeaksNoSocket() {
        AddressInUseException refused =
                assertThrows(AddressInUseException.class, () -> open(peer.address(), null, DatagramOptions.DEFAULTS));

        assertTrue(String.valueOf(refused.getMessage()).contains(peer.address().toString()), refused::toString);
        assertNoneOpen();
    }

    private void assertNoneOpen() {
        assertEquals(
                List.of(), selectors.channels().stream().filter(Channel::isOpen).toList());
    }

    @Test
    @Spec("DGRAM-43")
    void offersNoReuseOfAddresses() {
        assertThrows(
                IllegalArgumentException.class, () -> DatagramOptions.DEFAULTS.with(Map.of("reuse.address", "true")));
    }

    @Test
    @Spec("DGRAM-42")
    void sharesAPortIfAskedTo() {
        DatagramOptions shared = DatagramOptions.DEFAULTS.with(DatagramOptions.REUSE_PORT, true);
        DatagramTransport first = open(anyPort(HERE), null, shared);
        InetSocketAddress at = sockname(first);

        DatagramTransport second = open(at, null, shared);

        assertEquals(at, sockname(second));
        assertThrows(AddressInUseException.class, () -> open(at, null, DatagramOptions.DEFAULTS));
        loop.run(in -> first.abort());
    }

    @Test
    @Spec({"DGRAM-41", "DGRAM-4", "EXTRA-4"})
    void sendsToABroadcastAddressWithoutBeingConnectedToIt() throws Exception {
        DatagramTransport transport =
                open(null, peer.address(), DatagramOptions.DEFAULTS.with(DatagramOptions.ALLOW_BROADCAST, true));

        loop.run(in -> {
            transport.sendto(data("x"));
            assertEquals("x", peer.receiveText());
            SocketView view = transport.getExtraInfo(ExtraInfo.SOCKET).orElseThrow();
            assertEquals(true, view.getOption(StandardSocketOptions.SO_BROADCAST));
            assertEquals(Optional.empty(), transport.getExtraInfo(ExtraInfo.PEERNAME));
            assertThrows(IllegalArgumentException.class, () -> transport.sendto(data("no"), anyPort(HERE)));
        });
        try (DatagramPeer stranger = new DatagramPeer(HERE)) {
            stranger.send(
                    "answer", new InetSocketAddress(HERE, sockname(transport).getPort()));
            protocol.awaitReceived(6);
        }
    }

    @Test
    @Spec("DGRAM-41")
    void saysWhatABroadcastAddressNeeds() throws Exception {
        InetSocketAddress everybody = new InetSocketAddress("127.255.255.255", 9);
        List<String> told = new ArrayList<>();
        protocol.onError(error -> told.add(error.getMessage()));
        IOException refused =
                assertThrows(IOException.class, () -> open(anyPort(HERE), everybody, DatagramOptions.DEFAULTS));
        assertNoneOpen();
        DatagramTransport transport = open(anyPort(HERE), null, DatagramOptions.DEFAULTS);

        loop.run(in -> transport.sendto(data("x"), everybody));

        assertEquals(
                List.of("send to " + everybody + " from udp " + sockname(transport)
                        + ": Permission denied; if this is a broadcast address, set allow.broadcast=true"),
                told);
        assertTrue(
                String.valueOf(refused.getMessage())
                        .endsWith("; if this is a broadcast address, set allow.broadcast=true"),
                refused::toString);
    }

    @Test
    @Spec("JAVA-12")
    void tellsFailuresToBindAndToConnectByTheirKind() {
        Candidate candidate = new Candidate(new InetSocketAddress(HERE, 53), peer.address());
        BindException denied = new BindException("Permission denied");

        // as of a port that is the administrator's
        IOException unbound =
                assertThrows(AddressNotAvailableException.class, () -> openFailing(candidate, denied, null));
        IOException unconnected = assertThrows(
                AddressNotAvailableException.class,
                () -> openFailing(candidate, null, new BindException("Cannot assign requested address")));

        assertEquals("open a udp endpoint at " + candidate + ": Permission denied", unbound.getMessage());
        assertSame(denied, unbound.getCause());
        assertEquals(
                "open a udp endpoint at " + candidate + ": Cannot assign requested address", unconnected.getMessage());
        assertNoneOpen();
    }

    private void openFailing(
            Candidate candidate, @Nullable IOException bindFailure, @Nullable IOException connectFailure)
            throws IOException {
        SelectorProvider failing = new ForwardingSelectorProvider() {
            @Override
            public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
                GatedChannel channel = new GatedChannel(selectors.openDatagramChannel(family));
                channel.failOpening(bindFailure, connectFailure);
                return channel;
            }
        };
        UdpSockets.open(failing, List.of(candidate), DatagramOptions.DEFAULTS);
    }

    @Test
    @Spec({"DGRAM-44", "DGRAM-36"})
    void usesAReadySocketAndItsPeer() throws Exception {
        DatagramChannel sock = selectors.openDatagramChannel(StandardProtocolFamily.INET);
        sock.connect(peer.address());

        DatagramTransport transport = open(null, null, DatagramOptions.DEFAULTS.with(DatagramOptions.SOCK, sock));
        loop.run(in -> {
            transport.sendto(data("x"));
            assertThrows(IllegalArgumentException.class, () -> transport.sendto(data("no"), anyPort(HERE)));
        });

        assertEquals("x", peer.receiveText());
        IllegalStateException used = assertThrows(
                IllegalStateException.class,
                () -> open(null, null, DatagramOptions.DEFAULTS.with(DatagramOptions.SOCK, sock)));
        assertTrue(String.valueOf(used.getMessage()).contains("in use"), used::toString);
        assertTrue(sock.isOpen());
    }

    @Test
    @Spec({"DGRAM-7", "DGRAM-44"})
    void aReadySocketSurvivesATargetOfAFamilyThatItCannotReach() throws Exception {
        DatagramChannel sock = selectors.openDatagramChannel(StandardProtocolFamily.INET);
        DatagramTransport transport = open(null, null, DatagramOptions.DEFAULTS.with(DatagramOptions.SOCK, sock));

        loop.run(in -> {
            IllegalArgumentException refused = assertThrows(
                    IllegalArgumentException.class,
                    () -> transport.sendto(data("no"), new InetSocketAddress(HERE6, 9)));
            assertTrue(String.valueOf(refused.getMessage()).contains("INET"), refused::toString);
            transport.sendto(data("yes"), peer.address());
        });

        assertEquals("yes", peer.receiveText());
        assertFalse(protocol.isLost());
    }

    @Test
    @Spec("DGRAM-44")
    void aReadySocketOfBothFamiliesReachesBoth() throws Exception {
        DatagramChannel sock = selectors.openDatagramChannel();
        DatagramTransport transport = open(null, null, DatagramOptions.DEFAULTS.with(DatagramOptions.SOCK, sock));

        try (DatagramPeer six = new DatagramPeer(HERE6)) {
            loop.run(in -> {
                transport.sendto(data("four"), peer.address());
                transport.sendto(data("six"), six.address());
            });

            assertEquals("four", peer.receiveText());
            assertEquals("six", six.receiveText());
        }
    }

    @Test
    @Spec({"STREAM-17", "CB-15"})
    void failsAndClosesTheSocketIfTheFactoryThrowsAnError() {
        NoClassDefFoundError failure = assertThrows(
                NoClassDefFoundError.class,
                () -> loop.await(() -> new UdpProvider()
                        .openDatagram(new DatagramRequest(
                                loop.loop(),
                                anyPort(HERE),
                                null,
                                DatagramOptions.DEFAULTS,
                                UdpOpeningTest::missing,
                                new OpenLog()))));

        assertEquals("of a bundle that was updated", failure.getMessage());
        assertNoneOpen();
    }

    private static BaseProtocol missing() {
        throw new NoClassDefFoundError("of a bundle that was updated");
    }

    @Test
    @Spec({"DGRAM-45", "DGRAM-8", "JAVA-10"})
    void otherSocketsAndOtherDataThanBytesDoNotCompile() throws Exception {
        assertEquals(
                Option.class.getName() + "<" + DatagramChannel.class.getName() + ">",
                DatagramOptions.class.getField("SOCK").getGenericType().getTypeName());
        assertTrue(java.util.Arrays.stream(DatagramTransport.class.getMethods())
                .filter(method -> method.getName().equals("sendto"))
                .allMatch(method -> method.getParameterTypes()[0] == ByteBuffer.class));
    }

    @Test
    @Spec("DGRAM-48")
    void joinsAndLeavesAMulticastGroupThroughTheView() throws Exception {
        InetAddress group = InetAddress.getByAddress(new byte[] {(byte) 239, 1, 2, 3});
        NetworkInterface here = NetworkInterface.getByInetAddress(HERE);
        DatagramTransport transport = open(
                new InetSocketAddress(
                        UdpSockets.any(StandardProtocolFamily.INET, 0).getAddress(), 0),
                null,
                DatagramOptions.DEFAULTS);
        int port = sockname(transport).getPort();

        loop.run(in -> {
            SocketView view = transport.getExtraInfo(ExtraInfo.SOCKET).orElseThrow();
            view.joinGroup(group, here);
            view.joinGroup(group, here);
            view.setOption(StandardSocketOptions.IP_MULTICAST_IF, here);
            view.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, true);
            transport.sendto(data("to all"), new InetSocketAddress(group, port));
        });
        protocol.awaitReceived(6);
        loop.run(in -> {
            SocketView view = transport.getExtraInfo(ExtraInfo.SOCKET).orElseThrow();
            view.leaveGroup(group, here);
            assertThrows(IllegalArgumentException.class, () -> view.leaveGroup(group, here));
        });

        assertEquals(1, protocol.count("datagramReceived"));
    }

    @Test
    @Spec("DGRAM-7")
    void aDualStackEndpointReachesBothFamilies() throws Exception {
        DatagramTransport transport =
                open(UdpSockets.any(StandardProtocolFamily.INET6, 0), null, DatagramOptions.DEFAULTS);

        try (DatagramPeer six = new DatagramPeer(HERE6)) {
            loop.run(in -> {
                transport.sendto(data("four"), peer.address());
                transport.sendto(data("six"), six.address());
            });

            assertEquals("four", peer.receiveText());
            assertEquals("six", six.receiveText());
        }
    }

    @Test
    void refusesLimitsThatContradictEachOther() {
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class,
                () -> open(anyPort(HERE), null, DatagramOptions.DEFAULTS.with(Map.of("send.limit", "1KiB"))));

        assertTrue(String.valueOf(refused.getMessage()).contains("write.high"), refused::toString);
        assertFalse(protocol.isMade());
        assertNoneOpen();
    }
}
