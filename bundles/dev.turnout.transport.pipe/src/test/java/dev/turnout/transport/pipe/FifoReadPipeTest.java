// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.pipe;

import java.nio.channels.Channel;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** Tests reading ends of FIFOs, which threads of their own serve. */
class FifoReadPipeTest extends ReadPipeTests {

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
}
