// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.turnout.api.network.ConnectOptions;
import dev.turnout.testkit.Spec;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class InterleaveTest {

    private static final List<InetSocketAddress> RESOLVED = addresses("::1", "::2", "::3", "127.0.0.1", "127.0.0.2");

    private static List<InetSocketAddress> addresses(String... hosts) {
        return Stream.of(hosts).map(host -> new InetSocketAddress(host, 80)).toList();
    }

    @Test
    @Spec("CONN-16")
    void keepsTheResolversOrderByDefault() {
        assertEquals(RESOLVED, Interleave.order(RESOLVED, ConnectOptions.DEFAULTS));
    }

    @Test
    @Spec("CONN-16")
    void alternatesFamiliesWithHappyEyeballs() {
        ConnectOptions happy =
                ConnectOptions.DEFAULTS.with(ConnectOptions.HAPPY_EYEBALLS_DELAY, Duration.ofMillis(250));

        assertEquals(addresses("::1", "127.0.0.1", "::2", "127.0.0.2", "::3"), Interleave.order(RESOLVED, happy));
        assertEquals(RESOLVED, Interleave.order(RESOLVED, happy.with(ConnectOptions.INTERLEAVE, 0)));
    }

    @Test
    @Spec("CONN-16")
    void takesSoManyOfTheFirstFamilyBeforeTheOther() {
        ConnectOptions two = ConnectOptions.DEFAULTS.with(ConnectOptions.INTERLEAVE, 2);

        assertEquals(addresses("::1", "::2", "127.0.0.1", "::3", "127.0.0.2"), Interleave.order(RESOLVED, two));
    }

    @Test
    @Spec("CONN-16")
    void leavesOneFamilyAsItIs() {
        List<InetSocketAddress> four = addresses("127.0.0.3", "127.0.0.1", "127.0.0.2");

        assertEquals(four, Interleave.mixed(four, 2));
    }
}
