// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.pipe;

import java.nio.channels.Channel;
import java.nio.channels.Pipe;
import java.util.List;

/** Tests reading ends of anonymous pipes, which the loop polls. */
class PolledReadPipeTest extends ReadPipeTests {

    @Override
    protected List<Channel> open() throws Exception {
        Pipe pipe = Pipe.open();
        return List.of(pipe.source(), pipe.sink());
    }
}
