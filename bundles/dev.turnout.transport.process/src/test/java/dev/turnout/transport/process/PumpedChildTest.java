// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.ProcessOptions;
import dev.turnout.api.transport.SubprocessTransport;
import dev.turnout.api.transport.WriteTransport;
import dev.turnout.testkit.Spec;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Says that children are served by threads too, on systems whose pipes the loop cannot poll. */
class PumpedChildTest {

    private final Processes processes = new Processes(false);

    @AfterEach
    void end() {
        assertEquals(List.of(), processes.thread.reports());
        processes.close();
    }

    @Test
    @Spec("JAVA-35")
    void megabytesPassInBothDirectionsAtOnce() {
        byte[] much = new byte[2 << 20];
        RecordingChild child = new RecordingChild().counting().onMade(transport -> {
            WriteTransport input = (WriteTransport) transport.getPipeTransport(0);
            input.write(much);
            input.close();
        });

        processes.start(child, ProcessOptions.DEFAULTS, "/bin/cat");
        processes.awaitLost(child);

        assertEquals(much.length, child.received.get());
        assertTrue(child.has("resumeWriting"));
        assertTrue(child.has("exited 0"));
    }

    @Test
    void errorsAndCodesComeToo() {
        RecordingChild child = processes.run("echo out; echo err >&2; exit 3");

        assertEquals("out\n", child.text(1));
        assertEquals("err\n", child.text(2));
        assertTrue(child.has("exited 3"));
    }

    @Test
    void closeKillsTheChild() {
        RecordingChild child = new RecordingChild();
        SubprocessTransport transport = processes.start(child, ProcessOptions.DEFAULTS, "/bin/sleep", "96");

        processes.thread.run(loop -> transport.close());
        processes.awaitLost(child);

        assertTrue(child.has("exited -9"));
    }

    @Test
    void theEndOfAChildWhoseInputIsOpenIsTold() {
        RecordingChild child = new RecordingChild();

        processes.shell(child, "exit 0");
        processes.awaitLost(child);

        assertTrue(child.has("lost 0"));
    }
}
