// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.HandoverContext;
import dev.turnout.api.protocol.HandoverState;
import dev.turnout.api.protocol.Switchable;
import dev.turnout.api.protocol.UnreadBytes;
import dev.turnout.api.spi.Logs;
import dev.turnout.api.spi.SwitchReport;
import dev.turnout.api.spi.SwitchReport.Outcome;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.DatagramTransport;
import dev.turnout.api.transport.ReadTransport;
import dev.turnout.api.transport.WaterMarks;
import dev.turnout.api.transport.WriteTransport;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Exchanges the protocol of a live connection, for every kind of transport.
 *
 * <pre>
 *   idle --ask, outside a callback--&gt; handOver --&gt; takeOver --&gt; pauseWriting? --&gt; unread bytes --&gt; idle
 *        --ask, inside one--&gt; asked --callback returned--&gt; handOver ...
 *   handOver fails: the old protocol stays; takeOver fails: takeBack, unread bytes; if that fails too the connection is aborted
 * </pre>
 *
 * <p>Two protocols that declare nothing are exchanged at once, as in asyncio, unless the connection is strict. The network is told of every attempt.
 * Thread: the loop's.
 *
 * @see "SWITCH-2 to SWITCH-34, SWITCH-63"
 */
public final class ProtocolSwitch {

    /** Is the transport as its switch sees it. */
    public interface Host {

        /** Returns the transport that protocols know. */
        BaseTransport transport();

        /** Puts a protocol in charge without telling anybody. */
        void putInCharge(BaseProtocol next);

        /** Tells whether a callback of this connection is running. */
        boolean inCallback();

        /** Is called before callbacks of the switch; until {@link #leave()} further switches wait. */
        void enter();

        /** Is called after callbacks; if it ends the last one and {@link ProtocolSwitch#isAsked()}, the host calls {@link ProtocolSwitch#run()}. */
        void leave();

        /** Tells whether the end of the stream was delivered. */
        boolean endOfStreamSeen();

        /** Tells whether reading is paused. */
        boolean isReadingPaused();

        /** Tells whether the protocol in charge was told to pause writing. */
        boolean isWritingPaused();

        /** Calls {@code pauseWriting} of the protocol in charge. */
        void tellPauseWriting();

        /** Keeps unread bytes before all that was not delivered yet. */
        void hold(ByteBuffer bytes);

        /** Delivers the bytes held, as far as the protocol in charge wants to read. */
        void deliverHeld();

        /** Reports what a callback threw. */
        void report(String message, Throwable e, BaseProtocol thrower);

        /** Aborts the connection with an error. */
        void forceClose(Throwable why);

        /** Tells whether only protocols that declare support may be exchanged (SWITCH-14). */
        boolean isStrict();

        /** Tells the network. */
        void switched(SwitchReport report);
    }

    /** How many switches may follow each other because each was asked for inside the one before. */
    static final int MOST_IN_A_ROW = 16;

    private static final Logger LOG = Logs.of(ProtocolSwitch.class.getName());

    private final Host host;
    private @Nullable Switchable successor;
    private UnreadBytes unreadBytes = UnreadBytes.CARRIED;
    /** How many switches are in progress, each asked for inside the one before. */
    private int inARow;
    /** Whether the protocol in charge is handing over, for which it was asked once and for all. */
    private boolean handingOver;

    /** Makes the switch of one connection. */
    public ProtocolSwitch(Host host) {
        this.host = host;
    }

    /** Tells whether a switch waits for the present callback to return. */
    public boolean isAsked() {
        return successor != null;
    }

    /**
     * Checks, then switches at once or when the present callback has returned.
     *
     * @throws IllegalStateException before any effect if the two do not fit, or the transport is closing and they would hand over; while the old
     *     protocol hands over, and inside the last of too many switches that follow each other
     */
    public void ask(BaseProtocol old, BaseProtocol next, UnreadBytes policy) {
        if (!(old instanceof Switchable) && !(next instanceof Switchable) && !host.isStrict()) {
            if (host.transport().loop().getDebug()) {
                LOG.log(
                        Level.WARNING,
                        "{0} switches from {1} to {2}, and neither says that it supports this",
                        host.transport(),
                        name(old),
                        name(next));
            }
            successor = null;
            host.putInCharge(next);
            host.switched(new SwitchReport(old, next, Outcome.SWITCHED, 0, policy, 0, 0, null));
            return;
        }
        try {
            version(old, next);
        } catch (IllegalStateException e) {
            throw refused(old, next, policy, e);
        }
        if (handingOver) {
            throw refused(old, next, policy, inProgress(next, "handOver() is the last callback of " + name(old)));
        }
        if (inARow >= MOST_IN_A_ROW && host.inCallback()) {
            throw refused(old, next, policy, inProgress(next, inARow + " switches in a row asked for another"));
        }
        if (host.transport().isClosing()) {
            throw refused(old, next, policy, closing(next));
        }
        successor = (Switchable) next;
        unreadBytes = policy;
        if (!host.inCallback()) {
            IllegalStateException refused = perform();
            if (refused != null) {
                throw refused;
            }
        }
    }

    /** Runs the switch that was asked for in a callback. */
    public void run() {
        BaseProtocol old = host.transport().getProtocol();
        IllegalStateException refused = perform();
        if (refused != null && old != null) {
            host.report("the switch of protocols was refused", refused, old);
        }
    }

    /** Switches, and returns why not if nothing happened because of a rule. */
    private @Nullable IllegalStateException perform() {
        Switchable next = Objects.requireNonNull(successor);
        successor = null;
        BaseProtocol current = host.transport().getProtocol();
        if (current == null) {
            return closing(next);
        }
        if (host.transport().isClosing() || !(current instanceof Switchable old)) {
            return refused(current, next, unreadBytes, closing(next));
        }
        int version;
        try {
            version = version(old, next); // another one may have come in charge meanwhile
        } catch (IllegalStateException e) {
            return refused(old, next, unreadBytes, e);
        }
        host.enter();
        inARow++;
        SwitchReport report;
        try {
            report = exchange(old, next, version, unreadBytes, System.nanoTime());
            // before a switch that the two have asked for meanwhile
            host.switched(report);
        } finally {
            try {
                host.leave();
            } finally {
                inARow--;
            }
        }
        host.deliverHeld();
        return report.outcome() == Outcome.REFUSED && report.failure() instanceof IllegalStateException e ? e : null;
    }

    private SwitchReport exchange(Switchable old, Switchable next, int version, UnreadBytes policy, long began) {
        HandoverContext asked = context(version, policy);
        HandoverState state;
        handingOver = true;
        try {
            state = Objects.requireNonNull(old.handOver(asked), "handOver() returned null");
        } catch (Throwable e) {
            handingOver = false;
            host.report("handOver() failed; the old protocol goes on", e, old);
            return report(old, next, Outcome.HAND_OVER_FAILED, asked, 0, began, e);
        }
        handingOver = false;
        // the last callback of the old protocol may have written, or paused reading
        HandoverContext context = context(version, policy);
        int unread = state.unread().remaining();
        IllegalStateException refused = null;
        if (context.unreadBytes() == UnreadBytes.MUST_BE_EMPTY && unread > 0) {
            refused = new IllegalStateException("cannot switch " + host.transport() + ": " + name(old) + " has "
                    + unread + " unread bytes, and the switch asked for none");
        } else if (host.transport().isClosing()) {
            refused = closing(next);
        }
        if (refused != null) {
            Outcome outcome = giveBack(old, state, null) ? Outcome.REFUSED : Outcome.ABORTED;
            return report(old, next, outcome, context, unread, began, refused);
        }
        WaterMarks marks = marks();
        Throwable failure = takeOver(old, next, state, context);
        if (failure == null) {
            host.hold(state.unread());
            return report(old, next, Outcome.SWITCHED, context, unread, began, null);
        }
        restoreReading(context);
        if (!giveBack(old, state, failure)) {
            return report(old, next, Outcome.ABORTED, context, unread, began, failure);
        }
        if (host.isWritingPaused() && !context.writingPaused()) {
            host.tellPauseWriting();
        }
        if (marks != null) {
            restoreMarks(marks);
        }
        return report(old, next, Outcome.ROLLED_BACK, context, unread, began, failure);
    }

    private HandoverContext context(int version, UnreadBytes policy) {
        return new HandoverContext(
                version, policy, host.endOfStreamSeen(), host.isReadingPaused(), host.isWritingPaused());
    }

    /** Leaves reading as the old protocol had it, whatever a failing successor did to it. */
    private void restoreReading(HandoverContext before) {
        if (host.isReadingPaused() == before.readingPaused()) {
            return;
        }
        BaseTransport transport = host.transport();
        if (transport instanceof ReadTransport reading) {
            if (before.readingPaused()) {
                reading.pauseReading();
            } else {
                reading.resumeReading();
            }
        } else if (transport instanceof DatagramTransport datagrams) {
            if (before.readingPaused()) {
                datagrams.pauseReading();
            } else {
                datagrams.resumeReading();
            }
        }
    }

    private @Nullable WaterMarks marks() {
        BaseTransport transport = host.transport();
        if (transport instanceof WriteTransport writing) {
            return writing.getWriteBufferLimits();
        }
        return transport instanceof DatagramTransport datagrams ? datagrams.getWriteBufferLimits() : null;
    }

    private void restoreMarks(WaterMarks marks) {
        BaseTransport transport = host.transport();
        if (transport instanceof WriteTransport writing) {
            writing.setWriteBufferLimits(marks);
        } else if (transport instanceof DatagramTransport datagrams) {
            datagrams.setWriteBufferLimits(marks);
        }
    }

    /** Lets the new protocol take over; after a failure, which is returned, the old one is in charge. */
    private @Nullable Throwable takeOver(
            Switchable old, Switchable next, HandoverState state, HandoverContext context) {
        host.putInCharge(next);
        boolean wasPaused = host.isWritingPaused();
        try {
            next.takeOver(host.transport(), state, context);
        } catch (Throwable e) {
            host.putInCharge(old);
            successor = null;
            host.report("takeOver() failed; the connection stays with what had it before", e, next);
            return e;
        }
        if (wasPaused) {
            host.tellPauseWriting();
        }
        return null;
    }

    /** Lets the old protocol go on, with its unread bytes; without it the connection cannot. */
    private boolean giveBack(Switchable old, HandoverState state, @Nullable Throwable why) {
        try {
            old.takeBack(state);
            host.hold(state.unread());
            return true;
        } catch (Throwable e) {
            if (why != null) {
                e.addSuppressed(why);
            }
            host.report("takeBack() failed; the connection is aborted", e, old);
            host.forceClose(why == null ? e : why);
            return false;
        }
    }

    private SwitchReport report(
            Switchable old,
            Switchable next,
            Outcome outcome,
            HandoverContext context,
            int unread,
            long began,
            @Nullable Throwable failure) {
        return new SwitchReport(
                old,
                next,
                outcome,
                context.version(),
                context.unreadBytes(),
                unread,
                System.nanoTime() - began,
                failure);
    }

    private IllegalStateException refused(
            BaseProtocol old, BaseProtocol next, UnreadBytes policy, IllegalStateException why) {
        host.switched(new SwitchReport(old, next, Outcome.REFUSED, 0, policy, 0, 0, why));
        return why;
    }

    private static int commonVersion(BaseProtocol old, BaseProtocol next) {
        return old instanceof Switchable from && next instanceof Switchable to
                ? from.switchSupport().commonVersion(to.switchSupport())
                : 0;
    }

    /**
     * Returns the version of the state that the two agree on.
     *
     * @throws IllegalStateException if they do not, or do not say; or if one of them has given the connection to another protocol as it was asked
     */
    private int version(BaseProtocol old, BaseProtocol next) {
        int version;
        try {
            version = commonVersion(old, next);
        } catch (Throwable e) {
            throw new IllegalStateException(
                    "cannot switch " + host.transport() + " from " + name(old) + " to " + name(next)
                            + ": switchSupport() failed: " + e,
                    e);
        }
        BaseProtocol now = host.transport().getProtocol();
        if (now != old) {
            throw new IllegalStateException("cannot switch " + host.transport() + " from " + name(old) + " to "
                    + name(next) + ": it was given to " + (now == null ? "none" : name(now)) + " meanwhile");
        }
        if (version == 0) {
            throw mismatch(old, next);
        }
        return version;
    }

    private IllegalStateException inProgress(BaseProtocol next, String why) {
        return new IllegalStateException("cannot switch " + host.transport() + " to " + name(next)
                + ": another switch is in progress, and " + why);
    }

    private IllegalStateException mismatch(BaseProtocol old, BaseProtocol next) {
        return new IllegalStateException("cannot switch " + host.transport() + " from " + name(old) + " ("
                + support(old) + ") to " + name(next) + " (" + support(next)
                + "): both must support switching under one name, with a version in common");
    }

    private IllegalStateException closing(BaseProtocol next) {
        return new IllegalStateException(
                "cannot switch " + host.transport() + " to " + name(next) + ": it is closing; the old protocol stays");
    }

    private static String support(BaseProtocol protocol) {
        return protocol instanceof Switchable switchable
                ? switchable.switchSupport().toString()
                : "no support declared";
    }

    private static String name(BaseProtocol protocol) {
        return protocol.getClass().getName();
    }
}
