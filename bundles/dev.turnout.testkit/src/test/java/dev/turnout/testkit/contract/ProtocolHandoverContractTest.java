// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.EventLoop;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.HandoverContext;
import dev.turnout.api.protocol.HandoverState;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.protocol.SwitchSupport;
import dev.turnout.api.protocol.Switchable;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.Transport;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The suite finds the mistakes that a protocol's author can make, and nothing in a protocol without them. */
class ProtocolHandoverContractTest {

    private enum Mistake {
        NONE,
        LOSES_UNREAD_BYTES,
        KEEPS_UNREAD_BYTES,
        FORGETS_ITS_COUNT,
        CANNOT_GO_BACK,
        COUNTS_HAND_OVERS,
        KNOWS_THE_NEWEST_VERSION_ONLY,
        FORGETS_THAT_IT_PAUSED
    }

    /** Answers each pair of bytes with its number, and reads nothing while writing is paused. */
    private static final class Pairs implements Protocol, Switchable {

        private final Mistake mistake;
        private final ByteArrayOutputStream unread = new ByteArrayOutputStream();
        private Transport transport;
        private int pairs;

        Pairs(Mistake mistake) {
            this.mistake = mistake;
        }

        @Override
        public void connectionMade(BaseTransport made) {
            transport = (Transport) made;
        }

        @Override
        public void dataReceived(ByteBuffer data) {
            while (data.hasRemaining()) {
                unread.write(data.get());
                if (unread.size() == 2) {
                    String pair = unread.toString(StandardCharsets.US_ASCII);
                    transport.write((pair + "=" + ++pairs + " ").getBytes(StandardCharsets.US_ASCII));
                    unread.reset();
                }
            }
        }

        @Override
        public void pauseWriting() {
            if (mistake != Mistake.FORGETS_THAT_IT_PAUSED || pairs > 0) {
                transport.pauseReading();
            }
        }

        @Override
        public void resumeWriting() {
            if (mistake != Mistake.FORGETS_THAT_IT_PAUSED) {
                transport.resumeReading();
            }
        }

        @Override
        public SwitchSupport switchSupport() {
            return new SwitchSupport("pairs", 1, 2);
        }

        @Override
        public HandoverState handOver(HandoverContext context) {
            HandoverState state = HandoverState.empty()
                    .with("count.v" + context.version(), mistake == Mistake.FORGETS_ITS_COUNT ? 0 : pairs);
            if (mistake == Mistake.COUNTS_HAND_OVERS) {
                pairs++;
            }
            return mistake == Mistake.LOSES_UNREAD_BYTES
                    ? state
                    : state.withUnread(ByteBuffer.wrap(unread.toByteArray()));
        }

        @Override
        public void takeOver(BaseTransport taken, HandoverState state, HandoverContext context) {
            transport = (Transport) taken;
            boolean newestOnly = mistake == Mistake.KNOWS_THE_NEWEST_VERSION_ONLY;
            Object count = state.value("count.v" + (newestOnly ? 2 : context.version()));
            pairs = count == null ? 0 : (Integer) count;
        }

        @Override
        public void takeBack(HandoverState state) {
            if (mistake == Mistake.CANNOT_GO_BACK) {
                throw new IllegalStateException("gone");
            }
            if (mistake != Mistake.KEEPS_UNREAD_BYTES) {
                unread.reset();
            }
        }
    }

    private static ProtocolHandoverContract suite(Mistake mistake) {
        return new ProtocolHandoverContract() {
            @Override
            protected BaseProtocol newProtocol(EventLoop loop) {
                return new Pairs(mistake);
            }

            @Override
            protected List<Conversation> conversations() {
                return List.of(Conversation.of("aabbc", "aa=1 bb=2 "), Conversation.of("", ""));
            }
        };
    }

    private static List<Executable> all(ProtocolHandoverContract suite) {
        return List.of(
                suite::answersAsRecordedHoweverTheBytesAreCut,
                suite::declaresTheSameSupportEveryTime,
                suite::goesOnInASuccessorAfterEveryByte,
                suite::goesOnThroughTwoSwitchesAtEveryPairOfBytes,
                suite::goesOnThroughASwitchAfterEachByte,
                suite::doesNotStayPausedWhenSwitchedBehindASlowPeer,
                suite::goesOnItselfWhenItsSuccessorFailedAfterAnyByte,
                suite::handsTheSameStateOverAgainAfterItTookTheConnectionBack,
                suite::handsOverEveryVersionThatItDeclares,
                suite::handsOverNothingButTypesOfTheJdk);
    }

    private static void run(String test, ProtocolHandoverContract suite) throws Throwable {
        ProtocolHandoverContract.class.getDeclaredMethod(test).invoke(suite);
    }

    @Test
    void findsNothingInARightProtocol() {
        for (Executable test : all(suite(Mistake.NONE))) {
            assertDoesNotThrow(test);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void findsEveryMistake(Mistake mistake) {
        long fell = all(suite(mistake)).stream()
                .filter(test -> {
                    try {
                        test.execute();
                        return false;
                    } catch (Throwable e) {
                        return true;
                    }
                })
                .count();

        assertTrue(fell > 0, "no test fell");
    }

    @ParameterizedTest
    @CsvSource({
        "LOSES_UNREAD_BYTES, goesOnInASuccessorAfterEveryByte",
        "FORGETS_ITS_COUNT, goesOnInASuccessorAfterEveryByte",
        "KEEPS_UNREAD_BYTES, goesOnItselfWhenItsSuccessorFailedAfterAnyByte",
        "CANNOT_GO_BACK, goesOnItselfWhenItsSuccessorFailedAfterAnyByte",
        "COUNTS_HAND_OVERS, handsTheSameStateOverAgainAfterItTookTheConnectionBack",
        "KNOWS_THE_NEWEST_VERSION_ONLY, handsOverEveryVersionThatItDeclares",
        "FORGETS_THAT_IT_PAUSED, doesNotStayPausedWhenSwitchedBehindASlowPeer"
    })
    void findsAMistakeByTheTestThatIsAboutIt(Mistake mistake, String test) {
        assertThrows(Throwable.class, () -> run(test, suite(mistake)));
        assertDoesNotThrow(() -> run(test, suite(Mistake.NONE)));
    }
}
