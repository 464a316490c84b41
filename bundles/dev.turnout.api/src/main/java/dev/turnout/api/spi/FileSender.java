// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.spi;

import java.nio.channels.FileChannel;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/** Is a transport that can have the system send a file. */
@ConsumerType
public interface FileSender {

    /**
     * Sends part of a file after everything written before, and answers the bytes sent; loop's thread, arguments checked.
     *
     * @param count how many bytes, or -1 for all up to the end
     * @see "FILE-2 to FILE-12"
     */
    CompletionStage<Long> sendfile(FileChannel file, long offset, long count);
}
