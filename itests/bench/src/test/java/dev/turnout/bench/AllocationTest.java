// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class AllocationTest {

    private static final int MESSAGES = 20_000;

    @Test
    void echoOnAnEstablishedConnectionAllocatesNothingPerMessage() throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (EchoServer server = new EchoServer();
                EchoClient client = new EchoClient(server.address(), 1024)) {
            long loop = server.thread().getId();
            send(client);

            long before = threads.getThreadAllocatedBytes(loop);
            send(client);
            long allocated = threads.getThreadAllocatedBytes(loop) - before;

            assertEquals(0, allocated / MESSAGES, () -> allocated + " bytes for " + MESSAGES + " messages");
        }
    }

    private static void send(EchoClient client) throws Exception {
        for (int i = 0; i < MESSAGES; i++) {
            client.roundTrip();
        }
    }
}
