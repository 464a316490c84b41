// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.felix;

import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.Network;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.Transport;
import java.nio.ByteBuffer;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** Opens a server when its bundle starts and leaves it open when that stops; a protocol, too, so that its bundle has one class. */
public final class Guest implements BundleActivator, Protocol {

    private Transport transport;

    @Override
    public void start(BundleContext context) {
        Network network = context.getService(context.getServiceReference(Network.class));
        network.createServer(Guest::new, Endpoint.parse("tcp://127.0.0.1:0"), ServerOptions.DEFAULTS);
    }

    @Override
    public void stop(BundleContext context) {
        // whoever gave the server takes it back
    }

    @Override
    public void connectionMade(BaseTransport made) {
        transport = (Transport) made;
    }

    @Override
    public void dataReceived(ByteBuffer data) {
        transport.write(data);
    }
}
