// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.spi;

import dev.turnout.api.network.Connection;
import dev.turnout.api.network.Server;
import dev.turnout.api.transport.DatagramTransport;
import dev.turnout.api.transport.ReadTransport;
import dev.turnout.api.transport.SubprocessTransport;
import dev.turnout.api.transport.Transport;
import dev.turnout.api.transport.WriteTransport;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Opens transports of one scheme; registered as a service with {@link TransportScheme}.
 *
 * <p>Thread: the request's loop. Channels are opened through {@code loop.provider()} only. A stage completes on the loop, with the pair after
 * {@code connectionMade} has run; its cancellation undoes everything. What a scheme does not have throws {@link UnsupportedOperationException}, as
 * the defaults do.
 */
@ConsumerType
public interface TransportProvider {

    /** Returns the scheme, as in the service property. */
    String scheme();

    /**
     * Tells whether what {@link #connect} and {@link #listen} open are streams of both directions. Filters can be put upon such alone; and a configured
     * server gives its connections no protocol but a {@code Protocol} or {@code BufferedProtocol} then, and parks them while its service makes others. So
     * a transport of datagrams has to return false.
     */
    default boolean hasStreams() {
        return true;
    }

    /** Connects a stream, or adopts the channel of the options. */
    default CompletionStage<Connection<Transport>> connect(ConnectRequest request) {
        throw unsupported("connect a stream");
    }

    /** Listens for streams. */
    default CompletionStage<Server> listen(ListenRequest request) {
        throw unsupported("listen");
    }

    /** Opens a datagram endpoint. */
    default CompletionStage<Connection<DatagramTransport>> openDatagram(DatagramRequest request) {
        throw unsupported("send or receive datagrams");
    }

    /** Connects the reading end of a pipe. */
    default CompletionStage<Connection<ReadTransport>> connectReadPipe(PipeRequest request) {
        throw unsupported("read a pipe");
    }

    /** Connects the writing end of a pipe. */
    default CompletionStage<Connection<WriteTransport>> connectWritePipe(PipeRequest request) {
        throw unsupported("write a pipe");
    }

    /** Starts a child process. */
    default CompletionStage<Connection<SubprocessTransport>> spawn(ProcessRequest request) {
        throw unsupported("start a process");
    }

    private UnsupportedOperationException unsupported(String what) {
        return new UnsupportedOperationException("the transport of scheme \"" + scheme() + "\" cannot " + what);
    }
}
