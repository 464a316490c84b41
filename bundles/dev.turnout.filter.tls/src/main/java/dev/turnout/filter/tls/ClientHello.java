// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import javax.net.ssl.SSLException;

/**
 * Reads the host name in a client's first message without taking the message, so that a server can choose its context by it (TLS-21).
 *
 * @param isComplete whether the whole message was there
 * @param serverName the name in lower case, or an empty text if there is none or the message is not what it should be
 */
record ClientHello(boolean isComplete, String serverName) {

    private static final int CLIENT_HELLO = 1;
    private static final int VERSION_AND_RANDOM = 34;
    private static final int SERVER_NAME = 0;
    private static final int HOST_NAME = 0;
    private static final int MOST_BYTES = 64 * 1024;
    private static final ClientHello INCOMPLETE = new ClientHello(false, "");
    private static final ClientHello NAMELESS = new ClientHello(true, "");

    /**
     * Reads the message, which may lie in several records.
     *
     * @throws SSLException if this is no TLS
     */
    static ClientHello read(ByteBuffer in) throws SSLException {
        ByteBuffer records = in.duplicate();
        ByteBuffer message = ByteBuffer.allocate(Math.max(records.remaining(), 4));
        while (Records.complete(records)) {
            int length = Records.length(records);
            if (Records.type(records) != Records.HANDSHAKE) {
                return NAMELESS; // the engine will say what is wrong
            }
            message.put(records.slice(records.position() + Records.HEADER, length - Records.HEADER));
            records.position(records.position() + length);
        }
        message.flip();
        // whoever sends ever more of nothing is the engine's to refuse, too
        ClientHello unfinished = in.remaining() > MOST_BYTES ? NAMELESS : INCOMPLETE;
        if (message.remaining() < 4) {
            return unfinished;
        }
        int head = message.getInt();
        int length = head & 0xFF_FFFF;
        if (head >>> 24 != CLIENT_HELLO || length > MOST_BYTES) {
            return NAMELESS;
        }
        if (message.remaining() < length) {
            return unfinished;
        }
        try {
            return new ClientHello(true, name(message.limit(message.position() + length)));
        } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException malformed) {
            return NAMELESS;
        }
    }

    private static String name(ByteBuffer hello) {
        skip(hello, VERSION_AND_RANDOM);
        skip(hello, hello.get() & 0xFF);
        skip(hello, hello.getShort() & 0xFFFF);
        skip(hello, hello.get() & 0xFF);
        if (!hello.hasRemaining()) {
            return "";
        }
        hello.getShort();
        while (hello.hasRemaining()) {
            int type = hello.getShort() & 0xFFFF;
            int length = hello.getShort() & 0xFFFF;
            if (type == SERVER_NAME) {
                return hostName(hello.slice(hello.position(), length));
            }
            skip(hello, length);
        }
        return "";
    }

    private static String hostName(ByteBuffer names) {
        names.getShort();
        while (names.hasRemaining()) {
            int type = names.get();
            int length = names.getShort() & 0xFFFF;
            if (type == HOST_NAME) {
                byte[] name = new byte[length];
                names.get(name);
                return new String(name, StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
            }
            skip(names, length);
        }
        return "";
    }

    private static void skip(ByteBuffer bytes, int count) {
        bytes.position(bytes.position() + count);
    }
}
