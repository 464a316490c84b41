// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.server;

import dev.turnout.api.network.dto.ConnectionDTO;
import dev.turnout.api.network.dto.NetworkDTO;
import dev.turnout.network.Networks;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Switches every open connection to the other of two echo protocols, again and again, as an operator would. */
final class Switching {

    private final Networks networks;
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private boolean again;

    private Switching(Networks networks) {
        this.networks = networks;
    }

    static Switching every100Millis(Networks networks) {
        Switching switching = new Switching(networks);
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "switching");
            thread.setDaemon(true);
            return thread;
        });
        var unused = clock.scheduleAtFixedRate(switching::all, 100, 100, TimeUnit.MILLISECONDS);
        return switching;
    }

    long done() {
        return done.get();
    }

    long failed() {
        return failed.get();
    }

    private void all() {
        again = !again;
        String protocol = again ? "echo-again" : "echo";
        NetworkDTO picture = networks.runtime().snapshot().toCompletableFuture().join();
        for (ConnectionDTO connection : picture.connections) {
            networks.control()
                    .switchProtocol(connection.id, protocol)
                    .whenComplete((event, failure) -> (failure == null ? done : failed).incrementAndGet());
        }
    }
}
