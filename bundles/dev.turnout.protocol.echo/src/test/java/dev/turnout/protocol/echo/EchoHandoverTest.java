// SPDX-License-Identifier: Apache-2.0
package dev.turnout.protocol.echo;

import dev.turnout.api.loop.EventLoop;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.testkit.contract.Conversation;
import dev.turnout.testkit.contract.ProtocolHandoverContract;
import java.util.List;

/** Holds the echo protocol to the contract of hand-overs. */
class EchoHandoverTest extends ProtocolHandoverContract {

    @Override
    protected BaseProtocol newProtocol(EventLoop loop) {
        return new EchoProtocol();
    }

    @Override
    protected List<Conversation> conversations() {
        return List.of(Conversation.of("hello\nworld", "hello\nworld"));
    }
}
