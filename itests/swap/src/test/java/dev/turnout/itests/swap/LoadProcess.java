// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.swap;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Is a running {@link Load}. */
final class LoadProcess implements AutoCloseable {

    private static final long DEADLINE_SECONDS = 90;
    private static final int MOST_SHOWN = 10;

    private static final Pattern COMPLAINT = Pattern.compile("(lost|refused|wrong): |\tat |Exception ");

    private final Process process;
    private final BlockingQueue<String> answers = new ArrayBlockingQueue<>(100);
    private final BlockingQueue<String> complaints = new ArrayBlockingQueue<>(MOST_SHOWN);
    private final AtomicReference<String> end = new AtomicReference<>();

    private LoadProcess(Process process) {
        this.process = process;
        Thread reader = new Thread(this::read, "load-output");
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts one and waits until all its peers are connected.
     *
     * @param trusted the certificate that peers with TLS trust
     */
    static LoadProcess start(int turnsPerSecond, Path trusted, List<String> endpointsAndCounts) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Load.class.getName(),
                Integer.toString(turnsPerSecond),
                trusted.toString()));
        command.addAll(endpointsAndCounts);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().remove("JAVA_TOOL_OPTIONS"); // would be a line of its own
        LoadProcess load = new LoadProcess(builder.start());
        load.answer("connected");
        return load;
    }

    private void read() {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                if (COMPLAINT.matcher(line).lookingAt()) {
                    complaints.offer(line);
                } else {
                    answers.offer(line);
                }
            }
            end.set("it has ended");
        } catch (IOException e) {
            end.set(e.toString()); // as after a kill
        }
    }

    /** Returns the first it has said without being asked: connections that were lost or refused, and replies that were wrong. */
    List<String> complaints() {
        return complaints.stream().limit(MOST_SHOWN).toList();
    }

    private String answer(String beginning) throws InterruptedException {
        String answer = answers.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
        if (answer == null || !answer.startsWith(beginning)) {
            throw new AssertionError("the load did not say \"" + beginning + "\" but \"" + answer + "\"; " + answers
                    + complaints() + end.get());
        }
        return answer;
    }

    private String ask(String question, String beginning) throws Exception {
        process.getOutputStream().write((question + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        return answer(beginning);
    }

    /** Waits until each peer has got a reply that was sent after this call began, and tells how many from which builds. */
    Builds builds(String what, Predicate<Builds> condition) throws Exception {
        ask("mark", "marked");
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        Builds builds = null;
        while (System.nanoTime() < deadline && complaints.isEmpty()) {
            builds = new Builds(ask("builds", "builds "));
            if (builds.of(0) == 0 && condition.test(builds)) {
                return builds;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
        throw new AssertionError("waited in vain for " + what + ": " + builds + "; " + complaints());
    }

    /** Waits for the last replies, and returns what the load has counted. */
    String finish() throws Exception {
        return ask("finish", "finished ");
    }

    /** Ends it in the middle of whatever it does. */
    void kill() {
        process.destroyForcibly()
                .onExit()
                .orTimeout(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    @Override
    public void close() {
        kill();
    }

    /** Says how many peers got their latest reply from which build; 0 stands for those that got none. */
    record Builds(String text) {

        int of(int build) {
            Matcher count = Pattern.compile("[{ ]" + build + "=(\\d+)").matcher(text);
            return count.find() ? Integer.parseInt(count.group(1)) : 0;
        }
    }
}
