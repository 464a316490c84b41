// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.part;

import dev.turnout.api.network.Endpoint;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Parses endpoints. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@State(Scope.Benchmark)
public class EndpointBenchmark {

    /** The text. */
    @Param({"tcp://127.0.0.1:8888", "tls+unix:/run/app.sock?backlog=10"})
    public String text = "";

    /** Parses it. */
    @Benchmark
    public Endpoint parse() {
        return Endpoint.parse(text);
    }
}
