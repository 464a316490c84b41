// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.tcp;

import dev.turnout.api.spi.Side;
import dev.turnout.testkit.CountingSelectorProvider;
import dev.turnout.testkit.contract.StreamFixture;
import dev.turnout.testkit.contract.StreamTransportContract;

/** Holds TCP to the contract of streams when loops and transports use another selector provider than the default one. */
class TcpOtherSelectorsContractTest extends StreamTransportContract {

    @Override
    protected StreamFixture newFixture() {
        return new TcpFixture(Side.SERVER, new CountingSelectorProvider());
    }
}
