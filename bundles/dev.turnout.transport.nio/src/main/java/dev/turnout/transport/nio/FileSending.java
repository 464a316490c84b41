// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import dev.turnout.api.loop.io.IoLoop;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;

/**
 * Has the system send one file in bounded rounds, one for each time the channel is writable. Thread: the loop's.
 *
 * @see "FILE-2 to FILE-12, JAVA-40"
 */
final class FileSending extends FilePart {

    private static final long ROUND_BYTES = 1024 * 1024;

    private final WritableByteChannel channel;
    private long sent;

    /** @param ended told before the result is completed, so that its dependents may write again */
    FileSending(IoLoop loop, WritableByteChannel channel, FileChannel file, long offset, long count, Runnable ended) {
        super(loop, file, offset, count, ended);
        this.channel = channel;
    }

    @Override
    long sent() {
        return sent;
    }

    /** Sends what one round allows. Failures of the file end this sending only; those of the channel are thrown. */
    void sendRound() throws IOException {
        long wanted = count < 0 ? Long.MAX_VALUE : count - sent;
        boolean atEnd;
        try {
            long left = Math.min(wanted, file.size() - offset - sent);
            long now = left <= 0 ? 0 : file.transferTo(offset + sent, Math.min(left, ROUND_BYTES), channel);
            sent += now;
            atEnd = left - now <= 0;
        } catch (IOException e) {
            if (file.isOpen()) {
                throw e;
            }
            fail(e);
            return;
        } catch (RuntimeException e) {
            fail(e);
            return;
        }
        if (atEnd) {
            complete();
        }
    }
}
