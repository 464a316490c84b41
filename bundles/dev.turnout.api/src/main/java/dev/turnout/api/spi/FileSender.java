// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.spi;

import java.nio.channels.FileChannel;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/** Is a transport that can send a file, by the system or piece by piece. */
@ConsumerType
public interface FileSender {

    /**
     * Sends part of a file after everything written before, and answers the bytes sent; loop's thread, arguments checked. Until then the transport refuses
     * writes and other files, reads nothing, and puts off its closing.
     *
     * @param count how many bytes, or -1 for all up to the end
     * @see "FILE-2 to FILE-12"
     */
    CompletionStage<Long> sendfile(FileChannel file, long offset, long count);

    /** Tells whether the system sends; if not, the transport reads and writes piece by piece, which whoever sends has to allow (FILE-4, FILE-5). */
    default boolean hasSystemSend() {
        return true;
    }
}
