// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.swap;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * Is the process that loads the container: peers that stay, and of those that have connections as many victims as a tenth of them, which reset these
 * in the middle of requests and come again, and a few sleepers, which stay without reading for a while. It knows nothing of Turnout.
 *
 * <p>Arguments: turns in a second, the file of the certificate that is trusted, then pairs of an endpoint and a number of peers. It answers lines on
 * standard input, and ends with it.
 */
final class Load {

    private static final int VICTIMS_SHARE = 10;
    private static final int TURNS_OF_A_VICTIM = 4;
    private static final int SLEEPERS_SHARE = 50;
    private static final int MOST_SLEEPERS = 20;
    private static final long SETTLING_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final String END = "";

    private final Selector selector = Selector.open();
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(1 << 16);
    private final List<Peer> peers = new ArrayList<>();
    private final List<Peer> victims = new ArrayList<>();
    private final List<Sleeper> sleepers = new ArrayList<>();
    private final Queue<String> commands = new ConcurrentLinkedQueue<>();
    private final List<Tally> tallies = new ArrayList<>();
    private final int turnsPerSecond;
    private long turns;
    private boolean finished;

    private Load(int turnsPerSecond) throws IOException {
        this.turnsPerSecond = turnsPerSecond;
    }

    public static void main(String[] arguments) throws IOException, GeneralSecurityException {
        Load load = new Load(Integer.parseInt(arguments[0]));
        for (int i = 2; i < arguments.length; i += 2) {
            Target target = Target.of(URI.create(arguments[i]), Path.of(arguments[1]));
            load.add(target, Integer.parseInt(arguments[i + 1]));
        }
        for (List<? extends Peer> group : List.of(load.peers, load.victims, load.sleepers)) {
            for (Peer peer : group) {
                peer.connect(load.selector);
            }
        }
        Thread listener = new Thread(load::listen, "commands");
        listener.setDaemon(true);
        listener.start();
        System.out.println("connected " + load.peers.size());
        load.run();
    }

    private void add(Target target, int count) {
        tallies.add(target.tally);
        for (int i = 0; i < count; i++) {
            peers.add(target.peer(peers.size()));
        }
        if (target.isDatagrams()) {
            return;
        }
        for (int i = 0; i < count / VICTIMS_SHARE; i++) {
            victims.add(target.peer(-1 - victims.size()));
        }
        for (int i = 0; i < Math.min(count / SLEEPERS_SHARE, MOST_SLEEPERS); i++) {
            sleepers.add(new Sleeper(target, Integer.MAX_VALUE + (long) sleepers.size()));
        }
    }

    private void listen() {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                commands.add(line);
                selector.wakeup();
            }
        } catch (IOException e) {
            System.err.println("no more commands: " + e);
        }
        commands.add(END);
        selector.wakeup();
    }

    private void run() throws IOException {
        long began = System.nanoTime();
        int next = 0;
        while (true) {
            selectOnce();
            String command = commands.poll();
            if (command != null && !obey(command)) {
                return;
            }
            long due = (System.nanoTime() - began) * turnsPerSecond / TimeUnit.SECONDS.toNanos(1);
            // what could not be done in time is not made up for
            for (turns = Math.max(turns, due - turnsPerSecond / 10); turns < due && !finished; turns++) {
                turn(next++);
            }
        }
    }

    private void turn(int number) throws IOException {
        int all = peers.size() + sleepers.size() + victims.size();
        int index = number % all;
        if (index < peers.size()) {
            turn(peers.get(index));
        } else if (index < peers.size() + sleepers.size()) {
            turn(sleepers.get(index - peers.size()));
        } else {
            victimTurn(victims.get(index - peers.size() - sleepers.size()), number / all + index);
        }
    }

    private void turn(Peer peer) {
        if (peer.isOpen()) {
            try {
                peer.turn();
            } catch (IOException e) {
                lost(peer, e.toString());
            }
        }
    }

    private void victimTurn(Peer victim, int number) throws IOException {
        turn(victim);
        if (number % TURNS_OF_A_VICTIM == 0 && victim.isOpen()) {
            victim.reset();
            victim.tally.resets++;
        }
        if (!victim.isOpen()) {
            try {
                victim.connect(selector);
            } catch (IOException e) {
                victim.tally.refused++;
                System.out.println("refused: " + victim.tally.kind + ": " + e);
            }
        }
    }

    private void selectOnce() throws IOException {
        selector.select(
                key -> {
                    Peer peer = (Peer) key.attachment();
                    try {
                        if (!peer.ready(scratch)) {
                            lost(peer, "end of stream");
                        }
                    } catch (IOException e) {
                        lost(peer, e.toString());
                    }
                },
                2);
    }

    private void lost(Peer peer, String why) {
        peer.tally.closed++;
        System.out.println("lost: " + peer.tally.kind + ": " + why + " with " + peer.missing() + " bytes missing");
        try {
            peer.close();
        } catch (IOException e) {
            System.out.println("lost: " + e);
        }
    }

    /** Answers a command; false if it was the last one. */
    private boolean obey(String command) throws IOException {
        switch (command) {
            case "mark" -> {
                peers.forEach(peer -> peer.build = 0);
                System.out.println("marked");
            }
            case "builds" -> {
                TreeMap<Integer, Integer> builds = new TreeMap<>();
                peers.forEach(peer -> builds.merge(peer.build, 1, Integer::sum));
                System.out.println("builds " + builds);
            }
            case "finish" -> finish();
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Waits until all is answered, closes all, and tells what came of it. */
    private void finish() throws IOException {
        finished = true;
        long until = System.nanoTime() + SETTLING_NANOS;
        for (Peer victim : victims) {
            victim.close();
        }
        List<Peer> lasting = new ArrayList<>(peers);
        lasting.addAll(sleepers);
        boolean settled = false;
        while (!settled && System.nanoTime() < until) {
            settled = true;
            for (Peer peer : lasting) {
                if (peer.isOpen() && !peer.isSettled()) {
                    settled = false;
                    peer.complete();
                }
            }
            selectOnce();
        }
        for (Peer peer : lasting) {
            peer.tally.missing += peer.missing();
            if (peer instanceof StreamPeer stream) {
                peer.tally.handshakes += stream.handshakes();
            }
            peer.close();
        }
        selector.selectNow();
        StringBuilder told = new StringBuilder("finished").append(Tally.sum(tallies));
        tallies.forEach(told::append);
        System.out.println(told);
    }
}
