// SPDX-License-Identifier: Apache-2.0
package dev.turnout.protocol.echo;

import dev.turnout.api.protocol.ProtocolContext;
import dev.turnout.api.protocol.ProtocolFactory;
import dev.turnout.api.protocol.ProtocolName;
import org.osgi.service.component.annotations.Component;

/** Makes echo protocols for datagrams; servers name it by {@code protocol=datagram-echo}. */
@Component
@ProtocolName("datagram-echo")
public final class DatagramEchoFactory implements ProtocolFactory {

    @Override
    public DatagramEchoProtocol newProtocol(ProtocolContext context) {
        return new DatagramEchoProtocol();
    }
}
