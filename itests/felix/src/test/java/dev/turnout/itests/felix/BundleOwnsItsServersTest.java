// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.felix;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.turnout.api.network.dto.ServerDTO;
import dev.turnout.itests.support.Await;
import dev.turnout.itests.support.BundleJar;
import dev.turnout.itests.support.Client;
import dev.turnout.itests.support.InFelix;
import dev.turnout.itests.support.Inside;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;

@InFelix
public class BundleOwnsItsServersTest {

    private static final String GUEST = "org.example.guest";

    @Test
    public void aServerOpenedByCodeEndsWithItsBundle() throws Exception {
        Inside inside = new Inside(getClass());
        Bundle guest = inside.context().installBundle("test:guest", BundleJar.of(GUEST, Guest.class));
        guest.start();
        int port = port(Await.value("the guest's server", () -> guestServer(inside), Optional::isPresent)
                .orElseThrow());

        try (Client client = Client.tcp(port)) {
            assertEquals("x", client.exchange("x"));
            guest.stop();
            Await.until("the guest's server to end", () -> guestServer(inside).isEmpty());
            assertEquals(true, client.ended());
        }

        // and the address is free for others at once
        inside.configure("heir", Map.of("endpoint", "tcp://127.0.0.1:" + port, "protocol", "echo"));
        assertEquals(port, inside.port("heir"));
        inside.delete("heir");
        guest.uninstall();
    }

    @Test
    public void aConfiguredServerOutlivesTheBundleOfItsProtocol() throws Exception {
        Inside inside = new Inside(getClass());
        inside.configure("outlives", Map.of("endpoint", "tcp://127.0.0.1:0", "protocol", "line"));
        int port = inside.port("outlives");
        Bundle protocol = inside.bundle("dev.turnout.protocol.line");

        protocol.stop();
        protocol.start();

        assertEquals(port, inside.port("outlives"));
        Await.until(
                "the server to serve again",
                () -> inside.listening("outlives").state.equals("serving"));
        try (Client client = Client.tcp(port)) {
            assertEquals("A\n", client.exchange("a\n"));
        } finally {
            inside.delete("outlives");
        }
    }

    private static Optional<ServerDTO> guestServer(Inside inside) throws Exception {
        return Arrays.stream(inside.snapshot().servers)
                .filter(server -> server.bundle.startsWith(GUEST) && server.sockets.length > 0)
                .findFirst();
    }

    private static int port(ServerDTO server) {
        return Integer.parseInt(server.sockets[0].substring(server.sockets[0].lastIndexOf(':') + 1));
    }
}
