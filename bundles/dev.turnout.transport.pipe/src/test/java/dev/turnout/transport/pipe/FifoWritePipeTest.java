// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.pipe;

import java.nio.channels.Channel;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** Tests writing ends of FIFOs, which threads of their own serve. */
class FifoWritePipeTest extends WritePipeTests {

    private Fifo fifo;

    @AfterEach
    void remove() throws Exception {
        fifo.close();
    }

    @Override
    protected List<Channel> open() throws Exception {
        Fifo made = new Fifo();
        fifo = made;
        Fifo.Ends ends = made.open();
        return List.of(ends.reading(), ends.writing());
    }

    @Override
    protected boolean noticesReader() {
        return true;
    }
}
