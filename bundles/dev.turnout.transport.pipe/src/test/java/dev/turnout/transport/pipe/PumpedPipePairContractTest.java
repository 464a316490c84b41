// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.pipe;

import dev.turnout.testkit.contract.StreamFixture;
import dev.turnout.testkit.contract.StreamTransportContract;

/** Holds pairs of pipes that helper threads serve to the contract of streams. */
class PumpedPipePairContractTest extends StreamTransportContract {

    @Override
    protected StreamFixture newFixture() {
        return new PipePairFixture(true);
    }
}
