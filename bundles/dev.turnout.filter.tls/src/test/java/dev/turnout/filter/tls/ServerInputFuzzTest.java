// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.turnout.api.spi.Side;
import dev.turnout.testkit.ManualLoop;
import dev.turnout.testkit.Spec;

/** Has clients say whatever a fuzzer thinks of. */
class ServerInputFuzzTest {

    private final ManualLoop loop = new ManualLoop();
    private final LoopBuffers buffers = new LoopBuffers();

    @FuzzTest
    @Spec({"TLS-5", "TLS-7", "STREAM-1"})
    void endsEveryConnectionProperly(byte[] input) {
        FuzzDialogue.play(loop, buffers, Side.SERVER, input);
    }
}
