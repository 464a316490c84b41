// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit;

import dev.turnout.api.loop.EventLoop;
import dev.turnout.api.network.Option;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.transport.BaseTransport;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Records the callbacks of one connection as lines of text, copies the data, and notes every breach of the order of callbacks.
 *
 * <pre>
 *   NEW --connectionMade--&gt; OPEN --eofReceived--&gt; ENDED --connectionLost--&gt; LOST      (OPEN may go to LOST directly)
 * </pre>
 *
 * <p>A callback outside its states, nested in another one, or off the loop's thread is a {@linkplain #violations() violation}. Hooks run inside the
 * callback, after it was recorded, and may throw. Thread: callbacks on the loop; hooks are set before; everything else from any thread.
 *
 * @param <T> the kind of transport
 * @param <R> the concrete recorder
 * @see "STREAM-1, STREAM-2, STREAM-11"
 */
public abstract class Recorder<T extends BaseTransport, R extends Recorder<T, R>> implements BaseProtocol {

    /** Says which callbacks are legal next. */
    protected enum State {
        /** Before {@code connectionMade}. */
        NEW,
        /** Between {@code connectionMade} and the end of stream. */
        OPEN,
        /** After {@code eofReceived}. */
        ENDED,
        /** After {@code connectionLost}. */
        LOST
    }

    private static final int SHOWN_BYTES = 32;

    /** The data has one character a byte. */
    private record Event(String name, @Nullable String data) {

        Event plus(Event next) {
            return new Event(name, data + next.data);
        }

        @Override
        public String toString() {
            if (data == null) {
                return name;
            }
            return data.length() > SHOWN_BYTES ? name + " " + data.length() + " bytes" : name + " \"" + data + "\"";
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Event> events = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final Class<T> kind;

    private volatile State state = State.NEW;
    private int running;
    private volatile @Nullable T transport;
    private volatile @Nullable EventLoop loop;
    private volatile @Nullable Throwable cause;
    private boolean writingPaused;
    private int depth;

    private Hook<? super T> made = t -> {};
    private Hook<? super R> lost = r -> {};
    private Hook<? super T> pause = t -> {};
    private Hook<? super T> resume = t -> {};

    /** Makes a recorder for transports of this kind. */
    protected Recorder(Class<T> kind) {
        this.kind = kind;
    }

    /** Returns this. */
    protected abstract R self();

    /** Sets what happens inside {@code connectionMade}. */
    public R onMade(Hook<? super T> hook) {
        made = hook;
        return self();
    }

    /** Sets what happens inside {@code connectionLost}; the hook gets this recorder. */
    public R onLost(Hook<? super R> hook) {
        lost = hook;
        return self();
    }

    /** Sets what happens inside {@code pauseWriting}. */
    public R onPause(Hook<? super T> hook) {
        pause = hook;
        return self();
    }

    /** Sets what happens inside {@code resumeWriting}. */
    public R onResume(Hook<? super T> hook) {
        resume = hook;
        return self();
    }

    @Override
    public void connectionMade(BaseTransport with) {
        T own = kind.cast(with);
        transport = own;
        loop = with.loop();
        boolean legal = state == State.NEW;
        callback(State.OPEN, "connectionMade", null, legal, made, own);
    }

    @Override
    public void connectionLost(@Nullable Throwable why) {
        boolean legal = state == State.OPEN || state == State.ENDED;
        cause = why;
        String name = "connectionLost " + (why == null ? "null" : why.getClass().getSimpleName());
        callback(State.LOST, name, null, legal, lost, self());
    }

    @Override
    public void pauseWriting() {
        boolean legal = connected() && !writingPaused;
        writingPaused = true;
        int outer = depth;
        depth = 0; // the one callback that may run inside another one: it runs inside a write
        try {
            callback("pauseWriting", null, legal, pause, transport());
        } finally {
            depth = outer;
        }
    }

    @Override
    public void resumeWriting() {
        boolean legal = connected() && writingPaused;
        writingPaused = false;
        callback("resumeWriting", null, legal, resume, transport());
    }

    /** Records an end of stream, runs the hook. */
    protected final void ended(Hook<? super T> hook) {
        boolean legal = state == State.OPEN;
        callback(State.ENDED, "eofReceived", null, legal, hook, transport());
    }

    /** Records a callback, with the data it brought if any, and runs its hook. */
    protected final <A> void callback(
            String name, byte @Nullable [] data, boolean legal, Hook<? super A> hook, A argument) {
        callback(state, name, data, legal, hook, argument);
    }

    /** The state changes together with the record: whoever waits for it waits for the callback's return, too. */
    private <A> void callback(
            State next, String name, byte @Nullable [] data, boolean legal, Hook<? super A> hook, A argument) {
        lock.lock();
        try {
            state = next;
            Event event = new Event(name, data == null ? null : new String(data, StandardCharsets.ISO_8859_1));
            events.add(event);
            if (data != null) {
                received.writeBytes(data);
            }
            if (!legal) {
                violations.add(event + " is not legal here");
            }
            if (depth > 0) {
                violations.add(event + " is nested in another callback");
            }
            EventLoop at = loop;
            if (at != null && !at.inLoop()) {
                violations.add(event + " runs on " + Thread.currentThread());
            }
            running++;
        } finally {
            lock.unlock();
        }
        depth++;
        try {
            Hook.call(hook, argument);
        } finally {
            depth--;
            returned();
        }
    }

    private void returned() {
        lock.lock();
        try {
            running--;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Adds a line of the test's own to the trace, to show what came before and after it. */
    public final void note(String line) {
        lock.lock();
        try {
            events.add(new Event(line, null));
        } finally {
            lock.unlock();
        }
    }

    /** Notes a breach of the contract. */
    protected final void violation(String what) {
        lock.lock();
        try {
            violations.add(what);
        } finally {
            lock.unlock();
        }
    }

    /** Returns what is legal next. */
    protected final State state() {
        return state;
    }

    private boolean connected() {
        return state == State.OPEN || state == State.ENDED;
    }

    /** Returns the transport; fails before {@code connectionMade}. */
    public final T transport() {
        T own = transport;
        if (own == null) {
            throw new AssertionError("there is no transport before connectionMade");
        }
        return own;
    }

    /** Tells whether {@code connectionMade} has run. */
    public final boolean isMade() {
        return state != State.NEW;
    }

    /** Tells whether {@code connectionLost} was called. */
    public final boolean isLost() {
        return state == State.LOST;
    }

    /** Returns what {@code connectionLost} got. */
    public final @Nullable Throwable cause() {
        return cause;
    }

    /** Returns every callback as it came. */
    public final List<String> calls() {
        lock.lock();
        try {
            return events.stream().map(Event::toString).collect(Collectors.toList());
        } finally {
            lock.unlock();
        }
    }

    /** Returns the callbacks with data that came in several calls joined to one, since the cutting means nothing (STREAM-7). */
    public final List<String> trace() {
        lock.lock();
        try {
            List<Event> joined = new ArrayList<>();
            for (Event event : events) {
                int last = joined.size() - 1;
                if (event.name.equals("dataReceived")
                        && last >= 0
                        && joined.get(last).name.equals(event.name)) {
                    joined.set(last, joined.get(last).plus(event));
                } else {
                    joined.add(event);
                }
            }
            return joined.stream().map(Event::toString).collect(Collectors.toList());
        } finally {
            lock.unlock();
        }
    }

    /** Returns how often a callback came, by the beginning of its line. */
    public final int count(String name) {
        return (int) calls().stream().filter(line -> line.startsWith(name)).count();
    }

    /** Returns the bytes received so far. */
    public final byte[] received() {
        lock.lock();
        try {
            return received.toByteArray();
        } finally {
            lock.unlock();
        }
    }

    /** Returns the bytes received so far as text, one character a byte. */
    public final String text() {
        return new String(received(), StandardCharsets.ISO_8859_1);
    }

    /** Returns what broke the contract; empty if all went well. */
    public final List<String> violations() {
        lock.lock();
        try {
            return List.copyOf(violations);
        } finally {
            lock.unlock();
        }
    }

    /** Waits for {@code connectionMade}. */
    public final R awaitMade() {
        return await("connectionMade", LoopThread.DEADLINE, this::isMade);
    }

    /** Waits until {@code connectionLost} has returned. */
    public final R awaitLost() {
        return awaitLost(LoopThread.DEADLINE);
    }

    /** Waits until {@code connectionLost} has returned, not longer than the time. */
    public final R awaitLost(Duration atMost) {
        return await("connectionLost", atMost, this::isLost);
    }

    /** Waits until so many bytes are there. */
    public final R awaitReceived(int count) {
        return await(count + " bytes", LoopThread.DEADLINE, () -> received.size() >= count);
    }

    /** Waits for a callback, by the beginning of its line. */
    public final R awaitCall(String name) {
        return await(name, LoopThread.DEADLINE, () -> count(name) > 0);
    }

    /** Waits for a condition that callbacks bring about; returns when no callback is running. */
    public final R await(String what, Duration atMost, BooleanSupplier condition) {
        long deadline = System.nanoTime() + atMost.toNanos();
        lock.lock();
        try {
            while (running > 0 || !condition.getAsBoolean()) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    throw new AssertionError(
                            "waited " + Option.text(atMost) + " for " + what + "; calls so far: " + calls());
                }
                changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + what, e);
        } finally {
            lock.unlock();
        }
        return self();
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + trace();
    }
}
