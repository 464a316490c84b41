// SPDX-License-Identifier: Apache-2.0
package dev.turnout.protocol.echo;

import dev.turnout.api.protocol.ProtocolContext;
import dev.turnout.api.protocol.ProtocolFactory;
import dev.turnout.api.protocol.ProtocolName;
import org.osgi.service.component.annotations.Component;

/** Makes echo protocols; servers name it by {@code protocol=echo}. */
@Component
@ProtocolName("echo")
public final class EchoFactory implements ProtocolFactory {

    @Override
    public EchoProtocol newProtocol(ProtocolContext context) {
        return new EchoProtocol();
    }
}
