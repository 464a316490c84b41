// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.UnreadBytes;
import dev.turnout.api.transport.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Is the common ground of the suites about exchanging protocols: one connection in hand, and relays that are checked after the test. */
public abstract class SwitchContract extends StreamContract {

    /** Says of which kinds the old and the new protocol are. */
    enum Pairing {
        STREAM_TO_STREAM(Relay.Style.STREAM, Relay.Style.STREAM),
        STREAM_TO_BUFFERED(Relay.Style.STREAM, Relay.Style.BUFFERED),
        BUFFERED_TO_STREAM(Relay.Style.BUFFERED, Relay.Style.STREAM),
        BUFFERED_TO_BUFFERED(Relay.Style.BUFFERED, Relay.Style.BUFFERED);

        final Relay.Style from;
        final Relay.Style to;

        Pairing(Relay.Style from, Relay.Style to) {
            this.from = from;
            this.to = to;
        }
    }

    private final List<Relay> relays = new ArrayList<>();
    private final List<Transport> transports = new ArrayList<>();

    @BeforeEach
    final void needsHandOver() {
        needs(StreamFixture.Capability.HANDOVER);
    }

    @AfterEach
    final void endConnections() {
        loop().settle();
        for (Relay relay : relays) {
            assertEquals(List.of(), relay.violations(), relay::toString);
        }
        run(in -> transports.forEach(Transport::abort));
    }

    /** Returns a relay that is checked after the test. */
    final Relay relay(Relay.Style style, String name) {
        return watched(Relay.of(style, name));
    }

    /** Has a relay checked after the test. */
    final Relay watched(Relay relay) {
        relays.add(relay);
        return relay;
    }

    /** Opens a connection that is aborted after the test. */
    final Link begin(BaseProtocol protocol) {
        return begin(protocol, Map.of());
    }

    /** Opens a connection with options that is aborted after the test. */
    final Link begin(BaseProtocol protocol, Map<String, String> options) {
        Link link = open(protocol, options);
        transports.add(link.transport());
        return link;
    }

    /** Exchanges the protocol, outside callbacks. */
    final void exchange(Link link, BaseProtocol next) {
        run(in -> link.transport().setProtocol(next));
    }

    /** Exchanges the protocol, outside callbacks. */
    final void exchange(Link link, BaseProtocol next, UnreadBytes unread) {
        run(in -> link.transport().setProtocol(next, unread));
    }

    final @Nullable BaseProtocol inCharge(Link link) {
        return loop().call(link.transport()::getProtocol);
    }

    /** Sends a text that the relay in charge has to take in. */
    final void feed(Link link, Relay relay, String text) throws Exception {
        int before = loop().call(relay::position);
        link.peer().send(text);
        awaitPosition(relay, before + text.length());
    }

    /** Returns what a failure says. */
    static String text(@Nullable Throwable failure) {
        return failure == null ? "no failure" : String.valueOf(failure.getMessage());
    }

    final void awaitPosition(Relay relay, int position) {
        loop().until("byte " + position, () -> relay.position() == position);
    }

    final void await(Relay relay, String call) {
        loop().until(call + " of " + relay, () -> relay.was(call));
    }
}
