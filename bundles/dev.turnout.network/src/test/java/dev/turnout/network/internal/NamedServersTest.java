// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static dev.turnout.network.TestNetwork.get;
import static dev.turnout.network.TestNetwork.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.dto.FailedDTO;
import dev.turnout.api.network.dto.NetworkDTO;
import dev.turnout.api.network.dto.ServerDTO;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.core.Loops;
import dev.turnout.transport.tcp.TcpProvider;
import java.lang.reflect.Proxy;
import java.nio.channels.spi.SelectorProvider;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.component.ComponentConstants;

/** PIDs are those that Felix File Install makes of files: it takes a tilde for a part of the name, and a minus sign for its end. */
class NamedServersTest {

    private static final String FACTORY = "dev.turnout.server";

    private final Loops loops = new Loops(1, "named", SelectorProvider.provider());
    private final CoreComponent core = new CoreComponent(loops);
    private final LogLines log = new LogLines();
    private final Map<String, Configuration> configurations = new TreeMap<>();
    private final ConfigurationAdmin admin = fake(ConfigurationAdmin.class, this::listed);
    private final NamedServers servers = new NamedServers(core);

    NamedServersTest() {
        core.addTransport("tcp", new TcpProvider(), Map.of());
        core.addProtocol("echo", context -> new Protocol() {}, Map.of());
    }

    @AfterEach
    void close() {
        servers.deactivate();
        core.close();
        loops.close();
        log.close();
    }

    private interface Answer {
        Object to(String method, Object[] arguments) throws InvalidSyntaxException;
    }

    private static <T> T fake(Class<T> type, Answer answer) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> answer.to(method.getName(), arguments)));
    }

    /** Answers as Configuration Admin does. */
    private Object listed(String method, Object[] arguments) throws InvalidSyntaxException {
        assertEquals("listConfigurations", method);
        Filter filter = FrameworkUtil.createFilter(String.valueOf(arguments[0]));
        Configuration[] found = configurations.entrySet().stream()
                .filter(entry -> filter.matches(Map.of("service.pid", entry.getKey())))
                .map(Map.Entry::getValue)
                .toArray(Configuration[]::new);
        return found.length == 0 ? null : found;
    }

    private void put(String pid, String factory, String file, String... pairs) {
        Map<String, Object> properties = new TreeMap<>();
        properties.put("service.pid", pid);
        properties.put("felix.fileinstall.filename", "file:/etc/" + file);
        properties.put("endpoint", "tcp://127.0.0.1:0");
        properties.put("protocol", "echo");
        for (int i = 0; i < pairs.length; i += 2) {
            properties.put(pairs[i], pairs[i + 1]);
        }
        Map<String, Object> answers = new TreeMap<>();
        answers.put("getPid", pid);
        answers.put("getProcessedProperties", FrameworkUtil.asDictionary(properties));
        configurations.put(
                pid,
                fake(
                        Configuration.class,
                        (method, arguments) -> method.equals("getFactoryPid") ? factory : answers.get(method)));
    }

    @SuppressWarnings("unchecked")
    private void tell(int type, String pid, String factory) {
        ServiceReference<ConfigurationAdmin> nobody = fake(ServiceReference.class, (method, arguments) -> null);
        servers.configurationEvent(new ConfigurationEvent(nobody, type, factory, pid));
    }

    private void write(String pid, String factory, String file, String... pairs) {
        put(pid, factory, file, pairs);
        tell(ConfigurationEvent.CM_UPDATED, pid, factory);
    }

    private void delete(String pid, String factory) {
        configurations.remove(pid);
        tell(ConfigurationEvent.CM_DELETED, pid, factory);
    }

    private NetworkDTO picture() {
        return get(core.snapshot());
    }

    private List<String> serving() {
        return Stream.of(picture().servers).map(server -> server.name).toList();
    }

    private ServerDTO server(String name) {
        until("server " + name, () -> serving().contains(name));
        return Arrays.stream(picture().servers)
                .filter(server -> server.name.equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void servesWhatWasConfiguredBeforeItCame() {
        put("dev.turnout.server~echo", null, "dev.turnout.server~echo.cfg");
        put("dev.turnout.other", null, "dev.turnout.other.cfg");

        servers.bindConfigurations(admin);

        assertEquals("serving", server("echo").state);
        assertEquals(List.of("echo"), serving());
    }

    @Test
    void opensChangesAndClosesWithTheConfiguration() {
        servers.bindConfigurations(admin);

        write("dev.turnout.server~echo", null, "dev.turnout.server~echo.cfg");
        String[] first = server("echo").sockets;
        write("dev.turnout.server~echo", null, "dev.turnout.server~echo.cfg", "max.connections", "7");
        write("dev.turnout.server~echo", null, "dev.turnout.server~echo.cfg", "backlog", "many");
        until("the wrong value is seen", () -> picture().failed.length == 1);

        assertEquals(List.of(first), List.of(server("echo").sockets), "the listener stays");
        assertEquals("backlog", picture().failed[0].property);
        delete("dev.turnout.server~echo", null);
        until("it closes", () -> serving().isEmpty());
        assertEquals(0, picture().failed.length);
    }

    @Test
    void namesAServerAsItsFileDoesEvenWithAMinusSignInIt() {
        servers.bindConfigurations(admin);

        write("dev.turnout.server~echo~unix", "dev.turnout.server~echo", "dev.turnout.server~echo-unix.cfg");

        assertEquals("serving", server("echo-unix").state);
        delete("dev.turnout.server~echo~unix", "dev.turnout.server~echo");
        until("it closes", () -> serving().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"web(1)", "a\\b", "all*", "a=b", ")"})
    void takesEveryNameThatAFileCanHave(String name) {
        servers.bindConfigurations(admin);
        write("dev.turnout.server~other", null, "dev.turnout.server~other.cfg");

        write("dev.turnout.server~" + name, null, "dev.turnout.server~" + name + ".cfg");

        assertEquals("serving", server(name).state);
        delete("dev.turnout.server~" + name, null);
        until("it closes", () -> serving().equals(List.of("other")));
        assertEquals(List.of(), log.warnings());
    }

    @Test
    void leavesInstancesOfTheFactoryToTheirComponent() {
        put("dev.turnout.server~early", FACTORY, "dev.turnout.server-early.cfg");
        servers.bindConfigurations(admin);

        write("dev.turnout.server~late", FACTORY, "dev.turnout.server-late.cfg");
        delete("dev.turnout.server~late", FACTORY);

        assertTrue(core.configured.isEmpty());
    }

    @Test
    void letsTheFirstOfTwoFilesHaveTheNameAndNamesBoth() {
        servers.bindConfigurations(admin);
        Map<String, Object> dashed = Map.of(
                "service.pid", "dev.turnout.server~echo-unix",
                "felix.fileinstall.filename", "file:/etc/dev.turnout.server-echo-unix.cfg",
                "endpoint", "tcp://127.0.0.1:0",
                "protocol", "echo");
        ServerComponent component = new ServerComponent(core, dashed);
        String[] sockets = server("echo-unix").sockets;

        write("dev.turnout.server~echo~unix", "dev.turnout.server~echo", "dev.turnout.server~echo-unix.cfg");
        until("the second is refused", () -> picture().failed.length == 1);

        FailedDTO failed = picture().failed[0];
        assertEquals(List.of("echo-unix"), serving());
        assertEquals(List.of(sockets), List.of(server("echo-unix").sockets));
        assertEquals("file:/etc/dev.turnout.server~echo-unix.cfg", failed.value);
        assertTrue(failed.reason.contains("file:/etc/dev.turnout.server-echo-unix.cfg"), failed.reason);
        assertEquals(1, log.warnings().size(), log.warnings()::toString);

        assertEquals(0, log.endingWith(", as its configuration is gone"));
        component.deactivate(ComponentConstants.DEACTIVATION_REASON_CONFIGURATION_DELETED);
        assertEquals(1, log.endingWith(", as its configuration is gone"));
        until(
                "the second has the name",
                () -> picture().failed.length == 0 && !serving().isEmpty());
        assertEquals(List.of("echo-unix"), serving());
    }

    @Test
    void tellsThatTheNetworkStopsWhenAComponentEndsWithIt() {
        Map<String, Object> dashed =
                Map.of("service.pid", "dev.turnout.server~a", "endpoint", "tcp://127.0.0.1:0", "protocol", "echo");
        ServerComponent component = new ServerComponent(core, dashed);
        server("a");

        component.deactivate(ComponentConstants.DEACTIVATION_REASON_BUNDLE_STOPPED);

        assertEquals(1, log.endingWith(", as the network is stopping"));
    }

    @Test
    void keepsItsServersWhileConfigurationAdminIsAway() {
        servers.bindConfigurations(admin);
        write("dev.turnout.server~echo", null, "dev.turnout.server~echo.cfg");
        String[] sockets = server("echo").sockets;

        servers.unbindConfigurations(admin);
        put("dev.turnout.server~echo", null, "dev.turnout.server~echo.cfg", "max.connections", "1");
        tell(ConfigurationEvent.CM_UPDATED, "dev.turnout.server~echo", null);
        servers.bindConfigurations(admin);

        assertEquals(List.of(sockets), List.of(server("echo").sockets));
        assertEquals(0, picture().failed.length);
    }

    @Test
    void closesAllWhenItEnds() {
        servers.bindConfigurations(admin);
        write("dev.turnout.server~a", null, "dev.turnout.server~a.cfg");
        write("dev.turnout.server~b", null, "dev.turnout.server~b.cfg");
        server("a");
        server("b");

        servers.deactivate();

        assertEquals(List.of(), serving());
        assertTrue(core.configured.isEmpty());
        assertEquals(2, log.endingWith(", as the network is stopping"));
        assertNull(core.servers.stream().findAny().orElse(null));
    }
}
