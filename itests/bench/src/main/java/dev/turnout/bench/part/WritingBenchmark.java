// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.part;

import dev.turnout.api.transport.WaterMarks;
import dev.turnout.transport.nio.FlowControl;
import dev.turnout.transport.nio.WriteQueue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a transport does with bytes that the kernel does not take at once: the write queue and the water marks. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@State(Scope.Benchmark)
public class WritingBenchmark {

    private static final int EACH = 32;
    private static final int MARK = 1024;

    private final WriteQueue queue = new WriteQueue();
    private final GatheringByteChannel taking = new Taking();
    private final Counting counting = new Counting();
    private final FlowControl control = new FlowControl(counting, WaterMarks.high(MARK));

    /** What is written. */
    @State(Scope.Benchmark)
    public static class Writes {

        /** The bytes of a write. */
        @Param({"64", "1024", "65536"})
        public int size;

        private ByteBuffer data = ByteBuffer.allocateDirect(0);

        /** Makes a buffer of that size. */
        @Setup
        public void allocate() {
            data = ByteBuffer.allocateDirect(size);
        }
    }

    /** Queues writes and sends them, by the write. */
    @Benchmark
    @OperationsPerInvocation(EACH)
    public long writeQueue(Writes writes) throws IOException {
        for (int i = 0; i < EACH; i++) {
            queue.addCopy(writes.data.clear());
        }
        queue.drainTo(taking);
        return queue.size();
    }

    /** Crosses both marks once. */
    @Benchmark
    public int waterMarks() {
        control.grown(MARK + 1);
        control.shrunk(0);
        return counting.calls;
    }

    private static final class Counting implements FlowControl.Listener {
        private int calls;

        @Override
        public void pauseWriting() {
            calls++;
        }

        @Override
        public void resumeWriting() {
            calls++;
        }
    }

    /** Takes all there is, for nothing. */
    private static final class Taking implements GatheringByteChannel {

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) {
            long taken = 0;
            for (int i = offset; i < offset + length; i++) {
                taken += write(sources[i]);
            }
            return taken;
        }

        @Override
        public long write(ByteBuffer[] sources) {
            return write(sources, 0, sources.length);
        }

        @Override
        public int write(ByteBuffer source) {
            int taken = source.remaining();
            source.position(source.limit());
            return taken;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
