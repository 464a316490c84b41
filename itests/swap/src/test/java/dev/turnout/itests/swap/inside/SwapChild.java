// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.swap.inside;

import dev.turnout.api.loop.TimerHandle;
import dev.turnout.api.protocol.HandoverContext;
import dev.turnout.api.protocol.HandoverState;
import dev.turnout.api.protocol.SubprocessProtocol;
import dev.turnout.api.protocol.SwitchSupport;
import dev.turnout.api.protocol.Switchable;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.SubprocessTransport;
import dev.turnout.api.transport.WriteTransport;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * Sends requests to a child process that sends back what it gets, the last one never complete, and checks every byte that returns.
 *
 * <p>It is in the bundle that is replaced, and in the control's too, which begins and ends with it.
 */
final class SwapChild implements SubprocessProtocol, Switchable {

    private static final int MOST_OPEN = 16;
    private static final int REQUESTS_A_TURN = 3;
    private static final Duration TURN = Duration.ofMillis(10);

    private final Build build;
    private final boolean ending;
    private SubprocessTransport transport;
    private TimerHandle timer;
    private long seed;
    private int sent;
    private int back;
    private int wrong;
    /** The bytes of a request that has begun, which are sent in the next turn. */
    private byte[] held = {};
    /** The bytes of an answer that is not complete. */
    private byte[] tail = {};

    private boolean exited;
    private boolean lost;

    /**
     * Makes one.
     *
     * @param ending whether it only completes what has begun, and then lets the child end
     */
    SwapChild(Build build, boolean ending) {
        this.build = build;
        this.ending = ending;
    }

    @Override
    public void connectionMade(BaseTransport made) {
        transport = (SubprocessTransport) made;
        seed = transport.getPid();
        waitForTurn();
    }

    private void waitForTurn() {
        timer = transport.loop().callLater(TURN, this::turn);
    }

    private void turn() {
        WriteTransport input = (WriteTransport) transport.getPipeTransport(0);
        if (input.isClosing()) {
            return;
        }
        ByteBuffer out = ByteBuffer.allocate(held.length + REQUESTS_A_TURN * Frames.mostBytesOfRequest());
        out.put(held);
        int whole = out.position();
        for (int i = 0; !ending && i < REQUESTS_A_TURN && sent - back < MOST_OPEN; i++) {
            whole = out.position();
            Frames.request(out, sent, Frames.payload(seed, sent));
            sent++;
        }
        int cut = whole + (int) Long.remainderUnsigned(Frames.mix(seed + sent), out.position() - whole + 1);
        held = Arrays.copyOfRange(out.array(), cut, out.position());
        input.write(out.position(cut).flip());
        if (ending && back == sent) {
            input.writeEof();
        } else {
            waitForTurn();
        }
    }

    @Override
    public void pipeDataReceived(int fd, ByteBuffer data) {
        byte[] all = Arrays.copyOf(tail, tail.length + data.remaining());
        data.get(all, tail.length, data.remaining());
        ByteBuffer in = ByteBuffer.wrap(all);
        while (Conversation.isWhole(in)) {
            byte[] payload = Frames.payload(seed, back);
            ByteBuffer expected = Frames.request(ByteBuffer.allocate(Frames.mostBytesOfRequest()), back, payload)
                    .flip();
            int length = Frames.REQUEST_OVERHEAD + in.getShort(in.position());
            if (fd != 1 || back >= sent || !expected.equals(in.slice(in.position(), length))) {
                wrong += length;
            }
            in.position(in.position() + length);
            back++;
        }
        tail = Arrays.copyOfRange(all, in.position(), all.length);
    }

    @Override
    public void processExited() {
        exited = true;
    }

    @Override
    public void connectionLost(Throwable cause) {
        lost = true;
        timer.cancel();
    }

    @Override
    public SwitchSupport switchSupport() {
        return new SwitchSupport("swap-child", build.lowest(), build.highest());
    }

    @Override
    public HandoverState handOver(HandoverContext context) {
        timer.cancel();
        HandoverState state = context.version() == 1
                ? HandoverState.empty()
                        .with("seed", seed)
                        .with("counts", new int[] {sent, back, wrong})
                        .with("held", held)
                : HandoverState.empty()
                        .with(
                                "all",
                                List.of(
                                        Long.toString(seed),
                                        Integer.toString(sent),
                                        Integer.toString(back),
                                        Integer.toString(wrong),
                                        HexFormat.of().formatHex(held)));
        return state.withUnread(ByteBuffer.wrap(tail));
    }

    @Override
    public void takeOver(BaseTransport taken, HandoverState state, HandoverContext context) {
        if (build.fails()) {
            throw new IllegalStateException("build " + build.number() + " fails one in " + build.failsOneIn());
        }
        transport = (SubprocessTransport) taken;
        if (context.version() == 1) {
            int[] counts = (int[]) state.value("counts");
            seed = (Long) state.value("seed");
            sent = counts[0];
            back = counts[1];
            wrong = counts[2];
            held = (byte[]) state.value("held");
        } else {
            List<?> all = (List<?>) state.value("all");
            seed = Long.parseLong((String) all.get(0));
            sent = Integer.parseInt((String) all.get(1));
            back = Integer.parseInt((String) all.get(2));
            wrong = Integer.parseInt((String) all.get(3));
            held = HexFormat.of().parseHex((String) all.get(4));
        }
        waitForTurn();
    }

    @Override
    public void takeBack(HandoverState state) {
        tail = new byte[0];
        waitForTurn();
    }

    /** Says what the control asks for. */
    @Override
    public String toString() {
        return "build=" + build.number() + " sent=" + sent + " back=" + back + " wrong=" + (wrong + tail.length * end())
                + " ended=" + (exited && lost ? transport.getReturncode().getAsInt() : "no");
    }

    /** Bytes that are left over are wrong when all is over. */
    private int end() {
        return lost ? 1 : 0;
    }
}
