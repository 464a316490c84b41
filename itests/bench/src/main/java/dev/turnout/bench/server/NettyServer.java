// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.server;

import dev.turnout.bench.peer.Peers;
import dev.turnout.bench.wire.Contexts;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.handler.codec.FixedLengthFrameDecoder;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Serves echo by Netty on one event loop: by NIO, epoll or io_uring, over TLS too, and message by message. */
public final class NettyServer {

    private NettyServer() {}

    /** Serves at the address of the first argument, by {@code nio}, {@code epoll} or {@code io_uring} as the second one says. */
    public static void main(String[] args) throws IOException, InterruptedException {
        String way = args[1];
        Throwable cause = missing(way);
        if (cause != null) {
            Serving.unavailable(String.valueOf(cause.getMessage()));
        }
        SocketAddress wanted = Address.parse(args[0]);
        boolean unix = wanted instanceof UnixDomainSocketAddress;
        boolean tls = Address.kind(args[0]).equals("tls");
        boolean messages = Address.kind(args[0]).equals(Peers.MESSAGES);
        SslContext context = tls ? tls(Path.of(Address.rest(args[0]))) : null;
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, factory(way));
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channel(channel(way, unix))
                .option(ChannelOption.SO_BACKLOG, Address.BACKLOG)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (context != null) {
                            channel.pipeline().addLast(context.newHandler(channel.alloc()));
                        }
                        if (messages) {
                            channel.pipeline().addLast(new FixedLengthFrameDecoder(MessageEcho.SIZE));
                        }
                        channel.pipeline().addLast(new Echo());
                    }
                });
        if (!unix) {
            bootstrap.childOption(ChannelOption.TCP_NODELAY, true);
        }
        boolean natively = unix && !way.equals("nio");
        Channel listener = bootstrap
                .bind(natively ? new DomainSocketAddress(wanted.toString()) : wanted)
                .sync()
                .channel();
        Serving.serve(unix ? wanted : listener.localAddress());
    }

    /** By the JDK's engine, which all have, with the same keys as all. */
    private static SslContext tls(Path keys) throws IOException {
        return new JdkSslContext(
                Contexts.server(keys, null),
                false,
                null,
                IdentityCipherSuiteFilter.INSTANCE,
                ApplicationProtocolConfig.DISABLED,
                ClientAuth.NONE,
                new String[] {Contexts.VERSION},
                false);
    }

    static @Nullable Throwable missing(String way) {
        return switch (way) {
            case "epoll" -> Epoll.unavailabilityCause();
            case "io_uring" -> IoUring.unavailabilityCause();
            default -> null;
        };
    }

    static IoHandlerFactory factory(String way) {
        return switch (way) {
            case "epoll" -> EpollIoHandler.newFactory();
            case "io_uring" -> IoUringIoHandler.newFactory();
            default -> NioIoHandler.newFactory();
        };
    }

    private static Class<? extends ServerChannel> channel(String way, boolean unix) {
        return switch (way) {
            case "epoll" -> unix ? EpollServerDomainSocketChannel.class : EpollServerSocketChannel.class;
            case "io_uring" -> unix ? IoUringServerDomainSocketChannel.class : IoUringServerSocketChannel.class;
            default -> unix ? NioServerDomainSocketChannel.class : NioServerSocketChannel.class;
        };
    }

    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            var unused = context.write(message, context.voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            context.channel().config().setAutoRead(context.channel().isWritable());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            var unused = context.close();
        }
    }
}
