// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.error;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystemException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Classifies the JDK's exceptions as those of this package.
 *
 * <p>The JDK gives no error number, so class and text decide. Texts are those of the C library in its default language, which the JDK asks for.
 *
 * @see "JAVA-12, JAVA-13"
 */
public final class SystemErrors {

    private SystemErrors() {}

    /**
     * Returns the exception of this package that names the failure, with the given one as cause; what has no class of its own comes back as it is.
     *
     * @param what what was tried and on what, such as {@code "connect to /127.0.0.1:80"}; becomes the start of the message
     */
    public static IOException classify(String what, IOException error) {
        if (error.getClass().getPackageName().equals(SystemErrors.class.getPackageName())) {
            return error;
        }
        String text = text(error);
        String message =
                what + ": " + (error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage());
        IOException known = byText(text, message, error);
        return known != null ? known : byClass(error, message);
    }

    private static @Nullable IOException byText(String text, String message, IOException error) {
        if (text.contains("connection refused")) {
            return new ConnectionRefusedException(message, error);
        }
        if (text.contains("connection reset")) {
            return new ConnectionResetException(message, error);
        }
        if (text.contains("broken pipe")) {
            return new BrokenPipeException(message, error);
        }
        if (text.contains("connection abort") || text.contains("caused connection abort")) {
            return new ConnectionAbortedException(message, error);
        }
        if (text.contains("address already in use")) {
            return new AddressInUseException(message, error);
        }
        if (text.contains("cannot assign requested address") || text.contains("can't assign requested address")) {
            return new AddressNotAvailableException(message, error);
        }
        if (text.contains("timed out")) {
            return new TimedOutException(message, error);
        }
        if (text.contains("too many open files")
                || text.contains("no buffer space")
                || text.contains("cannot allocate memory")) {
            return new OutOfDescriptorsException(message, error);
        }
        if (text.contains("message too long")) {
            return new MessageTooLargeException(message, error);
        }
        return null;
    }

    private static IOException byClass(IOException error, String message) {
        if (error instanceof PortUnreachableException) {
            return new ConnectionRefusedException(message, error);
        }
        if (error instanceof BindException) {
            return new AddressNotAvailableException(message, error);
        }
        if (error instanceof SocketTimeoutException) {
            return new TimedOutException(message, error);
        }
        if (error instanceof ClosedChannelException) {
            return new ConnectionAbortedException(message, error);
        }
        if (error instanceof ConnectException
                || error instanceof NoRouteToHostException
                || error.getMessage() == null) {
            return new IOException(message, error);
        }
        return error;
    }

    private static String text(IOException error) {
        String text = error instanceof FileSystemException file ? file.getReason() : error.getMessage();
        return text == null ? "" : text.toLowerCase(Locale.ROOT);
    }
}
