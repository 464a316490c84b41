// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.udp;

import dev.turnout.testkit.contract.DatagramFixture;
import dev.turnout.testkit.contract.DatagramTransportContract;
import java.net.StandardProtocolFamily;

/** Holds UDP over IPv6 to the contract of datagrams. */
class Udp6ContractTest extends DatagramTransportContract {

    @Override
    protected DatagramFixture newFixture() {
        return new UdpFixture(StandardProtocolFamily.INET6);
    }
}
