// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.transport.ExtraInfo;
import dev.turnout.api.transport.SocketView;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.lang.reflect.Method;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Says what a transport over sockets tells about itself. */
public abstract class ExtraInfoContract extends StreamContract {

    /** Makes the suite. */
    protected ExtraInfoContract() {}

    @Test
    @Spec({"EXTRA-1", "EXTRA-2", "JAVA-5"})
    void unknownNamesAreEmptyOrTheDefault() {
        needs(StreamFixture.Capability.PLAIN);
        Link link = open(recorder());

        run(in -> {
            assertEquals(Optional.empty(), link.transport().getExtraInfo("no such thing"));
            assertEquals("default", link.transport().getExtraInfo("no such thing", "default"));
            assertEquals("default", link.transport().getExtraInfo("cipher", "default"));
            assertEquals(Optional.empty(), link.transport().getExtraInfo(ExtraInfo.CIPHER));
            assertEquals(
                    fixture().has(StreamFixture.Capability.ADDRESSES),
                    link.transport().getExtraInfo(ExtraInfo.PIPE).isEmpty());
        });
    }

    @Test
    @Spec({"EXTRA-3", "EXTRA-5", "JAVA-5"})
    void knowsBothAddressesAsThePeerSeesThem() throws Exception {
        needs(StreamFixture.Capability.ADDRESSES);
        Link link = open(recorder());
        Optional<SocketAddress> peername = Optional.of(link.peer().getsockname());
        Optional<SocketAddress> sockname = Optional.of(link.peer().getpeername());

        run(in -> {
            assertEquals(peername, link.transport().getExtraInfo(ExtraInfo.PEERNAME));
            assertEquals(sockname, link.transport().getExtraInfo(ExtraInfo.SOCKNAME));
            assertTrue(link.transport().getExtraInfo("socket").isPresent());
        });
    }

    @Test
    @Spec("EXTRA-6")
    void addressesStayReadableAfterTheEnd() throws Exception {
        needs(StreamFixture.Capability.ADDRESSES);
        RecordingProtocol protocol = recorder();
        Link link = open(protocol);
        Optional<SocketAddress> peername = Optional.of(link.peer().getsockname());
        Optional<SocketAddress> sockname = Optional.of(link.peer().getpeername());

        run(in -> link.transport().close());
        protocol.awaitLost();

        run(in -> {
            assertEquals(peername, link.transport().getExtraInfo(ExtraInfo.PEERNAME));
            assertEquals(sockname, link.transport().getExtraInfo(ExtraInfo.SOCKNAME));
        });
    }

    @Test
    @Spec({"EXTRA-7", "EXTRA-19"})
    void theSocketIsAGuardedViewAndAlwaysTheSame() {
        needs(StreamFixture.Capability.SOCKET_OPTIONS);
        Link link = open(recorder());

        run(in -> {
            SocketView view = link.transport().getExtraInfo(ExtraInfo.SOCKET).orElseThrow();
            assertSame(view, link.transport().getExtraInfo(ExtraInfo.SOCKET).orElseThrow());
            assertEquals(link.transport().getExtraInfo(ExtraInfo.SOCKNAME), Optional.ofNullable(view.getsockname()));
            assertEquals(link.transport().getExtraInfo(ExtraInfo.PEERNAME), Optional.ofNullable(view.getpeername()));
            assertTrue(view.supportedOptions().contains(StandardSocketOptions.SO_SNDBUF));
            view.setOption(StandardSocketOptions.SO_SNDBUF, 20_000);
            Integer set = view.getOption(StandardSocketOptions.SO_SNDBUF);
            assertTrue(set != null && set >= 20_000, () -> "SO_SNDBUF: " + set);
            assertFalse(view instanceof Channel);
            assertFalse(view instanceof AutoCloseable);
            for (Method method : view.getClass().getMethods()) {
                assertFalse(Channel.class.isAssignableFrom(method.getReturnType()), method::toString);
            }
        });
    }

    @Test
    @Spec("EXTRA-19")
    void theSocketIsTheSameBeforeAndAfterTheEnd() {
        needs(StreamFixture.Capability.SOCKET_OPTIONS);
        RecordingProtocol asking = recorder();
        RecordingProtocol late = recorder();
        Link asked = open(asking);
        Link unasked = open(late);
        List<SocketView> before = new ArrayList<>();

        run(in -> {
            before.add(asked.transport().getExtraInfo(ExtraInfo.SOCKET).orElseThrow());
            asked.transport().close();
            unasked.transport().close();
        });
        asking.awaitLost();
        late.awaitLost();

        run(in -> {
            assertSame(
                    before.get(0),
                    asked.transport().getExtraInfo(ExtraInfo.SOCKET).orElseThrow());
            SocketView first =
                    unasked.transport().getExtraInfo(ExtraInfo.SOCKET).orElseThrow();
            assertSame(first, unasked.transport().getExtraInfo(ExtraInfo.SOCKET).orElseThrow());
        });
    }

    @Test
    @Spec({"EXTRA-8", "JAVA-10"})
    void theViewRefusesBlockingModeAndTimeouts() {
        needs(StreamFixture.Capability.ADDRESSES);
        Link link = open(recorder());

        run(in -> {
            SocketView view = link.transport().getExtraInfo(ExtraInfo.SOCKET).orElseThrow();
            assertThrows(IllegalArgumentException.class, () -> view.setBlocking(true));
            assertThrows(IllegalArgumentException.class, () -> view.setTimeout(1));
            view.setBlocking(false);
            view.setTimeout(0);
        });
    }

    @Test
    @Spec("EXTRA-18")
    void tellsTheConnectionsNumberAndTheProtocolsBundle() {
        needs(StreamFixture.Capability.PLAIN);
        Link one = open(recorder());
        Link two = open(recorder());

        run(in -> {
            Optional<Long> first = one.transport().getExtraInfo(ExtraInfo.CONNECTION_ID);
            Optional<Long> second = two.transport().getExtraInfo(ExtraInfo.CONNECTION_ID);
            assertTrue(first.isPresent());
            assertNotEquals(first, second);
            assertEquals(Optional.of(OpenLog.BUNDLE), one.transport().getExtraInfo(ExtraInfo.BUNDLE));
            assertEquals(Optional.empty(), one.transport().getExtraInfo(ExtraInfo.ALPN));
            assertEquals(Optional.empty(), one.transport().getExtraInfo(ExtraInfo.SNI));
        });
    }
}
