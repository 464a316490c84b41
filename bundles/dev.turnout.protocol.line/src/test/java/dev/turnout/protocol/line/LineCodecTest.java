// SPDX-License-Identifier: Apache-2.0
package dev.turnout.protocol.line;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineCodecTest {

    private static final int MAX = 5;

    /** Writes down what it is told. */
    private static final class Found implements LineCodec.Lines {
        final List<String> lines = new ArrayList<>();

        @Override
        public void line(ByteBuffer line) {
            lines.add(StandardCharsets.UTF_8.decode(line).toString().replace("\n", "$"));
        }

        @Override
        public void tooLong() {
            lines.add("!");
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            nullValues = "-",
            value = {
                // $ is LF in the stream, and in the lines found; ! is a line that is too long
                "'',            '',              ''",
                "$,             $,               ''",
                "a$,            a$,              ''",
                "a$b$,          a$ b$,           ''",
                "$$$,           $ $ $,           ''",
                "abcde$,        abcde$,          ''",
                "abcdef$,       !,               ''",
                "abcdef$g$,     ! g$,            ''",
                "abcdefghijk$$, ! $,             ''",
                "a$abcdef$b$c,  a$ ! b$,         c",
                "abc,           '',              abc",
                "äö$x,          äö$,             x",
                "abcdefg,       '',              ''",
            })
    void findsTheSameLinesWhereverTheStreamIsCut(String stream, String expected, String unread) {
        byte[] bytes = stream.replace('$', '\n').getBytes(StandardCharsets.UTF_8);
        List<String> lines = expected.isEmpty() ? List.of() : List.of(expected.split(" ", -1));

        for (int first = 0; first <= bytes.length; first++) {
            for (int second = first; second <= bytes.length; second++) {
                Found found = new Found();
                LineCodec codec = new LineCodec(MAX, found);

                codec.decode(ByteBuffer.wrap(bytes, 0, first).asReadOnlyBuffer());
                codec.decode(ByteBuffer.wrap(bytes, first, second - first).asReadOnlyBuffer());
                codec.decode(
                        ByteBuffer.wrap(bytes, second, bytes.length - second).asReadOnlyBuffer());

                String cut = "cut at " + first + " and " + second;
                assertEquals(lines, found.lines, cut);
                assertEquals(
                        unread, StandardCharsets.UTF_8.decode(codec.unread()).toString(), cut);
            }
        }
    }
}
