// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.testkit.LogCapture;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;

/** Says what becomes of configurations whose PIDs have the tilde without being of the factory. */
class NamedContextsTest {

    private final List<String> registered = new ArrayList<>();

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static Configuration configuration(String name, String interval) {
        Dictionary<String, Object> properties =
                FrameworkUtil.asDictionary(Map.of("reload.interval", interval, "nonsense", name));
        return proxy(Configuration.class, (self, method, arguments) -> switch (method.getName()) {
            case "getPid" -> TlsContextComponent.PID + "~" + name;
            case "getProcessedProperties" -> properties;
            default -> null;
        });
    }

    private BundleContext bundle() {
        return proxy(BundleContext.class, (self, method, arguments) -> {
            registered.add(((TlsContextComponent) arguments[1]).name());
            return proxy(ServiceRegistration.class, (service, called, with) -> null);
        });
    }

    @Test
    @SuppressWarnings("unchecked")
    void everyNameThatAFileCanHaveIsTaken() {
        ServiceReference<ConfigurationAdmin> nobody = proxy(ServiceReference.class, (self, method, arguments) -> null);
        List<String> names = List.of("web(1)", "a\\b", "all*", ")");
        List<Configuration> all = new ArrayList<>();
        NamedContexts contexts = new NamedContexts(bundle());
        contexts.bindConfigurations(proxy(ConfigurationAdmin.class, (self, method, arguments) -> {
            Filter filter = FrameworkUtil.createFilter(String.valueOf(arguments[0]));
            return all.stream()
                    .filter(each -> filter.matches(Map.of("service.pid", each.getPid())))
                    .toArray(Configuration[]::new);
        }));

        for (String name : names) {
            all.add(configuration(name, "0"));
            contexts.configurationEvent(new ConfigurationEvent(
                    nobody, ConfigurationEvent.CM_UPDATED, null, TlsContextComponent.PID + "~" + name));
        }

        assertEquals(names, registered, "each once");
        contexts.deactivate();
    }

    @Test
    void aWrongConfigurationIsReportedAndHarmsNoOther() {
        Configuration[] all = {configuration("first", "0"), configuration("wrong", "often"), configuration("last", "0")
        };
        NamedContexts contexts = new NamedContexts(bundle());

        try (LogCapture log = new LogCapture()) {
            contexts.bindConfigurations(proxy(ConfigurationAdmin.class, (self, method, arguments) -> all));

            List<String> told = log.messages().stream()
                    .filter(each -> each.startsWith("WARNING"))
                    .toList();
            assertEquals(3, told.size(), told::toString);
            assertTrue(told.get(0).contains("first: unknown property \"nonsense\""), told::toString);
            assertTrue(
                    told.get(1).contains("dev.turnout.filter.tls~wrong")
                            && told.get(1).contains("reload.interval=often"),
                    told::toString);
        }
        assertEquals(List.of("first", "last"), registered);
        contexts.deactivate();
    }
}
