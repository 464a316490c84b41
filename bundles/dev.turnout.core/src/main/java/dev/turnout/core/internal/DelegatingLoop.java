// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core.internal;

import dev.turnout.api.loop.Accepted;
import dev.turnout.api.loop.Datagram;
import dev.turnout.api.loop.ErrorContext;
import dev.turnout.api.loop.ExceptionHandler;
import dev.turnout.api.loop.NameInfo;
import dev.turnout.api.loop.Received;
import dev.turnout.api.loop.io.IoLoop;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/** Hands what is not about turns to the part of the loop that does it. */
abstract class DelegatingLoop implements IoLoop {

    abstract Reports reports();

    abstract Workers workers();

    abstract Resolver resolver();

    abstract Sockets sockets();

    abstract Signals signals();

    abstract void requireOpen();

    // ---- reports

    @Override
    public @Nullable ExceptionHandler getExceptionHandler() {
        return reports().handler();
    }

    @Override
    public void setExceptionHandler(@Nullable ExceptionHandler handler) {
        reports().setHandler(handler);
    }

    @Override
    public void callExceptionHandler(ErrorContext context) {
        reports().report(context);
    }

    @Override
    public void defaultExceptionHandler(ErrorContext context) {
        reports().log(context);
    }

    // ---- executor, names, signals

    @Override
    public <T> CompletionStage<T> runInExecutor(@Nullable Executor executor, Callable<T> task) {
        Objects.requireNonNull(task, "task");
        requireOpen();
        return workers().run(executor, task);
    }

    @Override
    public void setDefaultExecutor(ExecutorService executor) {
        if (executor == null || executor.isShutdown()) {
            throw new IllegalArgumentException("the default executor must be one that takes tasks: " + executor);
        }
        requireOpen();
        workers().replace(executor);
    }

    @Override
    public CompletionStage<Void> shutdownDefaultExecutor(Duration timeout) {
        return workers().shutdown(timeout);
    }

    @Override
    public CompletionStage<List<InetSocketAddress>> getaddrinfo(
            @Nullable String host, @Nullable String port, @Nullable ProtocolFamily family) {
        requireOpen();
        return resolver().addresses(host, port, family);
    }

    @Override
    public CompletionStage<NameInfo> getnameinfo(InetSocketAddress address) {
        requireOpen();
        return resolver().name(address);
    }

    @Override
    public void addSignalHandler(String signal, Runnable callback) {
        Objects.requireNonNull(callback, "callback");
        requireOpen();
        checkThread();
        signals().add(signal, callback);
    }

    @Override
    public boolean removeSignalHandler(String signal) {
        checkThread();
        return signals().remove(signal);
    }

    // ---- channels without a transport

    @Override
    public void addReader(SelectableChannel channel, Runnable callback) {
        sockets().addReader(channel, callback);
    }

    @Override
    public boolean removeReader(SelectableChannel channel) {
        return sockets().removeReader(channel);
    }

    @Override
    public void addWriter(SelectableChannel channel, Runnable callback) {
        sockets().addWriter(channel, callback);
    }

    @Override
    public boolean removeWriter(SelectableChannel channel) {
        return sockets().removeWriter(channel);
    }

    @Override
    public CompletionStage<ByteBuffer> sockRecv(SocketChannel channel, int max) {
        return sockets().sockRecv(channel, max);
    }

    @Override
    public CompletionStage<Integer> sockRecvInto(SocketChannel channel, ByteBuffer target) {
        return sockets().sockRecvInto(channel, target);
    }

    @Override
    public CompletionStage<Void> sockSendall(SocketChannel channel, ByteBuffer data) {
        return sockets().sockSendall(channel, data);
    }

    @Override
    public CompletionStage<Datagram> sockRecvfrom(DatagramChannel channel, int max) {
        return sockets().sockRecvfrom(channel, max);
    }

    @Override
    public CompletionStage<Received> sockRecvfromInto(DatagramChannel channel, ByteBuffer target) {
        return sockets().sockRecvfromInto(channel, target);
    }

    @Override
    public CompletionStage<Integer> sockSendto(DatagramChannel channel, ByteBuffer data, SocketAddress target) {
        return sockets().sockSendto(channel, data, target);
    }

    @Override
    public CompletionStage<Void> sockConnect(SocketChannel channel, SocketAddress target) {
        return sockets().sockConnect(channel, target);
    }

    @Override
    public CompletionStage<Accepted> sockAccept(ServerSocketChannel channel) {
        return sockets().sockAccept(channel);
    }

    @Override
    public CompletionStage<Long> sockSendfile(SocketChannel channel, FileChannel file, long offset, long count) {
        return sockets().sockSendfile(channel, file, offset, count);
    }
}
