// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.HandoverContext;
import dev.turnout.api.protocol.HandoverState;
import dev.turnout.api.protocol.SwitchSupport;
import dev.turnout.api.protocol.Switchable;
import dev.turnout.api.protocol.UnreadBytes;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Exchanges the protocol of a live connection.
 *
 * <pre>
 *   idle --ask, outside a callback--&gt; handOver --&gt; takeOver --&gt; pauseWriting? --&gt; unread bytes --&gt; idle
 *        --ask, inside one--&gt; asked --callback returned--&gt; handOver ...
 *   handOver fails: the old protocol stays; takeOver fails: takeBack, and if that fails too the connection is aborted
 * </pre>
 *
 * <p>Two protocols that declare nothing are exchanged at once, as in asyncio. Thread: the loop's.
 *
 * @see "SWITCH-2 to SWITCH-34, SWITCH-63"
 */
final class ProtocolSwitch {

    private static final Logger LOG = System.getLogger(ProtocolSwitch.class.getName());

    private final StreamChannelTransport transport;
    private @Nullable Switchable successor;
    private UnreadBytes unreadBytes = UnreadBytes.CARRIED;

    ProtocolSwitch(StreamChannelTransport transport) {
        this.transport = transport;
    }

    /** Tells whether a switch waits for the present callback to return. */
    boolean isAsked() {
        return successor != null;
    }

    /**
     * Checks, then switches at once or when the present callback has returned.
     *
     * @throws IllegalStateException before any effect if the two do not fit, or the transport is closing and they would hand over
     */
    void ask(BaseProtocol old, BaseProtocol next, UnreadBytes policy) {
        if (!(old instanceof Switchable) && !(next instanceof Switchable)) {
            if (transport.loop().getDebug()) {
                LOG.log(
                        Level.WARNING,
                        "{0} switches from {1} to {2}, and neither says that it supports this",
                        transport,
                        name(old),
                        name(next));
            }
            successor = null;
            transport.setCurrent(next);
            return;
        }
        requireCommonVersion(old, next);
        if (transport.isClosing()) {
            throw new IllegalStateException(closingText(next));
        }
        successor = (Switchable) next;
        unreadBytes = policy;
        if (!transport.inCallback()) {
            IllegalStateException refused = perform();
            if (refused != null) {
                throw refused;
            }
        }
    }

    /** Runs the switch that was asked for in a callback. */
    void run() {
        BaseProtocol old = transport.getProtocol();
        IllegalStateException refused = perform();
        if (refused != null) {
            transport.report("the switch of protocols was refused", refused, old);
        }
    }

    /** Switches, and returns why not if nothing happened because of a rule. */
    private @Nullable IllegalStateException perform() {
        Switchable next = Objects.requireNonNull(successor);
        successor = null;
        BaseProtocol current = transport.getProtocol();
        if (transport.isClosing() || !(current instanceof Switchable old)) {
            return new IllegalStateException(closingText(next));
        }
        transport.enter();
        IllegalStateException refused = null;
        try {
            refused = exchange(old, next);
        } finally {
            transport.leave();
        }
        transport.deliverHeld();
        return refused;
    }

    private @Nullable IllegalStateException exchange(Switchable old, Switchable next) {
        HandoverContext context = new HandoverContext(
                requireCommonVersion(old, next),
                unreadBytes,
                transport.endOfStreamSeen(),
                transport.isReadingPaused(),
                transport.isWritingPaused());
        HandoverState state;
        try {
            state = Objects.requireNonNull(old.handOver(context), "handOver() returned null");
        } catch (Throwable e) {
            transport.report("handOver() failed; the old protocol goes on", e, old);
            return null;
        }
        if (context.unreadBytes() == UnreadBytes.MUST_BE_EMPTY && state.unread().hasRemaining()) {
            giveBack(old, state, null);
            return new IllegalStateException("cannot switch " + transport + ": " + name(old) + " has "
                    + state.unread().remaining() + " unread bytes, and the switch asked for none");
        }
        if (transport.isClosing()) {
            giveBack(old, state, null);
            return new IllegalStateException(closingText(next));
        }
        takeOver(old, next, state, context);
        return null;
    }

    private void takeOver(Switchable old, Switchable next, HandoverState state, HandoverContext context) {
        transport.setCurrent(next);
        boolean wasPaused = transport.isWritingPaused();
        try {
            next.takeOver(transport, state, context);
        } catch (Throwable e) {
            transport.setCurrent(old);
            successor = null;
            transport.report("takeOver() failed; the connection goes back to the old protocol", e, next);
            giveBack(old, state, e);
            if (transport.isWritingPaused() && !context.writingPaused()) {
                transport.tellPauseWriting();
            }
            return;
        }
        if (wasPaused) {
            transport.tellPauseWriting();
        }
        transport.hold(state.unread());
    }

    /** Lets the old protocol go on; without it the connection cannot. */
    private void giveBack(Switchable old, HandoverState state, @Nullable Throwable why) {
        try {
            old.takeBack(state);
        } catch (Throwable e) {
            if (why != null) {
                e.addSuppressed(why);
            }
            transport.report("takeBack() failed; the connection is aborted", e, old);
            transport.forceClose(why == null ? e : why);
        }
    }

    private int requireCommonVersion(BaseProtocol old, BaseProtocol next) {
        SwitchSupport from = old instanceof Switchable s ? s.switchSupport() : null;
        SwitchSupport to = next instanceof Switchable s ? s.switchSupport() : null;
        int version = from == null || to == null ? 0 : from.commonVersion(to);
        if (version == 0) {
            throw new IllegalStateException("cannot switch " + transport + " from " + name(old) + " (" + text(from)
                    + ") to " + name(next) + " (" + text(to) + "): both must support switching under one name, with a"
                    + " version in common");
        }
        return version;
    }

    private String closingText(BaseProtocol next) {
        return "cannot switch " + transport + " to " + name(next) + ": it is closing; the old protocol stays";
    }

    private static String text(@Nullable SwitchSupport support) {
        return support == null
                ? "no support declared"
                : support.name() + " " + support.lowest() + ".." + support.highest();
    }

    private static String name(BaseProtocol protocol) {
        return protocol.getClass().getName();
    }
}
