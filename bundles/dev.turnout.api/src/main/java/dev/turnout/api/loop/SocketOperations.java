// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.loop;

import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Works on channels without a transport: waits for readiness, and reads, writes, accepts and connects as asynchronous operations.
 *
 * <p>Thread: the loop's. Channels must be non-blocking (checked in debug mode, SOCK-10) and not owned by a transport (WATCH-5,
 * SOCK-12): both fail with {@link IllegalStateException} or {@link IllegalArgumentException} inside the call. Stages complete on the
 * loop; cancelling {@code stage.toCompletableFuture()} takes the watch away and leaves the channel usable (SOCK-8). What can complete
 * at once does so inside the call (SOCK-13). I/O failures are {@link java.io.IOException}s of {@code dev.turnout.api.error}.
 *
 * @see "sections 4 and 22"
 */
@ProviderType
public interface SocketOperations {

    /**
     * Calls back in every turn in which the channel can be read, accepted from or is connected, until removed; replaces an earlier reader.
     *
     * @throws IllegalArgumentException if the channel is closed or belongs to another selector provider
     * @throws IllegalStateException if an open transport owns it, or the loop is closed
     * @see "WATCH-1, WATCH-2, WATCH-5"
     */
    void addReader(SelectableChannel channel, Runnable callback);

    /** Removes the reader and tells whether there was one; false on a closed loop (WATCH-3, WATCH-4). */
    boolean removeReader(SelectableChannel channel);

    /** Calls back in every turn in which the channel can be written or finishes to connect, until removed; as {@link #addReader}. */
    void addWriter(SelectableChannel channel, Runnable callback);

    /** Removes the writer and tells whether there was one; false on a closed loop (WATCH-3, WATCH-4). */
    boolean removeWriter(SelectableChannel channel);

    /** Receives at least 1 and at most {@code max} bytes; an empty buffer is the end of the stream (SOCK-1). */
    CompletionStage<ByteBuffer> sockRecv(SocketChannel channel, int max);

    /** Receives into the caller's buffer, which must be left alone until the stage is complete; answers the count, 0 at the end of the stream (SOCK-2). */
    CompletionStage<Integer> sockRecvInto(SocketChannel channel, ByteBuffer target);

    /** Sends all bytes from position to limit; the buffer must be left alone until then. After a failure the amount sent is unknown (SOCK-3). */
    CompletionStage<Void> sockSendall(SocketChannel channel, ByteBuffer data);

    /** Receives one datagram of at most {@code max} bytes (SOCK-4). */
    CompletionStage<Datagram> sockRecvfrom(DatagramChannel channel, int max);

    /** Receives one datagram into the caller's buffer (SOCK-4). */
    CompletionStage<Received> sockRecvfromInto(DatagramChannel channel, ByteBuffer target);

    /** Sends one datagram and answers its size (SOCK-5). */
    CompletionStage<Integer> sockSendto(DatagramChannel channel, ByteBuffer data, SocketAddress target);

    /** Connects; an unresolved {@link java.net.InetSocketAddress} is resolved first, off the loop (SOCK-6). */
    CompletionStage<Void> sockConnect(SocketChannel channel, SocketAddress target);

    /** Accepts one connection, non-blocking (SOCK-7). */
    CompletionStage<Accepted> sockAccept(ServerSocketChannel channel);

    /**
     * Sends part of a file and answers the bytes sent; the file's position is {@code offset} plus that number afterwards.
     *
     * @param count how many bytes, above 0, or -1 for all up to the end
     * @throws IllegalArgumentException if offset or count are out of range
     * @see "SOCK-15, FILE-2, FILE-8, FILE-9"
     */
    CompletionStage<Long> sockSendfile(SocketChannel channel, FileChannel file, long offset, long count);
}
