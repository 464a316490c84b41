// SPDX-License-Identifier: Apache-2.0
package dev.turnout.protocol.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.protocol.HandoverContext;
import dev.turnout.api.protocol.UnreadBytes;
import dev.turnout.api.transport.DatagramTransport;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DatagramEchoTest {

    private final List<String> calls = new ArrayList<>();
    private final DatagramTransport transport = (DatagramTransport) Proxy.newProxyInstance(
            DatagramTransport.class.getClassLoader(), new Class<?>[] {DatagramTransport.class}, (on, method, given) -> {
                calls.add(method.getName() + (given == null ? "" : " " + given[given.length - 1]));
                return null;
            });

    @Test
    void sendsEachDatagramBackToItsSender() {
        DatagramEchoProtocol protocol = new DatagramEchoFactory().newProtocol(null);
        InetSocketAddress sender = new InetSocketAddress(InetAddress.getLoopbackAddress(), 7);

        protocol.connectionMade(transport);
        protocol.datagramReceived(ByteBuffer.allocate(3), sender);
        protocol.datagramReceived(ByteBuffer.allocate(0), sender);

        assertEquals(List.of("sendto " + sender, "sendto " + sender), calls);
    }

    @Test
    void takesNothingInWhileNothingGoesOut() {
        DatagramEchoProtocol protocol = new DatagramEchoProtocol();

        protocol.connectionMade(transport);
        protocol.pauseWriting();
        protocol.resumeWriting();

        assertEquals(List.of("pauseReading", "resumeReading"), calls);
    }

    @Test
    void goesOnWhereAnotherOneStopped() {
        DatagramEchoProtocol old = new DatagramEchoProtocol();
        DatagramEchoProtocol next = new DatagramEchoProtocol();
        HandoverContext context = new HandoverContext(1, UnreadBytes.MUST_BE_EMPTY, false, true, false);

        old.connectionMade(transport);
        assertTrue(old.switchSupport().commonVersion(next.switchSupport()) > 0);
        next.takeOver(transport, old.handOver(context), context);
        next.pauseWriting();

        assertEquals(List.of("resumeReading", "pauseReading"), calls);
    }
}
