// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.unix;

import dev.turnout.api.spi.Side;
import dev.turnout.testkit.contract.StreamFixture;
import dev.turnout.testkit.contract.StreamTransportContract;

/** Holds accepted connections to the contract of streams. */
class UnixServerContractTest extends StreamTransportContract {

    @Override
    protected StreamFixture newFixture() {
        return new UnixFixture(Side.SERVER);
    }
}
