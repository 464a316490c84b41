// SPDX-License-Identifier: Apache-2.0
package dev.turnout.protocol.line;

import dev.turnout.api.loop.EventLoop;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.testkit.contract.Conversation;
import dev.turnout.testkit.contract.ProtocolHandoverContract;
import java.util.List;

/** Holds the line protocol to the contract of hand-overs: between lines, within one, and within one that is too long. */
class LineHandoverTest extends ProtocolHandoverContract {

    @Override
    protected BaseProtocol newProtocol(EventLoop loop) {
        return new LineProtocol(8);
    }

    @Override
    protected List<Conversation> conversations() {
        return List.of(
                Conversation.of("one\ntwo two\n\nthree", "ONE\nTWO TWO\n\n"),
                Conversation.of("ok\nmuch too long\nlöng\n", "OK\nerror: line too long\nLöNG\n"));
    }
}
