// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.turnout.api.loop.EventLoop;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.HandoverState;
import dev.turnout.api.protocol.SwitchSupport;
import dev.turnout.api.protocol.Switchable;
import dev.turnout.testkit.Spec;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Holds a protocol that says it can be switched to its word, by switching it at every byte of recorded conversations.
 *
 * <p>An author extends it, gives it a factory and a conversation or more, and is done:
 *
 * <pre>{@code
 * class ChatHandoverTest extends ProtocolHandoverContract {
 *
 *     protected BaseProtocol newProtocol(EventLoop loop) {
 *         return new ChatProtocol();
 *     }
 *
 *     protected List<Conversation> conversations() {
 *         return List.of(Conversation.of("name bob\nsay hi\n", "welcome bob\nbob: hi\n"));
 *     }
 * }
 * }</pre>
 *
 * <p>A conversation should go through every state that the protocol has, in as few bytes as that needs: of up to {@value #SHORT} bytes every pair of
 * positions is tried too. A protocol that has learnt a new version of its state overrides {@link #newSuccessor} in a second subclass, where
 * {@link #newProtocol} makes the old protocol, and has both directions checked.
 */
public abstract class ProtocolHandoverContract {

    private static final int SHORT = 80;

    /** Makes the suite. */
    protected ProtocolHandoverContract() {}

    /** Makes the protocol of one connection. */
    protected abstract BaseProtocol newProtocol(EventLoop loop);

    /** Returns what peers send and the protocol answers. */
    protected abstract List<Conversation> conversations();

    /** Makes a protocol that connections are handed over to; by default one of the same kind. */
    protected BaseProtocol newSuccessor(EventLoop loop) {
        return newProtocol(loop);
    }

    private Talk talk(Conversation conversation) {
        return new Talk(conversation, this::newProtocol);
    }

    private Switchable successorOf(Talk talk) {
        BaseProtocol next = talk.switches() % 2 == 0 ? newSuccessor(talk.loop()) : newProtocol(talk.loop());
        if (!(next instanceof Switchable switchable)) {
            throw new AssertionError(next.getClass().getName() + " does not implement Switchable");
        }
        return switchable;
    }

    private static int newest(Switchable from, Switchable to) {
        int version = from.switchSupport().commonVersion(to.switchSupport());
        assertFalse(
                version == 0, () -> from.switchSupport() + " and " + to.switchSupport() + " have nothing in common");
        return version;
    }

    private void handOver(Talk talk) {
        Switchable next = successorOf(talk);
        talk.handOverTo(next, newest(talk.current(), next));
    }

    private static void assertAnswers(Conversation conversation, Talk talk, String how) {
        byte[] written = talk.written();
        String message = how + " of " + conversation;
        if (!Arrays.equals(conversation.out(), written)) {
            assertEquals(new String(conversation.out(), UTF_8), new String(written, UTF_8), message);
            assertArrayEquals(conversation.out(), written, message);
        }
    }

    @Test
    void answersAsRecordedHoweverTheBytesAreCut() {
        for (Conversation each : conversations()) {
            assertAnswers(each, talk(each).toTheEnd(), "without a switch, in one piece");
            Talk cut = talk(each);
            for (int i = 0; i < each.in().length; i++) {
                cut.upTo(i + 1);
            }
            assertAnswers(each, cut, "without a switch, byte by byte");
        }
    }

    @Test
    @Spec("SWITCH-11")
    void declaresTheSameSupportEveryTime() {
        for (Conversation each : conversations()) {
            Talk talk = talk(each);
            SwitchSupport support = talk.current().switchSupport();
            for (int i = 0; i < each.in().length; i++) {
                assertEquals(support, talk.upTo(i + 1).current().switchSupport());
            }
        }
    }

    @Test
    @Spec({"SWITCH-16", "SWITCH-17", "SWITCH-20", "SWITCH-21"})
    void goesOnInASuccessorAfterEveryByte() {
        for (Conversation each : conversations()) {
            for (int cut = 0; cut <= each.in().length; cut++) {
                Talk talk = talk(each).upTo(cut);
                if (!talk.isOver()) {
                    handOver(talk);
                }
                assertAnswers(each, talk.toTheEnd(), "switched after byte " + cut);
            }
        }
    }

    @Test
    @Spec({"SWITCH-20", "SWITCH-21"})
    void goesOnThroughTwoSwitchesAtEveryPairOfBytes() {
        for (Conversation each : conversations()) {
            for (int first = 0; first <= Math.min(SHORT, each.in().length); first++) {
                for (int second = first; second <= Math.min(SHORT, each.in().length); second++) {
                    Talk talk = talk(each);
                    for (int cut : new int[] {first, second}) {
                        if (!talk.upTo(cut).isOver()) {
                            handOver(talk);
                        }
                    }
                    assertAnswers(each, talk.toTheEnd(), "switched after bytes " + first + " and " + second);
                }
            }
        }
    }

    @Test
    @Spec({"SWITCH-20", "SWITCH-21"})
    void goesOnThroughASwitchAfterEachByte() {
        for (Conversation each : conversations()) {
            Talk talk = talk(each);
            for (int cut = 0; cut < each.in().length && !talk.isOver(); cut++) {
                handOver(talk);
                talk.upTo(cut + 1);
            }
            assertAnswers(each, talk, "switched after each byte");
        }
    }

    @Test
    @Spec({"SWITCH-23", "SWITCH-25"})
    void doesNotStayPausedWhenSwitchedBehindASlowPeer() {
        for (Conversation each : conversations()) {
            for (int cut = 0; cut <= each.in().length; cut++) {
                Talk talk = talk(each).behindASlowPeer().upTo(cut);
                if (!talk.isOver()) {
                    handOver(talk);
                }
                assertAnswers(each, talk.toTheEnd(), "switched behind a slow peer after byte " + cut);
            }
        }
    }

    @Test
    @Spec("SWITCH-34")
    void goesOnItselfWhenItsSuccessorFailedAfterAnyByte() {
        for (Conversation each : conversations()) {
            for (int cut = 0; cut <= each.in().length; cut++) {
                Talk talk = talk(each).upTo(cut);
                if (!talk.isOver()) {
                    Switchable same = talk.current();
                    talk.giveBack(talk.handOver(newest(same, same)));
                }
                assertAnswers(each, talk.toTheEnd(), "rolled back after byte " + cut);
            }
        }
    }

    @Test
    @Spec({"SWITCH-34", "SWITCH-40"})
    void handsTheSameStateOverAgainAfterItTookTheConnectionBack() {
        for (Conversation each : conversations()) {
            for (int cut = 0; cut <= each.in().length; cut++) {
                Talk talk = talk(each).upTo(cut);
                if (talk.isOver()) {
                    break;
                }
                int version = newest(talk.current(), talk.current());
                HandoverState first = talk.handOver(version);
                talk.giveBack(first);
                HandoverState again = talk.handOver(version);

                String when = "after byte " + cut + " of " + each;
                assertEquals(Values.of(first.values()), Values.of(again.values()), when);
                assertEquals(first.unread(), again.unread(), "unread " + when);
                talk.giveBack(again);
                handOver(talk);
                assertAnswers(each, talk.toTheEnd(), "switched after a roll-back after byte " + cut);
            }
        }
    }

    @Test
    @Spec({"SWITCH-11", "SWITCH-60"})
    void handsOverEveryVersionThatItDeclares() {
        for (Conversation each : conversations()) {
            for (int cut = 0; cut <= each.in().length; cut++) {
                SwitchSupport support = talk(each).current().switchSupport();
                for (int version = support.lowest(); version <= support.highest(); version++) {
                    Talk talk = talk(each).upTo(cut);
                    Switchable next = successorOf(talk);
                    SwitchSupport only = new SwitchSupport(support.name(), version, version);
                    if (!talk.isOver() && next.switchSupport().commonVersion(only) == version) {
                        talk.handOverTo(next, version);
                    }
                    assertAnswers(each, talk.toTheEnd(), "version " + version + " handed over after byte " + cut);
                }
            }
        }
    }

    @Test
    @Spec("SWITCH-36")
    void handsOverNothingButTypesOfTheJdk() {
        for (Conversation each : conversations()) {
            for (int cut = 0; cut <= each.in().length; cut++) {
                Talk talk = talk(each).upTo(cut);
                if (!talk.isOver()) {
                    Map<String, Object> values = talk.handOver(newest(talk.current(), talk.current()))
                            .values();
                    assertEquals(List.of(), Values.foreign(values), "after byte " + cut + " of " + each);
                }
            }
        }
    }
}
