// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.DatagramProtocol;
import dev.turnout.api.protocol.HandoverContext;
import dev.turnout.api.protocol.HandoverState;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.protocol.SubprocessProtocol;
import dev.turnout.api.protocol.SwitchSupport;
import dev.turnout.api.protocol.Switchable;
import dev.turnout.api.protocol.UnreadBytes;
import dev.turnout.api.spi.Logs;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.ReadTransport;
import dev.turnout.api.transport.SubprocessTransport;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Holds a connection without reading while its protocol is missing.
 *
 * <pre>
 *   fresh --connectionMade--&gt; holding --release--&gt; replaced by the connection's first protocol
 *   holding --discard, of datagrams only--&gt; fresh, without pause
 *   taken --takeOver--------&gt; holding --release, handOver--&gt; replaced by the successor
 * </pre>
 *
 * <p>The unread bytes stay with the transport, which delivers them when somebody reads again. The state is kept in every version that the
 * predecessor could hand over, so that an older successor finds one that it understands. What a child process tells meanwhile, its exit for one, is
 * kept for the successor. Thread: the connection's loop.
 *
 * @see "SWITCH-32, SWITCH-44, SWITCH-60, SWITCH-62"
 */
final class Parked implements Protocol, DatagramProtocol, SubprocessProtocol, Switchable {

    /** When the connection was parked, as {@link System#nanoTime} has it. */
    final long since = System.nanoTime();

    /** Who had it before, or an empty text. */
    final String from;

    /** The state of the service that is known not to fit, or -1. */
    final long unfit;

    /** Who could not take it so far, and why; or an empty text. */
    String refusal = "";

    private final TreeMap<Integer, HandoverState> states = new TreeMap<>();
    /** The outputs of a child that are paused from here. */
    private final List<ReadTransport> outputs = new ArrayList<>();
    /** What a child has told. */
    private final List<Consumer<SubprocessProtocol>> told = new ArrayList<>();

    /** The class of the protocol before; its name only, as the class has to go. */
    private final String protocol;

    private @Nullable Switchable predecessor;
    private @Nullable SwitchSupport support;
    private @Nullable BaseTransport transport;
    private boolean pausedBefore;
    private boolean discarding;

    private Parked(@Nullable Switchable predecessor, @Nullable SwitchSupport support, String from, long unfit) {
        this.predecessor = predecessor;
        this.support = support;
        this.protocol = predecessor == null ? "" : predecessor.getClass().getName();
        this.from = from;
        this.unfit = unfit;
    }

    /** Holds a new connection, for which the service that is there may be known not to fit. */
    static Parked fresh(@Nullable Unfit wrong) {
        Parked parked = new Parked(null, null, "", wrong == null ? -1 : wrong.service());
        parked.refusal = wrong == null ? "" : wrong.reason();
        return parked;
    }

    /** Holds a connection that a protocol hands over, which has said what it can be switched with. */
    static Parked after(Switchable predecessor, SwitchSupport support, String from) {
        return new Parked(predecessor, support, from, -1);
    }

    /** Tells whether no protocol has had the connection yet. */
    boolean isFresh() {
        return support == null;
    }

    @Override
    public void connectionMade(BaseTransport made) {
        hold(made, false);
    }

    @Override
    public SwitchSupport switchSupport() {
        return Objects.requireNonNull(support, "a new connection has nothing to hand over");
    }

    @Override
    public void takeOver(BaseTransport taken, HandoverState state, HandoverContext context) {
        Switchable giver = Objects.requireNonNull(predecessor);
        predecessor = null;
        states.put(context.version(), state);
        collectOlder(giver, state, context);
        support = new SwitchSupport(switchSupport().name(), states.firstKey(), states.lastKey());
        hold(taken, context.readingPaused());
    }

    /** Asks for the state in older versions too; a predecessor that cannot take it back, to hand it over once more, has given its newest. */
    private void collectOlder(Switchable giver, HandoverState newest, HandoverContext context) {
        HandoverState last = newest;
        for (int version = context.version() - 1; version >= switchSupport().lowest(); version--) {
            try {
                giver.takeBack(last);
                last = giver.handOver(new HandoverContext(
                        version,
                        UnreadBytes.CARRIED,
                        context.eofReceived(),
                        context.readingPaused(),
                        context.writingPaused()));
            } catch (RuntimeException e) {
                Logs.of("dev.turnout.network")
                        .log(System.Logger.Level.DEBUG, "no state of version " + version + " from " + from, e);
                return;
            }
            states.put(version, last);
        }
    }

    /**
     * Checks that a protocol understands what is held, while nothing has been done yet.
     *
     * @param offered what it says that it can be switched with
     * @throws IllegalStateException if it does not
     */
    void check(BaseProtocol next, SwitchSupport offered) {
        if (switchSupport().commonVersion(offered) == 0) {
            throw new IllegalStateException("cannot switch " + transport + " from " + protocol + " ("
                    + switchSupport() + ") to " + next.getClass().getName() + " (" + offered
                    + "): both must support switching under one name, with a version in common");
        }
    }

    private void hold(BaseTransport held, boolean pausedByPredecessor) {
        pausedBefore = pausedByPredecessor;
        transport = held;
        pause(held);
    }

    private void pause(BaseTransport held) {
        if (held instanceof SubprocessTransport child) {
            for (int fd = 1; fd <= 2; fd++) {
                if (child.getPipeTransport(fd) instanceof ReadTransport output && output.isReading()) {
                    output.pauseReading();
                    outputs.add(output);
                }
            }
        } else {
            Kinds.pauseReading(held);
        }
    }

    /** Leaves reading as the predecessor had it; the next step on this thread has to give the connection to somebody else. */
    void release() {
        BaseTransport held = transport;
        if (held != null && !pausedBefore) {
            Kinds.resumeReading(held);
        }
        outputs.forEach(ReadTransport::resumeReading);
        outputs.clear();
    }

    /** Returns what a child has told, for its next protocol. */
    List<Consumer<SubprocessProtocol>> missed() {
        return told;
    }

    /** Gives up what is held: datagrams are dropped from now on, and whoever comes begins anew. For endpoints of datagrams only. */
    void discard() {
        states.clear();
        support = null;
        pausedBefore = false;
        discarding = true;
        release();
    }

    /** Hands over the state; the unread bytes wait in the transport, whose reading is from now on the successor's to pause. */
    @Override
    public HandoverState handOver(HandoverContext context) {
        HandoverState state = Objects.requireNonNull(states.get(context.version()));
        release();
        return state.withUnread(ByteBuffer.allocate(0));
    }

    /** Goes on holding. */
    @Override
    public void takeBack(HandoverState state) {
        holdAgain();
    }

    /** Goes on without reading, whatever {@link #release} was for. */
    void holdAgain() {
        BaseTransport held = transport;
        if (held != null) {
            pause(held);
        }
    }

    @Override
    public void dataReceived(ByteBuffer data) {
        throw new IllegalStateException("bytes were delivered to a parked connection, which does not read");
    }

    @Override
    public void datagramReceived(ByteBuffer data, SocketAddress sender) {
        if (!discarding) {
            throw new IllegalStateException("a datagram was delivered to a parked endpoint, which does not read");
        }
    }

    /** Keeps output whose pipe is gone: what a pipe has, it keeps itself. */
    @Override
    public void pipeDataReceived(int fd, ByteBuffer data) {
        ByteBuffer copy = ByteBuffer.allocate(data.remaining()).put(data).flip();
        told.add(next -> next.pipeDataReceived(fd, copy.asReadOnlyBuffer()));
    }

    @Override
    public void pipeConnectionLost(int fd, @Nullable Throwable cause) {
        told.add(next -> next.pipeConnectionLost(fd, cause));
    }

    @Override
    public void processExited() {
        told.add(SubprocessProtocol::processExited);
    }

    @Override
    public boolean eofReceived() {
        return true;
    }
}
