// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench;

import java.io.IOException;
import java.net.SocketAddress;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Measures round trips of one message over one established TCP connection, by Turnout and by a bare selector loop. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
@State(Scope.Benchmark)
public class EchoBenchmark {

    /** The server's kind. */
    @Param({"bare", "turnout"})
    public String server = "";

    /** The message's size. */
    @Param({"64", "1024"})
    public int bytes;

    private AutoCloseable running = () -> {};
    private @Nullable EchoClient client;

    /** Starts the server and connects. */
    @Setup
    public void start() throws IOException {
        SocketAddress address;
        if (server.equals("bare")) {
            BareServer bare = new BareServer();
            running = bare;
            address = bare.address();
        } else {
            EchoServer turnout = new EchoServer();
            running = turnout;
            address = turnout.address();
        }
        client = new EchoClient(address, bytes);
    }

    /** Disconnects and stops the server. */
    @TearDown
    public void stop() throws Exception {
        Objects.requireNonNull(client).close();
        running.close();
    }

    /** Sends one message there and back. */
    @Benchmark
    public void roundTrip() throws IOException {
        Objects.requireNonNull(client).roundTrip();
    }
}
