// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.felix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.dto.ServerDTO;
import dev.turnout.itests.support.Await;
import dev.turnout.itests.support.InFelix;
import dev.turnout.itests.support.Inside;
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

        CompletableFuture<Void> updates = CompletableFuture.runAsync(() -> update(inside, bundle));
        int asked = 0;
        try (DatagramSocket client = new DatagramSocket()) {
            client.setSoTimeout((int) Await.PATIENCE.toMillis());
            while (!updates.isDone() || asked < 100) {
                asked++;
                client.send(
                        new DatagramPacket(ByteBuffer.allocate(4).putInt(asked).array(), 4, at));
                DatagramPacket answer = new DatagramPacket(new byte[4], 4);
                client.receive(answer);
                assertEquals(asked, ByteBuffer.wrap(answer.getData()).getInt());
            }
        }
        updates.get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);

        ServerDTO server = inside.server("udp-busy").orElseThrow();
        assertEquals(port, inside.port("udp-busy"));
        assertTrue(server.switched >= UPDATES, "switches done: " + server.switched);
        assertEquals(0, server.lost);
        inside.delete("udp-busy");
    }

    /** Updates again and again, each time when the server has followed the last one: else it may follow two at once. */
    private static void update(Inside inside, Bundle bundle) {
        for (int i = 1; i <= UPDATES; i++) {
            int done = i;
            try (InputStream same = URI.create(bundle.getLocation()).toURL().openStream()) {
                bundle.update(same);
                Await.until(
                        "update " + done + " to be followed",
                        () -> inside.server("udp-busy").orElseThrow().switched >= done);
            } catch (Exception e) {
                throw new IllegalStateException("cannot update " + bundle, e);
            }
        }
    }
}
