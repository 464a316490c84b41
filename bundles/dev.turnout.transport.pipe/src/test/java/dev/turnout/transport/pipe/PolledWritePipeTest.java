// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.pipe;

import java.nio.channels.Channel;
import java.nio.channels.Pipe;
import java.util.List;

/** Tests writing ends of anonymous pipes, which the loop polls. */
class PolledWritePipeTest extends WritePipeTests {

    @Override
    protected List<Channel> open() throws Exception {
        Pipe pipe = Pipe.open();
        return List.of(pipe.source(), pipe.sink());
    }

    @Override
    protected boolean noticesReader() {
        return Runtime.version().feature() < 21; // later JDKs do not hand a pipe of their own to sendfile
    }
}
