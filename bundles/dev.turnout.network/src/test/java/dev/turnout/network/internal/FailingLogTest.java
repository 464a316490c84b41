// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static dev.turnout.network.TestNetwork.get;
import static dev.turnout.network.TestNetwork.until;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.turnout.api.network.SwitchEvent.Kind;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A log that cannot be written concerns no connection and no server. */
class FailingLogTest extends Serving {

    private final Logger logger = Logger.getLogger("dev.turnout.network");
    private final Level before = logger.getLevel();
    private final Handler failing = new Handler() {
        @Override
        public void publish(LogRecord line) {
            throw new NoClassDefFoundError("pretended by the log at " + line.getMessage());
        }

        @Override
        public void flush() {
            // nothing is buffered
        }

        @Override
        public void close() {
            // nothing is open
        }
    };

    FailingLogTest() {
        super(1);
    }

    @BeforeEach
    void fail() {
        logger.setUseParentHandlers(false);
        logger.setLevel(Level.ALL);
        logger.addHandler(failing);
    }

    @AfterEach
    void mend() {
        logger.removeHandler(failing);
        logger.setLevel(before);
        logger.setUseParentHandlers(true);
    }

    @Test
    @Spec({"SWITCH-40", "SWITCH-54", "SWITCH-62"})
    void connectionsFollowTheirServicesAndServersTheirOperators() throws IOException {
        Tally first = new Tally("a");
        add(first, 0);
        ConfiguredServer server = configured();
        LineClient client = connect(server);
        assertEquals("a1:one", client.ask("one"));

        core.removeProtocol(first, true);
        assertEquals(1, server.counters.parked.get());
        add(new Tally("b"), 0);
        assertEquals("b2:two", client.ask("two"));
        add(new Tally("c"), 1);
        until("all is told", () -> kinds().size() == 3);
        assertEquals(List.of(Kind.PARKED, Kind.RESUMED, Kind.SWITCHED), kinds());
        assertEquals("c3:three", client.ask("three"));

        get(core.suspend("test"));
        get(core.resume("test"));
        assertEquals("c1:new", connect(server).ask("new"));
    }
}
