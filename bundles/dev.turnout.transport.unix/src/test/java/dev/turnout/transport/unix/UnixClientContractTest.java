// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.unix;

import dev.turnout.api.spi.Side;
import dev.turnout.testkit.contract.StreamFixture;
import dev.turnout.testkit.contract.StreamTransportContract;

/** Holds connections that this side opened to the contract of streams. */
class UnixClientContractTest extends StreamTransportContract {

    @Override
    protected StreamFixture newFixture() {
        return new UnixFixture(Side.CLIENT);
    }
}
