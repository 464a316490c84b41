// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.swap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.turnout.itests.support.Await;
import dev.turnout.itests.support.Container;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.osgi.framework.Bundle;

/**
 * Replaces the protocol's bundle, each way as somebody would do it, and waits until every peer has got replies from the new one.
 *
 * <p>Each new bundle ranks higher than those before, and has a number of its own, older kinds too.
 */
final class Updates {

    /** Names the ways; all are gone through in turn. */
    enum Way {
        REPLACED_IN_LOAD,
        UPDATED,
        SIDE_BY_SIDE,
        DOWNGRADED,
        ABSENT,
        RAPID,
        REFRESHED,
        HALF_FAILING,
        FAILING_IN_PLACE,
        UNRESOLVED,
        TRANSPORTS
    }

    /** How long each connection was not served because of an update side by side. */
    Histogram sideBySide = new Histogram();

    /** How long each connection was not served because of an update in place. */
    Histogram inPlace = new Histogram();

    /** How long it took from the first connection to the last. */
    Histogram sideBySideRollOvers = new Histogram();

    /** How long it took from the first connection that lost its protocol to the last one that got the next. */
    Histogram inPlaceRollOvers = new Histogram();

    private static final String JAR = "swap.jar";
    private static final String BROKEN = "broken.jar";
    private static final int FLAPS = 20;
    private static final long ABSENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private final Container container;
    private final Control control;
    private final Bundles bundles;
    private final Events events;
    private final ChildPeers children;
    private final long unrelated;
    private int number = 1;
    private long current;
    private boolean inLoad;
    private int unrelatedNumber = 1;

    private LoadProcess load;
    private int peers;
    private int connections;

    /** Installs the first bundle. */
    Updates(Container container, Control control, Bundles bundles, Events events, ChildPeers children)
            throws IOException {
        this.container = container;
        this.control = control;
        this.bundles = bundles;
        this.events = events;
        this.children = children;
        unrelated = control.install(bundles.unrelated(unrelatedNumber));
        current = control.install(bundles.swap(number));
    }

    /**
     * Says who has to follow, besides the children that are there now.
     *
     * @param count how many peers
     * @param ofContainer how many connections these are to the container
     */
    void follow(LoadProcess loaded, int count, int ofContainer) throws Exception {
        load = loaded;
        peers = count;
        connections = ofContainer + children.count();
        awaitAllAt(number);
    }

    /** Begins to measure anew. */
    void forget() {
        sideBySide = new Histogram();
        inPlace = new Histogram();
        sideBySideRollOvers = new Histogram();
        inPlaceRollOvers = new Histogram();
    }

    /** Does one update. */
    void run(Way way) throws Exception {
        events.begin();
        switch (way) {
            case REPLACED_IN_LOAD -> replaceInLoad();
            case UPDATED -> update(bundles.swap(++number));
            case SIDE_BY_SIDE -> sideBySide();
            case DOWNGRADED -> {
                update(bundles.older(++number));
                events.begin();
                update(bundles.swap(++number));
            }
            case ABSENT -> absent();
            case RAPID -> rapid();
            case REFRESHED -> refreshed();
            case HALF_FAILING -> halfFailing();
            case FAILING_IN_PLACE -> failingInPlace();
            case UNRESOLVED -> unresolved();
            case TRANSPORTS -> transports();
        }
    }

    private void awaitAllAt(int build) throws Exception {
        load.builds("all " + peers + " peers at build " + build, builds -> builds.of(build) == peers);
        children.awaitBuild(one -> one == build);
    }

    // --- in place

    private void replaceInLoad() throws Exception {
        if (!inLoad) {
            long before = current;
            container.load(bundles.swap(++number), JAR);
            awaitAllAt(number);
            control.uninstall(before);
            inLoad = true;
            current = find("1.0." + number);
            events.begin();
        }
        container.load(bundles.swap(++number), JAR);
        awaitInPlace();
    }

    private void update(Path bundle) throws Exception {
        control.update(current, bundle);
        awaitInPlace();
    }

    private void awaitInPlace() throws Exception {
        awaitAllAt(number);
        events.await("RESUMED", connections, inPlace);
        inPlaceRollOvers.add(TimeUnit.MILLISECONDS.toNanos(events.spanMillis()));
    }

    private void refreshed() throws Exception {
        control.update(unrelated, bundles.unrelated(++unrelatedNumber));
        control.tell("refresh " + unrelated);
        events.await("RESUMED", connections, inPlace);
        inPlaceRollOvers.add(TimeUnit.MILLISECONDS.toNanos(events.spanMillis()));
        awaitAllAt(number);
    }

    private void absent() throws Exception {
        remove();
        LockSupport.parkNanos(ABSENCE_NANOS);
        current = control.install(bundles.swap(++number));
        awaitAllAt(number);
        events.await("RESUMED", connections, new Histogram());
    }

    private void rapid() throws Exception {
        control.tell("flap " + current + " " + FLAPS);
        awaitAllAt(number);
    }

    // --- side by side

    private void sideBySide() throws Exception {
        long before = current;
        boolean beforeInLoad = inLoad;
        current = control.install(bundles.swap(++number));
        inLoad = false;
        awaitAllAt(number);
        events.await("SWITCHED", connections, sideBySide);
        sideBySideRollOvers.add(TimeUnit.MILLISECONDS.toNanos(events.spanMillis()));
        remove(before, beforeInLoad);
        awaitAllAt(number);
    }

    private void remove() throws Exception {
        remove(current, inLoad);
        inLoad = false;
    }

    private void remove(long id, boolean fromLoad) throws Exception {
        if (fromLoad) {
            Files.delete(container.load().resolve(JAR));
            Await.until("the bundle to go with its file", () -> state(id).isEmpty());
        } else {
            control.uninstall(id);
        }
    }

    // --- what fails

    /** One take-over in a hundred fails: those connections stay with the old bundle, and all come back to it when the new one leaves. */
    private void halfFailing() throws Exception {
        int good = number;
        long bad = control.install(bundles.failing(++number));
        int failing = number;
        events.await("SWITCHED", connections * 9 / 10, null);
        events.await("ROLLED_BACK", 1, null);
        load.builds(
                "nearly all peers at build " + failing + ", the others at " + good,
                all -> all.of(good) + all.of(failing) == peers && all.of(failing) >= peers * 9 / 10);
        children.awaitBuild(build -> build == good || build == failing);
        control.uninstall(bad);
        awaitAllAt(good);
    }

    /** One take-over in a hundred fails, with nobody to go back to: those connections wait for the next bundle. */
    private void failingInPlace() throws Exception {
        control.update(current, bundles.failing(++number));
        events.await("RESUMED", connections * 9 / 10, new Histogram());
        events.await("ROLLED_BACK", 1, null);
        update(bundles.swap(++number));
    }

    /** A bundle that does not resolve changes nothing beside another one; in the place of one it lets connections wait for the next. */
    private void unresolved() throws Exception {
        container.load(bundles.unresolved(number + 1), BROKEN);
        Await.until(
                "the bundle to be installed",
                () -> !find("1.0." + (number + 1), Bundle.INSTALLED).isEmpty());
        number++;
        awaitAllAt(number - 1);
        assertEquals(0, events.count("PARKED") + events.count("SWITCHED"));
        long broken = find("1.0." + number);
        Files.delete(container.load().resolve(BROKEN));
        Await.until("the bundle to go with its file", () -> state(broken).isEmpty());

        control.ask("update " + current + " " + bundles.unresolved(++number).toUri());
        control.update(current, bundles.swap(++number));
        control.tell("start " + current); // only what was active is started again by an update
        awaitInPlace();
    }

    /** Updates the bundles of the transports: all connections go on, and belong to the new transport, as the next update shows. */
    private void transports() throws Exception {
        for (String transport : List.of("dev.turnout.transport.tcp", "dev.turnout.transport.unix")) {
            String id = control.tell("find " + transport).get(0).split(" ", 2)[0];
            control.update(Long.parseLong(id), Container.bundle(transport));
        }
        awaitAllAt(number);
        assertEquals(0, events.count("PARKED") + events.count("SWITCHED"));
        events.begin();
        update(bundles.swap(++number));
    }

    // --- questions

    private List<String> find(String version, int state) throws IOException {
        return control.tell("find " + Bundles.SWAP).stream()
                .filter(line -> line.endsWith(" " + version + " " + state))
                .toList();
    }

    private long find(String version) throws IOException {
        return control.tell("find " + Bundles.SWAP).stream()
                .filter(line -> line.contains(" " + version + " "))
                .map(line -> Long.parseLong(line.substring(0, line.indexOf(' '))))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no bundle of version " + version));
    }

    private List<String> state(long id) throws IOException {
        return control.tell("find " + Bundles.SWAP).stream()
                .filter(line -> line.startsWith(id + " "))
                .toList();
    }
}
