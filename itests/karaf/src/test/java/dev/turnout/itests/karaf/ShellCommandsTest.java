// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.karaf;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import dev.turnout.itests.support.Client;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.After;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.CoreOptions;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;

/** The tables that Turnout's commands print in Karaf's shell. */
@RunWith(InKaraf.class)
@ExamReactorStrategy(PerClass.class)
public class ShellCommandsTest {

    private static final Pattern ECHO =
            Pattern.compile("echo +echo +\\S+ +\\d+ +\\d+ +serving +127\\.0\\.0\\.1:(\\d+)");

    @Configuration
    public Option[] config() {
        String support =
                Client.class.getProtectionDomain().getCodeSource().getLocation().toString();
        return KarafOptions.options(CoreOptions.bundle(support));
    }

    @After
    public void logIsClean() throws Exception {
        KarafLog.assertClean(Shell.log());
    }

    private static int port() throws Exception {
        String table = Until.holds(
                "the server echo is there",
                () -> Shell.run("turnout:servers"),
                text -> ECHO.matcher(text).find());
        Matcher row = ECHO.matcher(table);
        assertTrue(row.find());
        return Integer.parseInt(row.group(1));
    }

    private static void assertTable(String head, String row, String text) {
        String[] lines = text.split("\\R", -1);
        assertTrue(text, lines[0].matches(head.replace(" ", " +")));
        assertTrue(text, Stream.of(lines).anyMatch(line -> line.matches(row.replace(" ", " +"))));
    }

    @Test
    public void serversListsWhatListensWhere() throws Exception {
        int port = port();

        assertTable(
                "NAME PROTOCOL VERSION #CONN #TOTAL STATE WHERE",
                "echo echo \\S+ \\d+ \\d+ serving 127.0.0.1:" + port,
                Shell.run("turnout:servers"));
    }

    @Test
    public void connectionsListsWhoIsConnected() throws Exception {
        try (Client client = Client.tcp(port())) {
            assertEquals("hello", client.exchange("hello"));

            assertTable(
                    "#ID SERVER LOOP #AGE #QUEUED PROTOCOL PEER",
                    "\\s*\\d+ echo turnout-loop-\\d+ \\d+s 0 EchoProtocol 127\\.0\\.0\\.1:\\d+",
                    Shell.run("turnout:connections"));
        }
    }

    @Test
    public void protocolsListsProtocolsAndTransports() throws Exception {
        String text = Shell.run("turnout:protocols");

        assertTable("NAME #RANK BUNDLE SERVERS", "echo 0 dev\\.turnout\\.protocol\\.echo .* echo", text);
        assertTrue(text, text.contains("transports: pipe, process, tcp, udp, unix"));
    }

    @Test
    public void loopsListsTheLoopsAndTheirLag() throws Exception {
        assertTable("NAME #CONN #LAG DEBUG", "turnout-loop-0 \\d+ \\d+ us off", Shell.run("turnout:loops"));
    }

    @Test
    public void commandsCanBePiped() throws Exception {
        assertTrue(port() > 0);

        String found = Shell.run("turnout:servers | grep serving");

        assertTrue(found, ECHO.matcher(found).find());
        assertTrue(found, !found.contains("NAME"));
    }
}
