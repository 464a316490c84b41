// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Parses endpoints as a fuzzer writes them. */
class EndpointFuzzTest {

    @FuzzTest
    void readsWhatItWritesAndRefusesAllElse(byte[] input) throws CharacterCodingException {
        String text = text(input);
        Endpoint endpoint;
        try {
            endpoint = Endpoint.parse(text);
        } catch (IllegalArgumentException refused) {
            assertTrue(refused.getMessage().contains(text), refused::getMessage);
            return;
        }

        String written = endpoint.toString();
        assertEquals(endpoint, Endpoint.parse(written), written);
        assertEquals(written, Endpoint.parse(written).toString());
        assertEquals(written, endpoint.toUri().toString());
        if (endpoint.host() == null) {
            assertTrue(!endpoint.path().isEmpty() && endpoint.port() == -1, written);
        } else {
            assertTrue(endpoint.port() >= 0 && endpoint.port() <= 65_535, written);
        }
    }

    /** Reads UTF-8; bytes that are none become halves of characters. */
    private static String text(byte[] input) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .replaceWith("\uD800")
                .decode(ByteBuffer.wrap(input))
                .toString();
    }
}
