// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.felix;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.itests.support.Await;
import dev.turnout.itests.support.InFelix;
import dev.turnout.itests.support.Inside;
import dev.turnout.testkit.Spec;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

@InFelix
public class MissingTransportTest {

    @Test
    @Spec("SWITCH-57")
    public void anOperationNamesTheSchemeThePresentOnesAndTheFeature() throws Exception {
        Inside inside = new Inside(getClass());

        ExecutionException failure = assertThrows(
                ExecutionException.class,
                () -> inside.network()
                        .createServer(() -> new Protocol() {}, Endpoint.parse("vsock://3:1024"), ServerOptions.DEFAULTS)
                        .toCompletableFuture()
                        .get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS));

        assertInstanceOf(UnsupportedOperationException.class, failure.getCause());
        assertNames(String.valueOf(failure.getCause().getMessage()));
    }

    @Test
    public void aConfiguredServerSaysTheSame() throws Exception {
        Inside inside = new Inside(getClass());

        inside.configure("vsock", Map.of("endpoint", "vsock://3:1024", "protocol", "echo"));

        assertNames(inside.failure("vsock").reason);
        inside.delete("vsock");
    }

    private static void assertNames(String text) {
        for (String part : new String[] {"\"vsock\"", "tcp, udp, unix", "turnout-vsock"}) {
            assertTrue(text.contains(part), text);
        }
    }
}
