// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.glassfish.grizzly.filterchain.BaseFilter;
import org.glassfish.grizzly.filterchain.FilterChainBuilder;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.filterchain.NextAction;
import org.glassfish.grizzly.filterchain.TransportFilter;
import org.glassfish.grizzly.nio.transport.TCPNIOServerConnection;
import org.glassfish.grizzly.nio.transport.TCPNIOTransport;
import org.glassfish.grizzly.nio.transport.TCPNIOTransportBuilder;
import org.glassfish.grizzly.strategies.SameThreadIOStrategy;

/** Serves echo by Grizzly with one selector runner, which does the work itself. */
public final class GrizzlyServer {

    private GrizzlyServer() {}

    /** Serves at the address of the first argument. */
    public static void main(String[] args) throws IOException {
        TCPNIOTransport transport = TCPNIOTransportBuilder.newInstance()
                .setTcpNoDelay(true)
                .setServerConnectionBackLog(Address.BACKLOG)
                .setIOStrategy(SameThreadIOStrategy.getInstance())
                .setSelectorRunnersCount(1)
                .setProcessor(FilterChainBuilder.stateless()
                        .add(new TransportFilter())
                        .add(new Echo())
                        .build())
                .build();
        TCPNIOServerConnection listener = transport.bind(Address.parse(args[0]), Address.BACKLOG);
        transport.start();
        Serving.serve(new InetSocketAddress(
                InetAddress.getLoopbackAddress(), ((InetSocketAddress) listener.getLocalAddress()).getPort()));
    }

    private static final class Echo extends BaseFilter {
        @Override
        public NextAction handleRead(FilterChainContext context) {
            Object data = context.getMessage();
            context.write(data);
            return context.getStopAction();
        }
    }
}
