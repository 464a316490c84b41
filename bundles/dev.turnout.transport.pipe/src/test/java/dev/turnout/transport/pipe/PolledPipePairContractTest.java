// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.pipe;

import dev.turnout.testkit.contract.StreamFixture;
import dev.turnout.testkit.contract.StreamTransportContract;

/** Holds pairs of pipes that the loop's selector polls to the contract of streams. */
class PolledPipePairContractTest extends StreamTransportContract {

    @Override
    protected StreamFixture newFixture() {
        return new PipePairFixture(false);
    }
}
