// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import dev.turnout.api.spi.Side;
import dev.turnout.testkit.contract.StreamFixture;
import dev.turnout.testkit.contract.StreamTransportContract;

/** Holds TLS connections over TCP that this side opened to the contract of streams. */
class TlsOverTcpClientContractTest extends StreamTransportContract {

    @Override
    protected StreamFixture newFixture() {
        return new TlsFixture(Side.CLIENT, false);
    }
}
