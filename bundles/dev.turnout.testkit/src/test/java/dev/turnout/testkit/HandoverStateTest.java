// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.protocol.HandoverState;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What can be handed over, and what would keep the old bundle's classes. */
class HandoverStateTest {

    private static final class Own {}

    private enum OwnKind {
        ONE
    }

    static Stream<Object> foreignValues() {
        TreeMap<String, Integer> ordered = new TreeMap<>((a, b) -> b.compareTo(a));
        return Stream.of(
                new Own(),
                OwnKind.ONE,
                Map.of("key", new Own[0]),
                Map.of("key", new Own[0][0]),
                Own.class,
                Own[].class,
                List.of(new Own()),
                List.of(List.of(Map.of("key", new Own()))),
                Map.of(new Own(), 1),
                Map.entry("key", new Own()),
                List.of((Object) new Object[] {"text", new Own()}),
                Optional.of(new Own()),
                ordered,
                new TreeSet<>(ordered.comparator()),
                (Runnable) () -> {},
                new IllegalStateException("its trace holds classes"),
                Own.class.getClassLoader(),
                Thread.currentThread());
    }

    @ParameterizedTest
    @MethodSource("foreignValues")
    @Spec("SWITCH-36")
    void refusesWhatHoldsClassesOfTheOldBundle(Object value) {
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class, () -> HandoverState.empty().with("it", value));

        assertTrue(refused.getMessage().contains("state \"it\" cannot be handed over"), refused.getMessage());
    }

    static Stream<Object> values() {
        return Stream.of(
                "text",
                1,
                2L,
                true,
                BigInteger.TEN,
                new byte[] {1},
                Map.of("key", new int[0][0]),
                ByteBuffer.allocate(1),
                Instant.EPOCH,
                Duration.ZERO,
                TimeUnit.DAYS,
                String.class,
                List.of("a", 1),
                Map.of("a", List.of(1)),
                Optional.empty(),
                new TreeMap<>(Map.of("a", 1)),
                new TreeSet<>(String.CASE_INSENSITIVE_ORDER));
    }

    @ParameterizedTest
    @MethodSource("values")
    @Spec("SWITCH-36")
    void carriesTypesOfTheJdk(Object value) {
        assertEquals(value, HandoverState.empty().with("it", value).value("it"));
    }

    @Test
    void keepsItsOwnCopyOfUnreadBytesAndLeavesTheBufferAsItIs() {
        ByteBuffer bytes = ByteBuffer.wrap(new byte[] {1, 2, 3}, 1, 2);

        HandoverState state = HandoverState.empty().withUnread(bytes);
        bytes.put(1, (byte) 9);

        assertEquals(2, bytes.remaining());
        assertEquals(ByteBuffer.wrap(new byte[] {2, 3}), state.unread());
        assertTrue(state.unread().isReadOnly());
        assertNull(state.value("other"));
    }
}
