// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.felix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.dto.ServerDTO;
import dev.turnout.itests.support.InFelix;
import dev.turnout.itests.support.Inside;
import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;

/** The bundle of a datagram protocol is updated in place while a peer asks without a pause: every datagram is answered once. */
@InFelix
public class DatagramsSurviveUpdatesTest {

    private static final int UPDATES = 5;

    @Test
    public void answersEveryDatagramWhileItsProtocolIsUpdated() throws Exception {
        Inside inside = new Inside(getClass());
        inside.configure("udp-busy", Map.of("endpoint", "udp://127.0.0.1:0", "protocol", "datagram-echo"));
        int port = inside.port("udp-busy");
        InetSocketAddress at = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        Bundle bundle = inside.bundle("dev.turnout.protocol.echo");

        CompletableFuture<Void> updates = CompletableFuture.runAsync(() -> update(bundle));
        int asked = 0;
        try (DatagramSocket client = new DatagramSocket()) {
            client.setSoTimeout(10_000);
            while (!updates.isDone() || asked < 100) {
                asked++;
                client.send(
                        new DatagramPacket(ByteBuffer.allocate(4).putInt(asked).array(), 4, at));
                DatagramPacket answer = new DatagramPacket(new byte[4], 4);
                client.receive(answer);
                assertEquals(asked, ByteBuffer.wrap(answer.getData()).getInt());
            }
        }
        updates.get(30, TimeUnit.SECONDS);

        ServerDTO server = inside.server("udp-busy").orElseThrow();
        assertEquals(port, inside.port("udp-busy"));
        // an update that comes before the server has followed the last one is followed together with it
        assertTrue(server.switched > 0, "switches done: " + server.switched);
        assertEquals(0, server.lost);
        inside.delete("udp-busy");
    }

    private static void update(Bundle bundle) {
        for (int i = 0; i < UPDATES; i++) {
            try (InputStream same = URI.create(bundle.getLocation()).toURL().openStream()) {
                bundle.update(same);
            } catch (BundleException | IOException e) {
                throw new IllegalStateException("cannot update " + bundle, e);
            }
        }
    }
}
