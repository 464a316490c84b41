// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import dev.turnout.api.error.SystemErrors;
import dev.turnout.api.error.TimedOutException;
import dev.turnout.api.loop.ErrorContext;
import dev.turnout.api.loop.EventLoop;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.loop.io.LoopResource;
import dev.turnout.api.loop.io.ReadyHandler;
import dev.turnout.api.loop.io.Registration;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.BufferedProtocol;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.protocol.UnreadBytes;
import dev.turnout.api.spi.CallbackAware;
import dev.turnout.api.spi.ConnectionObserver;
import dev.turnout.api.spi.FileSender;
import dev.turnout.api.spi.Logs;
import dev.turnout.api.spi.SwitchReport;
import dev.turnout.api.spi.Upgradeable;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.Transport;
import dev.turnout.api.transport.WaterMarks;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Moves a stream of bytes over a connected, non-blocking channel: TCP and unix sockets, pipes.
 *
 * <pre>
 *   new --begin--&gt; open --close, end of stream--&gt; closing --buffer empty--&gt; ending --next turn--&gt; closed
 *                    \------------------ abort, failure ------------------/
 * </pre>
 *
 * <p>{@code connectionMade} runs in <i>begin</i>, {@code connectionLost} between <i>ending</i> and <i>closed</i>, after which the descriptor is
 * released. Thread: the loop's. Data path: the loop calls {@link #ready}, which reads once into the loop's scratch buffer and calls the
 * protocol; small writes of a callback of its protocol are collected in the loop's outgoing buffer and leave with its return, in one system call;
 * all others go straight to the channel. Nothing is allocated on it while nothing is backed up.
 *
 * @see "sections 5 to 13"
 */
public final class StreamChannelTransport
        implements Transport, ReadyHandler, LoopResource, FileSender, Upgradeable, CallbackAware {

    private static final Logger LOG = Logs.of(StreamChannelTransport.class.getName());
    private static final int READ_BYTES = 256 * 1024;
    private static final int COLLECTED_BYTES = 32 * 1024;
    private static final int QUIET_DROPS = 5;
    private static final byte POISON = (byte) 0xDD;

    private final IoLoop loop;
    private final SocketChannel channel;
    private final String kind;
    private final Direction direction;
    private final StreamSettings settings;
    private final ConnectionObserver observer;
    private final long id;
    private final @Nullable SocketAddress peer;
    private final @Nullable SocketAddress local;
    private final @Nullable StreamTimeouts timeouts;
    private final Registration registration;

    // made when they are first needed, as most connections never need them
    private @Nullable Backlog backlog;
    private @Nullable ProtocolSwitch switching;
    private @Nullable ChannelView view;

    private @Nullable BaseProtocol protocol;

    /** The protocol in charge as what it is: exactly one of the two is set until the end, none if nothing is read. */
    private @Nullable Protocol stream;

    private @Nullable BufferedProtocol buffered;

    private int interest;
    private int callbacks;

    /** What the loop's outgoing buffer has is this transport's; only during its callbacks, with nothing waiting, and not above the high mark. */
    private boolean collecting;

    private boolean begun;
    private boolean readingPaused;
    private boolean peerEnded;
    private boolean eofWanted;
    private boolean upgraded;
    private boolean closing;
    private boolean ending;
    private int drops;
    private @Nullable Throwable cause;
    private @Nullable FileSending sending;

    /** Bytes that a switch left for the protocol in charge; they come before what the channel has. */
    private @Nullable ByteBuffer held;

    private StreamChannelTransport(
            IoLoop loop,
            SocketChannel channel,
            @Nullable SocketAddress peer,
            String kind,
            Direction direction,
            BaseProtocol protocol,
            StreamSettings settings,
            ConnectionObserver observer) {
        this.loop = loop;
        this.channel = channel;
        this.kind = kind;
        this.direction = direction;
        this.eofWanted = direction == Direction.READ;
        this.settings = settings;
        this.observer = observer;
        this.id = observer.nextId();
        this.peer = peer;
        this.local = ChannelView.localAddress(channel);
        this.timeouts = StreamTimeouts.of(loop, settings, this::timedOut);
        setCurrent(protocol);
        this.registration = ReadySource.register(loop, channel, 0, this);
    }

    /**
     * Takes over a connected channel, calls {@code connectionMade} and begins to read. On the loop. What the observer throws comes out, with the channel
     * closed, and so does {@code connectionMade}'s running out of memory, with the connection about to end.
     *
     * @param kind what to call the transport in texts, such as {@code tcp}
     * @throws IllegalStateException if the channel has an owner; it is left alone then
     * @throws IllegalArgumentException if the channel is blocking or of another provider, or the protocol is none for streams
     */
    public static StreamChannelTransport begin(
            IoLoop loop,
            SocketChannel channel,
            String kind,
            BaseProtocol protocol,
            StreamSettings settings,
            ConnectionObserver observer) {
        return begin(loop, channel, kind, Direction.BOTH, protocol, settings, observer);
    }

    /**
     * Does the same for a channel that may go one way only. A transport that only writes serves any protocol.
     *
     * @throws IllegalStateException if the channel has an owner; it is left alone then
     * @throws IllegalArgumentException if the channel is blocking or of another provider, or the protocol does not fit
     */
    public static StreamChannelTransport begin(
            IoLoop loop,
            SocketChannel channel,
            String kind,
            Direction direction,
            BaseProtocol protocol,
            StreamSettings settings,
            ConnectionObserver observer) {
        StreamChannelTransport transport =
                of(loop, channel, ChannelView.remoteAddress(channel), kind, direction, protocol, settings, observer);
        try {
            transport.begin();
        } catch (Throwable e) {
            transport.abort(); // the caller gets no transport that could end it
            throw e;
        }
        return transport;
    }

    /** Takes over a channel whose peer is known and does nothing yet; throws what the others document. */
    static StreamChannelTransport of(
            IoLoop loop,
            SocketChannel channel,
            @Nullable SocketAddress peer,
            String kind,
            Direction direction,
            BaseProtocol protocol,
            StreamSettings settings,
            ConnectionObserver observer) {
        loop.checkThread();
        requireProtocol(direction, protocol);
        return new StreamChannelTransport(loop, channel, peer, kind, direction, protocol, settings, observer);
    }

    /** Begins. What the observer throws comes out, with the channel closed; so does running out of memory in {@code connectionMade}, with it open. */
    void begin() {
        loop.attach(this);
        BaseProtocol first = current();
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
            if (timeouts != null && !ending) {
                timeouts.start();
            }
            updateInterest();
            leave();
            deliverHeld();
        }
    }

    // --- the data path

    @Override
    public void ready(int readyOps) {
        if ((readyOps & interest & SelectionKey.OP_READ) != 0) {
            read();
        }
        if ((readyOps & interest & SelectionKey.OP_WRITE) != 0) {
            flush();
        }
    }

    private void read() {
        Protocol target = stream;
        if (target == null) {
            readIntoItsBuffer();
            return;
        }
        ByteBuffer scratch = loop.scratch();
        int count;
        try {
            count = channel.read(scratch);
        } catch (IOException e) {
            failed("read from", e);
            return;
        }
        if (count > 0) {
            if (timeouts != null) {
                timeouts.received();
            }
            deliver(target, settings.privateReads() ? privateCopy(scratch, count) : shared(count));
            if (loop.getDebug()) {
                poison(scratch, count);
            }
        } else if (count < 0) {
            endOfStream();
        }
    }

    private ByteBuffer shared(int count) {
        return loop.scratchView().limit(count);
    }

    private void deliver(Protocol target, ByteBuffer data) {
        enter();
        try {
            target.dataReceived(data);
        } catch (Throwable e) {
            callbackFailed("dataReceived() failed", e, target);
        } finally {
            leave();
        }
    }

    @Override
    public void write(ByteBuffer data) {
        loop.checkThread();
        if (upgraded) {
            refuseUpgraded();
        }
        send(data, data.remaining());
    }

    @Override
    public void writeFromLayer(ByteBuffer data) {
        loop.checkThread();
        send(data, data.remaining());
    }

    private void send(ByteBuffer data, int size) {
        if (closing || eofWanted || sending != null) {
            refuse(size);
            data.position(data.limit());
            return;
        }
        if (size == 0 || (callbacks > 0 && !isBackedUp() && collect(data, size))) {
            return;
        }
        sendOrKeep(data);
    }

    /**
     * Keeps a small write until the callback returns, after what was collected if there is no room. Returns false, with nothing collected, for one that goes
     * at once: it is large, above the high mark, what was before it did not go, or it comes from a callback below another transport's, which collects.
     */
    private boolean collect(ByteBuffer data, int size) {
        ByteBuffer outgoing = loop.outgoing();
        int before = outgoing.position();
        if (before > 0 && !collecting) {
            return false;
        }
        boolean small = size <= Math.min(COLLECTED_BYTES, marks().high());
        if (!small || before + size > Math.min(outgoing.capacity(), marks().high())) {
            sendCollected();
        }
        if (!small || closing || isBackedUp()) {
            return false;
        }
        outgoing.put(data);
        collecting = true;
        return true;
    }

    /** Hands what was collected to the system; comes before everything that follows these bytes, looks at them or ends the connection. */
    private void sendCollected() {
        if (collecting) {
            collecting = false;
            ByteBuffer outgoing = loop.outgoing().flip();
            try {
                sendOrKeep(outgoing);
            } finally {
                outgoing.clear();
            }
        }
    }

    private void sendOrKeep(ByteBuffer data) {
        if (closing) {
            data.position(data.limit()); // what was collected could not be sent
            return;
        }
        if (!isBackedUp()) {
            sendNow(data);
        }
        if (data.hasRemaining()) {
            backlog().queue.addCopy(data);
            backlogGrown();
        }
    }

    /** Writes at once what the channel takes; after a failure nothing remains. */
    private void sendNow(ByteBuffer data) {
        try {
            WriteQueue.writeDirect(channel, data);
            if (timeouts != null) {
                timeouts.sent();
            }
        } catch (IOException e) {
            data.position(data.limit());
            failed("write to", e);
        }
    }

    // --- reading

    private void readIntoItsBuffer() {
        BufferedProtocol target = buffered;
        if (target == null) {
            if (direction == Direction.WRITE && protocol != null) {
                readerGone();
            }
            return;
        }
        ByteBuffer room = roomOf(target);
        if (room == null || target != buffered || (interest & SelectionKey.OP_READ) == 0) {
            return;
        }
        int start = room.position();
        int limit = room.limit();
        int count;
        try {
            room.limit(Math.min(limit, start + READ_BYTES));
            count = channel.read(room);
        } catch (IOException e) {
            failed("read from", e);
            return;
        } finally {
            room.limit(limit).position(start);
        }
        if (count > 0) {
            if (timeouts != null) {
                timeouts.received();
            }
            filled(target, count);
        } else if (count < 0) {
            endOfStream();
        }
    }

    /** Returns the protocol's buffer, or null if it has none that can be used; the connection is lost then (BUF-6 to -8, BUF-18). */
    private @Nullable ByteBuffer roomOf(BufferedProtocol target) {
        ByteBuffer room = null;
        enter();
        try {
            room = target.getBuffer(-1);
            if (!room.hasRemaining() || room.isReadOnly()) {
                room = null;
                throw new IllegalStateException("getBuffer() returned a buffer without room to write into");
            }
        } catch (Throwable e) {
            callbackFailed("getBuffer() failed", e, target);
        } finally {
            leave();
        }
        return room;
    }

    private void filled(BufferedProtocol target, int count) {
        enter();
        try {
            target.bufferUpdated(count);
        } catch (Throwable e) {
            callbackFailed("bufferUpdated() failed", e, target);
        } finally {
            leave();
        }
    }

    /** Ends a writing end that nobody reads any more (PIPE-12, PIPE-13). */
    private void readerGone() {
        if (!isBackedUp()) {
            forceClose(null);
        } else {
            failed("write to", new IOException("Broken pipe"));
        }
    }

    private void endOfStream() {
        peerEnded = true;
        updateInterest();
        boolean keepOpen = false;
        BaseProtocol target = current();
        enter();
        try {
            keepOpen = target instanceof BufferedProtocol b ? b.eofReceived() : ((Protocol) target).eofReceived();
        } catch (Throwable e) {
            if (direction == Direction.READ) {
                report("eofReceived() failed", e, target); // the end is normal all the same (CB-8)
            } else {
                callbackFailed("eofReceived() failed", e, target);
            }
        } finally {
            try {
                if (!keepOpen || direction == Direction.READ) {
                    close();
                }
            } finally {
                leave();
            }
        }
    }

    /** Puts bytes before everything that was not delivered yet. */
    private void hold(ByteBuffer bytes) {
        if (!bytes.hasRemaining()) {
            return;
        }
        ByteBuffer later = held;
        if (later == null) {
            held = bytes;
        } else {
            held = ByteBuffer.allocate(bytes.remaining() + later.remaining())
                    .put(bytes)
                    .put(later)
                    .flip();
        }
        updateInterest();
    }

    /** Delivers the bytes held, as far as the protocol wants to read (SWITCH-20, SWITCH-25). */
    private void deliverHeld() {
        while (held != null && begun && !readingPaused && !closing) {
            if (stream != null) {
                deliver(stream, takeHeld(READ_BYTES).asReadOnlyBuffer());
            } else if (buffered != null) {
                fillFromHeld(buffered);
            }
        }
        updateInterest();
    }

    private void fillFromHeld(BufferedProtocol target) {
        ByteBuffer room = roomOf(target);
        if (room == null || target != buffered || readingPaused || closing || held == null) {
            return;
        }
        ByteBuffer chunk = takeHeld(room.remaining());
        int count = chunk.remaining();
        room.duplicate().put(chunk);
        filled(target, count);
    }

    private ByteBuffer takeHeld(int most) {
        ByteBuffer all = held;
        if (all == null) {
            throw new IllegalStateException("nothing is held");
        }
        int count = Math.min(most, all.remaining());
        ByteBuffer chunk = all.slice(all.position(), count);
        all.position(all.position() + count);
        held = all.hasRemaining() ? all : null;
        return chunk;
    }

    private static ByteBuffer privateCopy(ByteBuffer scratch, int count) {
        byte[] copy = new byte[count];
        scratch.get(0, copy);
        return ByteBuffer.wrap(copy);
    }

    /** Spoils the borrowed bytes, so that a protocol that keeps the buffer is found by tests (JAVA-19). */
    private static void poison(ByteBuffer scratch, int count) {
        for (int i = 0; i < count; i++) {
            scratch.put(i, POISON);
        }
    }

    @Override
    public boolean isReading() {
        loop.checkThread();
        requireReading();
        return !readingPaused && !closing && !peerEnded;
    }

    @Override
    public void pauseReading() {
        loop.checkThread();
        requireReading();
        if (!closing) {
            readingPaused = true;
            updateInterest();
        }
    }

    @Override
    public void resumeReading() {
        loop.checkThread();
        requireReading();
        if (!readingPaused || closing) {
            return;
        }
        readingPaused = false;
        if (held != null) {
            loop.callSoon(this::deliverHeld);
        }
        updateInterest();
    }

    /**
     * Delivers bytes, in a later turn and when the protocol wants to read, before everything that was not delivered yet; dropped on a closing
     * transport. For a transport that is made of several, which gets bytes back from a switch of protocols.
     */
    public void unread(ByteBuffer bytes) {
        loop.checkThread();
        if (!closing) {
            hold(bytes);
            loop.callSoon(this::deliverHeld);
        }
    }

    private void requireReading() {
        if (direction == Direction.WRITE) {
            throw new UnsupportedOperationException("a transport that only writes has nothing to read: " + this);
        }
    }

    private void requireWriting() {
        if (direction == Direction.READ) {
            throw new UnsupportedOperationException("a transport that only reads cannot write: " + this);
        }
    }

    // --- writing

    @Override
    public void writeOwned(ByteBuffer data) {
        loop.checkThread();
        refuseUpgraded();
        sendCollected();
        if (closing || eofWanted || sending != null) {
            refuse(data.remaining());
        } else if (data.hasRemaining()) {
            if (!isBackedUp()) {
                sendNow(data);
            }
            if (data.hasRemaining()) {
                backlog().queue.addOwned(data.duplicate());
                backlogGrown();
            }
        }
        data.position(data.limit());
    }

    @Override
    public void writelines(Iterable<ByteBuffer> data) {
        loop.checkThread();
        refuseUpgraded();
        if (!closing && (eofWanted || sending != null)) {
            refuse(1);
        }
        WriteQueue lines = new WriteQueue();
        for (ByteBuffer line : data) {
            lines.addOwned(line.duplicate());
            line.position(line.limit());
        }
        refuseUpgraded();
        sendCollected(); // what the iteration itself wrote too, as that was called before any line was taken over
        if (closing || eofWanted || sending != null) {
            refuse(lines.size());
            return;
        }
        if (lines.isEmpty()) {
            return;
        }
        if (!isBackedUp()) {
            try {
                lines.drainTo(channel);
                if (timeouts != null) {
                    timeouts.sent();
                }
            } catch (IOException e) {
                failed("write to", e);
                return;
            }
        }
        if (!lines.isEmpty()) {
            backlog().queue.copyFrom(lines);
            backlogGrown();
        }
    }

    private void backlogGrown() {
        updateInterest();
        backlog().flow.grown(waiting());
    }

    private Backlog backlog() {
        Backlog present = backlog;
        if (present == null) {
            present = new Backlog(new FlowListener(), settings.marks());
            backlog = present;
        }
        return present;
    }

    /** Tells whether bytes wait for the system to take them. */
    private boolean isBackedUp() {
        Backlog present = backlog;
        return present != null && !present.queue.isEmpty();
    }

    /** Returns how many do. */
    private long waiting() {
        Backlog present = backlog;
        return present == null ? 0 : present.queue.size();
    }

    private WaterMarks marks() {
        Backlog present = backlog;
        return present == null ? settings.marks() : present.flow.marks();
    }

    /** Counts a write of so many bytes that comes too late, or throws for one that is a mistake; writing nothing is neither too late (WRITE-5). */
    private void refuse(long size) {
        if (closing) {
            if (size > 0 && ++drops > QUIET_DROPS) {
                LOG.log(Level.WARNING, "write number {0} after the end of {1}; dropped", drops, this);
            }
        } else if (eofWanted) {
            requireWriting();
            throw new IllegalStateException("cannot write after writeEof() on " + this);
        } else {
            throw new IllegalStateException("cannot write during a sendfile on " + this + "; wait for its completion");
        }
    }

    /** What is not of the layer must not get into its stream (TLS-54). */
    private void refuseUpgraded() {
        if (upgraded) {
            throw new IllegalStateException(
                    "cannot use " + this + ": it was upgraded; use the transport that the upgrade returned");
        }
    }

    private void flush() {
        FileSending file = sending;
        try {
            if (isBackedUp()) {
                backlog().queue.writeRound(channel);
            } else if (file != null) {
                file.sendRound();
            }
            if (timeouts != null) {
                timeouts.sent();
            }
        } catch (IOException e) {
            failed("write to", e);
            return;
        }
        if (backlog != null) {
            backlog.flow.shrunk(waiting());
        }
        if (!isBackedUp() && !ending) {
            emptied();
        }
    }

    private void emptied() {
        if (sending != null) {
            return;
        }
        if (closing) {
            end(null);
        } else if (eofWanted) {
            shutdownOutput();
        }
        updateInterest();
    }

    private void shutdownOutput() {
        try {
            channel.shutdownOutput();
        } catch (IOException e) {
            failed("shut down the sending side of", e);
        }
    }

    @Override
    public void writeEof() {
        loop.checkThread();
        refuseUpgraded();
        requireWriting();
        if (direction == Direction.WRITE) {
            close();
            return;
        }
        sendCollected();
        if (closing || eofWanted) {
            return;
        }
        eofWanted = true;
        if (!isBackedUp() && sending == null) {
            shutdownOutput();
        }
    }

    @Override
    public boolean canWriteEof() {
        loop.checkThread();
        return direction != Direction.READ;
    }

    @Override
    public long getWriteBufferSize() {
        loop.checkThread();
        sendCollected(); // what the system would have taken at once does not wait (WRITE-23)
        return waiting();
    }

    @Override
    public WaterMarks getWriteBufferLimits() {
        loop.checkThread();
        return marks();
    }

    @Override
    public void setWriteBufferLimits(WaterMarks marks) {
        loop.checkThread();
        sendCollected();
        backlog().flow.setMarks(marks, waiting());
    }

    @Override
    public void setWriteBufferLimits() {
        loop.checkThread();
        sendCollected();
        if (backlog != null) {
            backlog.flow.restoreMarks(waiting());
        }
    }

    /** Calls {@code pauseWriting} of the protocol in charge. */
    private void tellPauseWriting() {
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

    @Override
    public CompletionStage<Long> sendfile(FileChannel file, long offset, long count) {
        loop.checkThread();
        refuseUpgraded();
        requireWriting();
        if (channel instanceof PumpedPipe) {
            throw new UnsupportedOperationException(
                    "a thread of its own writes " + this + " and sends no files; read the file and write it");
        }
        if (closing || eofWanted || sending != null) {
            throw new IllegalStateException("cannot send a file on " + this
                    + (closing ? ": it is closing" : eofWanted ? " after writeEof()" : " during another sendfile"));
        }
        FileSending started = new FileSending(loop, channel, file, offset, count, this::fileSent);
        sending = started;
        updateInterest();
        return started.result();
    }

    private void fileSent() {
        sending = null;
        if (!ending && !isBackedUp()) {
            emptied();
        }
        updateInterest();
    }

    // --- ending

    @Override
    public void close() {
        loop.checkThread();
        sendCollected();
        if (closing) {
            return;
        }
        closing = true;
        if (backlog != null) {
            backlog.flow.closing();
        }
        if (!isBackedUp() && sending == null) {
            end(null);
        }
        updateInterest();
    }

    @Override
    public void abort() {
        loop.checkThread();
        sendCollected();
        if (settings.resetOnAbort() && isBackedUp() && !ending) {
            resetWhenReleased();
        }
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

    @Override
    public void dropped() {
        if (channel instanceof PipeChannel) {
            registration.close(); // its threads wait for nobody
        }
    }

    private void resetWhenReleased() {
        try {
            if (channel.supportedOptions().contains(StandardSocketOptions.SO_LINGER)) {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "cannot ask for a reset", e);
        }
    }

    private void timedOut(TimedOutException limit) {
        forceClose(limit);
    }

    /** Handles a failure of the system: never a report, debug log only, and {@code connectionLost} gets it (ERR-11). */
    private void failed(String what, IOException e) {
        IOException known = SystemErrors.classify(what + " " + kind + " " + (peer == null ? channel : peer), e);
        BaseProtocol last = protocol;
        if (loop.getDebug()) {
            LOG.log(Level.DEBUG, "lost " + this, known);
        }
        forceClose(known);
        if (direction == Direction.READ && !isTerminalGone(e)) {
            report("cannot read", known, last); // pipes differ from sockets here (PIPE-8)
        }
    }

    /** Tells whether this is how a terminal says that its other side was closed (PIPE-9). */
    private static boolean isTerminalGone(IOException e) {
        return "Input/output error".equals(e.getMessage());
    }

    /** Handles what a callback threw: a report, and the connection is aborted (CB-4, ERR-12, ERR-13). */
    private void callbackFailed(String message, Throwable e, BaseProtocol target) {
        forceClose(e);
        report(message, e, target);
    }

    /** Drops what is buffered and ends; only the first call counts. */
    private void forceClose(@Nullable Throwable why) {
        sendCollected();
        if (ending) {
            return;
        }
        closing = true;
        if (backlog != null) {
            backlog.queue.clear();
            backlog.flow.closing();
        }
        end(why);
        updateInterest();
        if (sending != null) {
            sending.fail(why);
        }
    }

    /** Has {@code connectionLost} called in a later turn. */
    private void end(@Nullable Throwable why) {
        ending = true;
        cause = why;
        held = null;
        if (timeouts != null) {
            timeouts.stop();
        }
        if (loop.isClosed()) {
            release();
        } else {
            loop.callSoon(this::lost);
        }
    }

    private void lost() {
        BaseProtocol last = protocol;
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
        stream = null;
        buffered = null;
        registration.close();
        loop.detach(this);
    }

    // --- the protocol in charge

    @Override
    public void setProtocol(BaseProtocol next, UnreadBytes unreadBytes) {
        loop.checkThread();
        refuseUpgraded();
        requireProtocol(direction, next);
        if (protocol != null) {
            if (switching == null) {
                switching = new ProtocolSwitch(new SwitchHost());
            }
            switching.ask(protocol, next, unreadBytes);
        }
    }

    @Override
    public void replaceProtocol(BaseProtocol layer) {
        loop.checkThread();
        refuseUpgraded();
        requireProtocol(direction, layer);
        if (protocol != null) {
            setCurrent(layer);
        }
    }

    @Override
    public void upgrade(BaseProtocol layer) {
        loop.checkThread();
        if (direction != Direction.BOTH) {
            throw new IllegalArgumentException("a transport that goes one way only cannot be upgraded: " + this);
        }
        if (!closing && (eofWanted || sending != null)) {
            throw new IllegalStateException(
                    "cannot upgrade " + this + (eofWanted ? " after writeEof()" : " during a sendfile"));
        }
        replaceProtocol(layer);
        upgraded = true;
    }

    @Override
    public @Nullable BaseProtocol getProtocol() {
        loop.checkThread();
        return protocol;
    }

    /** Puts a protocol in charge without telling anybody. */
    private void setCurrent(BaseProtocol next) {
        protocol = next;
        buffered = next instanceof BufferedProtocol b ? b : null;
        stream = next instanceof BufferedProtocol || !(next instanceof Protocol p) ? null : p;
        if (direction == Direction.WRITE) {
            buffered = null;
            stream = null;
        }
    }

    private BaseProtocol current() {
        BaseProtocol target = protocol;
        if (target == null) {
            throw new IllegalStateException(this + " has ended");
        }
        return target;
    }

    private static void requireProtocol(Direction direction, @Nullable BaseProtocol protocol) {
        boolean any = direction == Direction.WRITE && protocol != null;
        if (!any && !(protocol instanceof Protocol) && !(protocol instanceof BufferedProtocol)) {
            throw new IllegalArgumentException("a stream transport needs a Protocol or BufferedProtocol, not "
                    + (protocol == null ? "null" : protocol.getClass().getName()));
        }
    }

    private void enter() {
        callbacks++;
    }

    private void leave() {
        try {
            if (callbacks == 1) {
                sendCollected();
            }
        } finally {
            callbacks--;
        }
        if (callbacks == 0 && switching != null && switching.isAsked()) {
            switching.run();
        }
    }

    @Override
    public boolean isWritingPaused() {
        loop.checkThread();
        return backlog != null && backlog.flow.isPaused();
    }

    @Override
    public boolean isSwitchingStrict() {
        return settings.strictSwitching();
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

    @Override
    public void switchedAbove(SwitchReport report) {
        observer.switched(this, report);
    }

    // --- about itself

    @Override
    public EventLoop loop() {
        return loop;
    }

    /** Returns the peer's address as it was at the beginning, or null if the system could not tell it; any thread. */
    @Nullable
    SocketAddress peer() {
        return peer;
    }

    @Override
    public Optional<Object> getExtraInfo(String name) {
        loop.checkThread();
        return switch (name) {
            case "peername" -> Optional.ofNullable(peer);
            case "sockname" -> Optional.ofNullable(local);
            case "socket" -> channel instanceof PipeChannel ? Optional.empty() : Optional.of(view());
            case "pipe" -> pipe();
            case "connectionId" -> Optional.of(id);
            default -> observer.extraInfo(this, name);
        };
    }

    private ChannelView view() {
        ChannelView present = view;
        if (present == null) {
            present = new ChannelView(channel);
            view = present;
        }
        return present;
    }

    private Optional<Object> pipe() {
        return channel instanceof PipeChannel pipe
                ? Optional.of(pipe.pipe())
                : direction == Direction.BOTH ? Optional.empty() : Optional.of(channel);
    }

    /** Reports a failing callback to the loop's handler; running out of memory ends the loop's turn (CB-15, CB-16). */
    private void report(String message, Throwable e, @Nullable BaseProtocol target) {
        loop.callExceptionHandler(
                ErrorContext.of(message, e).with(ErrorContext.TRANSPORT, this).with(ErrorContext.PROTOCOL, target));
        if (e instanceof OutOfMemoryError fatal) {
            throw fatal;
        }
    }

    private void updateInterest() {
        int ops = 0;
        if (begun && !readingPaused && !closing && !peerEnded && held == null && sending == null) {
            ops = SelectionKey.OP_READ;
        }
        if (!ending && (isBackedUp() || sending != null)) {
            ops |= SelectionKey.OP_WRITE;
        }
        if (ops != interest) {
            interest = ops;
            registration.interestOps(ops);
        }
    }

    /** Says kind, number, addresses, state and buffered size; in every state and from any thread (BASE-22). */
    @Override
    public String toString() {
        String state = protocol == null ? "closed" : closing ? "closing" : "open";
        String ends = channel instanceof PipeChannel ? channel.toString() : local + " to " + peer;
        return kind + " transport #" + id + " (" + ends + ", " + state + ", " + waiting() + " bytes buffered)";
    }

    private final class SwitchHost implements ProtocolSwitch.Host {

        @Override
        public BaseTransport transport() {
            return StreamChannelTransport.this;
        }

        @Override
        public void putInCharge(BaseProtocol next) {
            setCurrent(next);
        }

        @Override
        public boolean inCallback() {
            return isInCallback();
        }

        @Override
        public void enter() {
            StreamChannelTransport.this.enter();
        }

        @Override
        public void leave() {
            StreamChannelTransport.this.leave();
        }

        @Override
        public boolean endOfStreamSeen() {
            return peerEnded;
        }

        @Override
        public boolean isReadingPaused() {
            return readingPaused;
        }

        @Override
        public boolean isWritingPaused() {
            return backlog != null && backlog.flow.isPaused();
        }

        @Override
        public void tellPauseWriting() {
            StreamChannelTransport.this.tellPauseWriting();
        }

        @Override
        public void hold(ByteBuffer bytes) {
            StreamChannelTransport.this.hold(bytes);
        }

        @Override
        public void deliverHeld() {
            StreamChannelTransport.this.deliverHeld();
        }

        @Override
        public void report(String message, Throwable e, BaseProtocol thrower) {
            StreamChannelTransport.this.report(message, e, thrower);
        }

        @Override
        public void forceClose(Throwable why) {
            StreamChannelTransport.this.forceClose(why);
        }

        @Override
        public boolean isStrict() {
            return settings.strictSwitching();
        }

        @Override
        public void switched(SwitchReport report) {
            observer.switched(StreamChannelTransport.this, report);
        }
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
