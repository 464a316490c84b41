// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.turnout.api.spi.Side;
import dev.turnout.testkit.ManualLoop;
import dev.turnout.testkit.Spec;

/** Has servers say whatever a fuzzer thinks of. */
class ClientInputFuzzTest {

    private final ManualLoop loop = new ManualLoop();
    private final LoopBuffers buffers = new LoopBuffers();

    @FuzzTest
    @Spec("STREAM-1")
    void endsEveryConnectionProperly(byte[] input) {
        FuzzDialogue.play(loop, buffers, Side.CLIENT, input);
    }
}
