// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.udp;

import dev.turnout.api.error.MessageTooLargeException;
import dev.turnout.api.error.QueueFullException;
import dev.turnout.api.error.SystemErrors;
import dev.turnout.api.loop.ErrorContext;
import dev.turnout.api.loop.EventLoop;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.loop.io.LoopResource;
import dev.turnout.api.loop.io.ReadyHandler;
import dev.turnout.api.loop.io.Registration;
import dev.turnout.api.network.Overflow;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.DatagramProtocol;
import dev.turnout.api.protocol.UnreadBytes;
import dev.turnout.api.spi.CallbackAware;
import dev.turnout.api.spi.ConnectionObserver;
import dev.turnout.api.spi.Logs;
import dev.turnout.api.spi.Replaceable;
import dev.turnout.api.transport.DatagramCounters;
import dev.turnout.api.transport.DatagramTransport;
import dev.turnout.api.transport.WaterMarks;
import dev.turnout.transport.nio.FlowControl;
import dev.turnout.transport.nio.ProtocolSwitch;
import dev.turnout.transport.nio.ReadySource;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Moves datagrams over a bound, non-blocking channel, which is connected if there is one peer only.
 *
 * <pre>
 *   new --begin--&gt; open --close--&gt; closing --queue empty--&gt; ending --next turn--&gt; closed
 *                    \------ abort, failure that is none of input or output ------/
 * </pre>
 *
 * <p>{@code connectionMade} runs in <i>begin</i>, {@code connectionLost} between <i>ending</i> and <i>closed</i>, after which the descriptor is
 * released. Thread: the loop's. Data path: the loop calls {@link #ready}, which receives into the loop's scratch buffer and calls the protocol;
 * {@link #sendto} goes straight to the channel. Nothing is allocated on it while nothing is backed up and the sender stays the same.
 *
 * @see "section 17"
 */
final class UdpTransport implements DatagramTransport, ReadyHandler, LoopResource, Replaceable, CallbackAware {

    private static final Logger LOG = Logs.of(UdpTransport.class.getName());
    private static final int QUIET_DROPS = 5;
    private static final int MOST_SENDS = 64;
    private static final byte POISON = (byte) 0xDD;

    private final IoLoop loop;
    private final DatagramChannel channel;
    private final UdpSettings settings;
    private final ConnectionObserver observer;
    private final long id;
    private final Targets targets;
    private final @Nullable SocketAddress local;
    private final DatagramView view;
    private final SendQueue queue = new SendQueue();
    private final FlowControl flow;
    private final ProtocolSwitch switching = new ProtocolSwitch(new UdpSwitchHost(this));
    private final Registration registration;

    private @Nullable DatagramProtocol protocol;
    private int interest;
    private int callbacks;
    private boolean begun;
    private boolean readingPaused;
    private boolean suspended;
    private boolean closing;
    private boolean ending;
    private boolean handedOn;
    private int lateSends;
    private @Nullable Throwable cause;

    private long received;
    private long sent;
    private long dropped;
    private long oversized;
    private long errors;

    private UdpTransport(
            IoLoop loop,
            DatagramChannel channel,
            Targets targets,
            DatagramProtocol protocol,
            UdpSettings settings,
            ConnectionObserver observer) {
        this.loop = loop;
        this.channel = channel;
        this.targets = targets;
        this.protocol = protocol;
        this.settings = settings;
        this.observer = observer;
        this.id = observer.nextId();
        this.local = UdpSockets.localAddress(channel);
        this.view = new DatagramView(channel);
        this.flow = new FlowControl(new FlowListener(), settings.marks());
        this.registration = ReadySource.register(loop, channel, 0, this);
    }

    /**
     * Takes over a bound channel, calls {@code connectionMade} and begins to receive. On the loop. What the observer throws comes out, with the channel closed,
     * and so does {@code connectionMade}'s running out of memory, with the endpoint about to end.
     *
     * @throws IllegalStateException if the channel has an owner; it is left alone then
     * @throws IllegalArgumentException if the channel is blocking or of another provider, or the protocol is none for datagrams
     */
    static UdpTransport begin(
            IoLoop loop,
            DatagramChannel channel,
            Targets targets,
            BaseProtocol protocol,
            UdpSettings settings,
            ConnectionObserver observer) {
        loop.checkThread();
        UdpTransport transport =
                new UdpTransport(loop, channel, targets, requireDatagramProtocol(protocol), settings, observer);
        try {
            transport.begin();
        } catch (Throwable e) {
            transport.abort(); // the caller gets no transport that could end it
            throw e;
        }
        return transport;
    }

    private void begin() {
        loop.attach(this);
        DatagramProtocol first = current();
        try {
            observer.opened(this);
        } catch (Throwable e) {
            forget();
            throw e;
        }
        enter();
        try {
            first.connectionMade(this);
        } catch (Throwable e) {
            report("connectionMade() failed", e, first);
        } finally {
            begun = true;
            updateInterest();
            leave();
        }
    }

    // --- receiving

    @Override
    public void ready(int readyOps) {
        if ((readyOps & SelectionKey.OP_READ) != 0) {
            receive();
        }
        if ((readyOps & interest & SelectionKey.OP_WRITE) != 0) {
            flush();
        }
    }

    private void receive() {
        for (int i = 0; i < settings.receiveBatch() && (interest & SelectionKey.OP_READ) != 0; i++) {
            if (!receiveOne()) {
                return;
            }
        }
    }

    /** Tells whether there may be more. */
    private boolean receiveOne() {
        ByteBuffer scratch = loop.scratch();
        SocketAddress sender;
        try {
            // not read(): that answers 0 both for an empty datagram and for none
            sender = channel.receive(scratch);
        } catch (IOException e) {
            failed(SystemErrors.classify("receive at udp " + local, e), e);
            return false;
        } catch (RuntimeException e) {
            broken("receiving failed", e);
            return false;
        }
        if (sender == null) {
            return false;
        }
        int size = scratch.position();
        if (size > settings.receiveLimit()) {
            tooLarge(size, sender);
            return true;
        }
        received++;
        deliver(settings.privateReads() ? privateCopy(scratch, size) : shared(size), sender);
        if (loop.getDebug()) {
            poison(scratch, size);
        }
        return true;
    }

    private ByteBuffer shared(int size) {
        return loop.scratchView().limit(size);
    }

    private void deliver(ByteBuffer data, SocketAddress sender) {
        DatagramProtocol target = current();
        enter();
        try {
            target.datagramReceived(data, sender);
        } catch (Throwable e) {
            callbackFailed("datagramReceived() failed", e, target);
        } finally {
            leave();
        }
    }

    private void tooLarge(int size, SocketAddress sender) {
        oversized++;
        tellError(new MessageTooLargeException(
                "a datagram of " + size + " bytes from " + sender + " was dropped: it is above receive.limit="
                        + settings.receiveLimit(),
                null));
    }

    private static ByteBuffer privateCopy(ByteBuffer scratch, int size) {
        byte[] copy = new byte[size];
        scratch.get(0, copy);
        return ByteBuffer.wrap(copy);
    }

    /** Spoils the borrowed bytes, so that a protocol that keeps the buffer is found by tests (JAVA-19). */
    private static void poison(ByteBuffer scratch, int size) {
        for (int i = 0; i < size; i++) {
            scratch.put(i, POISON);
        }
    }

    @Override
    public boolean isReading() {
        loop.checkThread();
        return !readingPaused && !closing;
    }

    @Override
    public void pauseReading() {
        loop.checkThread();
        if (!closing) {
            readingPaused = true;
            updateInterest();
        }
    }

    @Override
    public void resumeReading() {
        loop.checkThread();
        if (!closing) {
            readingPaused = false;
            updateInterest();
        }
    }

    /** Leaves datagrams to the kernel whatever the protocol wants, or goes on; the server's means. */
    void suspend(boolean wanted) {
        suspended = wanted;
        updateInterest();
    }

    // --- sending

    @Override
    public void sendto(ByteBuffer data, @Nullable SocketAddress target) {
        loop.checkThread();
        Objects.requireNonNull(data, "data");
        if (closing) {
            tooLate(data);
            return;
        }
        SocketAddress to = targets.check(target);
        if (!queue.isEmpty() || !attempt(data, to)) {
            enqueue(data, to);
        }
    }

    /** Tries to send one datagram; false if the kernel takes none now. A failing one is gone and told. */
    private boolean attempt(ByteBuffer data, @Nullable SocketAddress to) {
        int size = data.remaining();
        try {
            int taken = to == null ? write(data) : channel.send(data, to);
            if (taken == 0 && size > 0) {
                return false;
            }
            // an empty one that was not taken looks like one that was; it is taken as sent
            sent++;
        } catch (IOException e) {
            data.position(data.limit());
            String what = "send to " + (to == null ? targets.fixed() : to) + " from udp " + local;
            failed(mayBroadcast() ? SystemErrors.classify(what, e) : UdpSockets.classifyUnicast(what, e), e);
        } catch (RuntimeException e) {
            data.position(data.limit());
            broken("sending failed", e);
        }
        return true;
    }

    /** Sends to where the channel is connected. */
    private int write(ByteBuffer data) throws IOException {
        if (!data.hasRemaining() && local instanceof InetSocketAddress here && targets.fixed() != null) {
            EmptyDatagrams.send(loop.provider(), channel, here, targets.fixed());
            return 0;
        }
        return channel.write(data);
    }

    private boolean mayBroadcast() {
        try {
            return channel.getOption(StandardSocketOptions.SO_BROADCAST);
        } catch (IOException closed) {
            return false;
        }
    }

    private void enqueue(ByteBuffer data, @Nullable SocketAddress to) {
        long cost = (long) data.remaining() + SendQueue.HEADER_BYTES;
        long limit = settings.sendLimit();
        if (flow.isPaused() && queue.size() + cost > limit) {
            if (settings.overflow() != Overflow.DROP_OLD || cost > limit) {
                refuse(data, to);
                return;
            }
            dropped += queue.dropOldest(limit - cost);
        }
        queue.add(data, to);
        updateInterest();
        flow.grown(queue.size());
    }

    private void refuse(ByteBuffer data, @Nullable SocketAddress to) {
        dropped++;
        int size = data.remaining();
        data.position(data.limit());
        if (settings.overflow() == Overflow.ERROR) {
            errors++;
            tellError(new QueueFullException("a datagram of " + size + " bytes to "
                    + (to == null ? targets.fixed() : to) + " was dropped: " + queue.count() + " datagrams wait at "
                    + local + ", and send.limit=" + settings.sendLimit() + " bytes; stop sending in pauseWriting()"));
        }
    }

    private void tooLate(ByteBuffer data) {
        data.position(data.limit());
        dropped++;
        if (++lateSends > QUIET_DROPS) {
            LOG.log(Level.WARNING, "sendto number {0} after the end of {1}; dropped", lateSends, this);
        }
    }

    /** Sends what waits until the kernel takes no more, a bounded number in one turn; a failing datagram costs itself only (DGRAM-26). */
    private void flush() {
        for (int i = 0; i < MOST_SENDS; i++) {
            SendQueue.Waiting first = queue.first();
            if (first == null) {
                break;
            }
            int cost = first.cost();
            queue.removeFirst(cost);
            if (!attempt(first.data(), first.target())) {
                queue.putBack(first);
                break;
            }
        }
        if (ending) {
            return;
        }
        flow.shrunk(queue.size());
        if (queue.isEmpty() && closing && !ending) {
            end(null);
        }
        updateInterest();
    }

    @Override
    public long getWriteBufferSize() {
        loop.checkThread();
        return queue.size();
    }

    @Override
    public WaterMarks getWriteBufferLimits() {
        loop.checkThread();
        return flow.marks();
    }

    @Override
    public void setWriteBufferLimits(WaterMarks marks) {
        loop.checkThread();
        flow.setMarks(marks, queue.size());
    }

    /** Calls {@code pauseWriting} of the protocol in charge. */
    void tellPauseWriting() {
        tell("pauseWriting() failed", BaseProtocol::pauseWriting);
    }

    private void tell(String message, Consumer<BaseProtocol> callback) {
        BaseProtocol target = protocol;
        if (target == null) {
            return;
        }
        enter();
        try {
            callback.accept(target);
        } catch (Throwable e) {
            report(message, e, target);
        } finally {
            leave();
        }
    }

    // --- failures

    /** Handles a failure of the system: it costs one datagram, and the protocol is told (DGRAM-23 to -28). */
    private void failed(IOException known, IOException e) {
        if (e instanceof ClosedChannelException) {
            forceClose(known);
            return;
        }
        errors++;
        tellError(known);
    }

    /** Handles what is no failure of input or output: the endpoint cannot go on (DGRAM-29). */
    private void broken(String message, RuntimeException e) {
        forceClose(e);
        report(message, e, protocol);
    }

    private void tellError(IOException error) {
        DatagramProtocol target = current();
        enter();
        try {
            target.errorReceived(error);
        } catch (Throwable e) {
            callbackFailed("errorReceived() failed", e, target);
        } finally {
            leave();
        }
    }

    /** Handles what a callback threw: a report; an error of the runtime ends the endpoint too (CB-11, CB-15). */
    private void callbackFailed(String message, Throwable e, BaseProtocol target) {
        if (e instanceof Error) {
            forceClose(e);
        }
        report(message, e, target);
    }

    // --- ending

    @Override
    public void close() {
        loop.checkThread();
        if (closing) {
            return;
        }
        closing = true;
        flow.closing();
        if (queue.isEmpty()) {
            end(null);
        }
        updateInterest();
    }

    @Override
    public void abort() {
        loop.checkThread();
        forceClose(null);
    }

    @Override
    public boolean isClosing() {
        loop.checkThread();
        return closing;
    }

    @Override
    public boolean isServer() {
        return false;
    }

    /** Drops what waits and ends; only the first call counts. */
    void forceClose(@Nullable Throwable why) {
        if (ending) {
            return;
        }
        dropped += queue.clear();
        closing = true;
        flow.closing();
        end(why);
        updateInterest();
    }

    /** Tells whether the channel is the transport's own work, which its next version could not know. */
    boolean isOfItsTransport() {
        return channel instanceof ReadySource;
    }

    /**
     * Ends and leaves the channel open; it is the caller's from now on. What waits to be sent goes as far as the kernel takes it now, and is dropped
     * else (SWITCH-48).
     */
    DatagramChannel handOn() {
        loop.checkThread();
        for (int left = queue.count(); left > 0 && !queue.isEmpty(); left--) {
            SendQueue.Waiting first = Objects.requireNonNull(queue.first());
            queue.removeFirst(first.cost());
            if (!attempt(first.data(), first.target())) {
                queue.putBack(first);
                break;
            }
        }
        handedOn = true;
        registration.cancel();
        forceClose(null);
        return channel;
    }

    /** Has {@code connectionLost} called in a later turn. */
    private void end(@Nullable Throwable why) {
        ending = true;
        cause = why;
        if (loop.isClosed()) {
            release();
        } else {
            loop.callSoon(this::lost);
        }
    }

    private void lost() {
        DatagramProtocol last = protocol;
        if (last == null) {
            return; // it was closed while it began, and could not begin
        }
        try {
            last.connectionLost(cause);
        } catch (Throwable e) {
            report("connectionLost() failed", e, last);
        } finally {
            release();
        }
    }

    private void release() {
        forget();
        observer.closed(this, cause);
    }

    private void forget() {
        closing = true;
        ending = true;
        protocol = null;
        if (!handedOn) {
            registration.close();
        }
        loop.detach(this);
    }

    // --- the protocol in charge

    /** Exchanges the protocol. A datagram comes whole or not at all, so there is nothing unread that could be carried over. */
    @Override
    public void setProtocol(BaseProtocol next, UnreadBytes unreadBytes) {
        loop.checkThread();
        requireDatagramProtocol(next);
        if (protocol != null) {
            switching.ask(protocol, next, UnreadBytes.MUST_BE_EMPTY);
        }
    }

    @Override
    public void replaceProtocol(BaseProtocol next) {
        loop.checkThread();
        DatagramProtocol checked = requireDatagramProtocol(next);
        if (protocol != null) {
            protocol = checked;
        }
    }

    @Override
    public @Nullable BaseProtocol getProtocol() {
        loop.checkThread();
        return protocol;
    }

    private DatagramProtocol current() {
        DatagramProtocol target = protocol;
        if (target == null) {
            throw new IllegalStateException(this + " has ended");
        }
        return target;
    }

    private static DatagramProtocol requireDatagramProtocol(@Nullable BaseProtocol protocol) {
        if (protocol instanceof DatagramProtocol datagrams) {
            return datagrams;
        }
        throw new IllegalArgumentException("a datagram transport needs a DatagramProtocol, not "
                + (protocol == null ? "null" : protocol.getClass().getName()));
    }

    /** Is called before a callback; until {@link #leave} switches wait. */
    void enter() {
        callbacks++;
    }

    /** Is called after a callback. */
    void leave() {
        callbacks--;
        if (callbacks == 0 && switching.isAsked()) {
            switching.run();
        }
    }

    // --- about itself

    ConnectionObserver observer() {
        return observer;
    }

    UdpSettings settings() {
        return settings;
    }

    DatagramView view() {
        return view;
    }

    @Override
    public boolean isInCallback() {
        return callbacks > 0;
    }

    @Override
    public void asCallback(Runnable callback) {
        enter();
        try {
            callback.run();
        } finally {
            leave();
        }
    }

    boolean isReadingPaused() {
        return readingPaused;
    }

    boolean isWritingPaused() {
        return flow.isPaused();
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    @Override
    public Optional<Object> getExtraInfo(String name) {
        loop.checkThread();
        return switch (name) {
            case "peername" -> Optional.ofNullable(targets.peer());
            case "sockname" -> Optional.ofNullable(local);
            case "socket" -> Optional.of(view);
            case "connectionId" -> Optional.of(id);
            case "datagrams" -> Optional.of(new DatagramCounters(received, sent, dropped, oversized, errors));
            default -> observer.extraInfo(this, name);
        };
    }

    /** Reports a failing callback to the loop's handler; running out of memory ends the loop's turn (CB-15, CB-16). */
    void report(String message, Throwable e, @Nullable BaseProtocol target) {
        loop.callExceptionHandler(
                ErrorContext.of(message, e).with(ErrorContext.TRANSPORT, this).with(ErrorContext.PROTOCOL, target));
        if (e instanceof OutOfMemoryError fatal) {
            throw fatal;
        }
    }

    private void updateInterest() {
        int ops = 0;
        if (begun && !readingPaused && !suspended && !closing) {
            ops = SelectionKey.OP_READ;
        }
        if (!ending && !queue.isEmpty()) {
            ops |= SelectionKey.OP_WRITE;
        }
        if (ops != interest) {
            interest = ops;
            registration.interestOps(ops);
        }
    }

    void install(BaseProtocol next) {
        protocol = (DatagramProtocol) next;
    }

    /** Says kind, number, addresses, state and queued size; in every state and from any thread (BASE-22). */
    @Override
    public String toString() {
        String state = protocol == null ? "closed" : closing ? "closing" : "open";
        return "udp transport #" + id + " (" + local + (targets.fixed() == null ? "" : " to " + targets.fixed()) + ", "
                + state + ", " + queue.size() + " bytes queued)";
    }

    private final class FlowListener implements FlowControl.Listener {

        @Override
        public void pauseWriting() {
            tellPauseWriting();
        }

        @Override
        public void resumeWriting() {
            tell("resumeWriting() failed", BaseProtocol::resumeWriting);
        }
    }
}
