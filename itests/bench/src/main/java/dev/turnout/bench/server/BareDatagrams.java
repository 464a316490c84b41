// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.server;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.function.Consumer;

/** Serves echo of datagrams by nothing but a selector and one buffer. */
public final class BareDatagrams {

    /** How many datagrams are taken at one wake-up. */
    static final int BATCH = 16;

    private final Selector selector = Selector.open();
    private final DatagramChannel channel = DatagramChannel.open();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);
    private final Consumer<SelectionKey> ready = this::ready;

    private BareDatagrams(SocketAddress address) throws IOException {
        channel.bind(address);
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ);
    }

    /** Serves at the address of the first argument. */
    public static void main(String[] args) throws IOException {
        BareDatagrams server = new BareDatagrams(Address.parse(args[0]));
        Thread thread = new Thread(server::run, "bare");
        thread.setDaemon(true);
        thread.start();
        Serving.serve(server.channel.getLocalAddress());
    }

    private void run() {
        try {
            while (true) {
                selector.select(ready);
            }
        } catch (IOException e) {
            throw new IllegalStateException("the bare loop failed", e);
        }
    }

    private void ready(SelectionKey key) {
        try {
            for (int i = 0; i < BATCH; i++) {
                buffer.clear();
                SocketAddress sender = channel.receive(buffer);
                if (sender == null) {
                    return;
                }
                // what the kernel does not take is lost
                channel.send(buffer.flip(), sender);
            }
        } catch (IOException e) {
            System.err.println(e);
        }
    }
}
