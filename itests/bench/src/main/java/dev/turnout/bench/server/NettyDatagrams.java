// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.server;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.uring.IoUringDatagramChannel;
import java.io.IOException;

/** Serves echo of datagrams by Netty on one event loop: by NIO, epoll or io_uring. */
public final class NettyDatagrams {

    private NettyDatagrams() {}

    /** Serves at the address of the first argument, by {@code nio}, {@code epoll} or {@code io_uring} as the second one says. */
    public static void main(String[] args) throws IOException, InterruptedException {
        String way = args[1];
        Throwable cause = NettyServer.missing(way);
        if (cause != null) {
            Serving.unavailable(String.valueOf(cause.getMessage()));
        }
        Channel socket = new Bootstrap()
                .group(new MultiThreadIoEventLoopGroup(1, NettyServer.factory(way)))
                .channel(channel(way))
                .handler(new Echo())
                .bind(Address.parse(args[0]))
                .sync()
                .channel();
        Serving.serve(socket.localAddress());
    }

    private static Class<? extends Channel> channel(String way) {
        return switch (way) {
            case "epoll" -> EpollDatagramChannel.class;
            case "io_uring" -> IoUringDatagramChannel.class;
            default -> NioDatagramChannel.class;
        };
    }

    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            DatagramPacket packet = (DatagramPacket) message;
            var unused = context.write(new DatagramPacket(packet.content(), packet.sender()), context.voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            System.err.println(cause);
        }
    }
}
