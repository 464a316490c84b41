// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.server;

import java.io.IOException;
import org.apache.mina.core.buffer.IoBuffer;
import org.apache.mina.core.service.IoHandlerAdapter;
import org.apache.mina.core.session.IoSession;
import org.apache.mina.transport.socket.nio.NioSocketAcceptor;

/** Serves echo by Apache MINA with one processor. */
public final class MinaServer {

    private MinaServer() {}

    /** Serves at the address of the first argument. */
    public static void main(String[] args) throws IOException {
        NioSocketAcceptor acceptor = new NioSocketAcceptor(1);
        acceptor.setBacklog(Address.BACKLOG);
        acceptor.getSessionConfig().setTcpNoDelay(true);
        acceptor.setHandler(new Echo());
        acceptor.bind(Address.parse(args[0]));
        Serving.serve(acceptor.getLocalAddress());
    }

    private static final class Echo extends IoHandlerAdapter {
        @Override
        public void messageReceived(IoSession session, Object message) {
            session.write(((IoBuffer) message).duplicate());
        }

        @Override
        public void exceptionCaught(IoSession session, Throwable cause) {
            session.closeNow();
        }
    }
}
