// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.ServerOptions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Says that TLS is refused upon pipes, which go one way each, before anything is opened. */
class OneWayTest extends TlsCase {

    private static final String REASON = "tls is for streams of both directions, and pipe has none, in ";
    private static final String ADVICE = "; leave it out, or take a transport of such streams, as tcp and unix are";

    private static void refused(String endpoint, Executable operation) {
        assertEquals(
                REASON + endpoint + ADVICE,
                assertThrows(IllegalArgumentException.class, operation).getMessage());
    }

    @Test
    void aClientUponANamedPipeIsRefused() {
        for (String endpoint : List.of("tls+pipe:/run/some.fifo?mode=read", "tls+pipe:/run/some.fifo?mode=write")) {
            refused(
                    endpoint,
                    () -> loop.await(() -> networks.network()
                            .createConnection(
                                    this::recorder,
                                    Endpoint.parse(endpoint),
                                    ConnectOptions.DEFAULTS.with(ConnectOptions.TLS, client()))));
        }
    }

    @Test
    void optionsOfTlsForANamedPipeAreRefused() {
        refused(
                "pipe:/run/some.fifo?mode=read",
                () -> loop.await(() -> networks.network()
                        .createConnection(
                                this::recorder,
                                Endpoint.parse("pipe:/run/some.fifo?mode=read"),
                                ConnectOptions.DEFAULTS.with(ConnectOptions.TLS, client()))));
    }

    @Test
    void aServerUponANamedPipeIsRefused() {
        refused(
                "tls+pipe:/run/some.fifo",
                () -> loop.await(() -> networks.network()
                        .createServer(
                                this::recorder,
                                Endpoint.parse("tls+pipe:/run/some.fifo"),
                                ServerOptions.DEFAULTS.with(ServerOptions.TLS, server()))));
    }
}
