// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Passes on what one client sends, a few bytes in each segment, and the answers as they are. */
final class SlowLink implements AutoCloseable {

    private final ServerSocket listener;
    private final InetSocketAddress to;
    private final int piece;
    private volatile Socket near;
    private volatile Socket far;

    SlowLink(InetSocketAddress to, int piece) throws IOException {
        this.to = to;
        this.piece = piece;
        listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        start(this::forth, "forth");
    }

    private static void start(Runnable task, String name) {
        Thread thread = new Thread(task, "slow link " + name);
        thread.setDaemon(true);
        thread.start();
    }

    InetSocketAddress address() {
        return new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
    }

    private void forth() {
        try {
            Socket from = listener.accept();
            Socket onto = new Socket(to.getAddress(), to.getPort());
            onto.setTcpNoDelay(true);
            near = from;
            far = onto;
            start(() -> back(from, onto), "back");
            byte[] bytes = new byte[piece];
            for (int count = from.getInputStream().read(bytes);
                    count >= 0;
                    count = from.getInputStream().read(bytes)) {
                onto.getOutputStream().write(bytes, 0, count);
            }
            onto.shutdownOutput();
        } catch (IOException ended) {
            ended(ended);
        }
    }

    private void back(Socket from, Socket onto) {
        try {
            onto.getInputStream().transferTo(from.getOutputStream());
            from.shutdownOutput();
        } catch (IOException ended) {
            ended(ended);
        }
    }

    /** An end in the middle is no fault once one side has closed. */
    private static void ended(IOException why) {
        System.getLogger(SlowLink.class.getName()).log(System.Logger.Level.DEBUG, "ended", why);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        Socket last = near;
        if (last != null) {
            last.close();
        }
        last = far;
        if (last != null) {
            last.close();
        }
    }
}
