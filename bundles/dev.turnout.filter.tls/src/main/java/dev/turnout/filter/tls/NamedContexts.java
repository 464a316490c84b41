// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import dev.turnout.api.spi.Logs;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.reflect.Proxy;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.ConfigurationListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * Keeps the contexts whose configuration has the PID {@code dev.turnout.filter.tls~NAME} without being one of the factory, as Felix File Install makes
 * it of a file of that name: to it, the name of a factory ends at a minus sign only. When Configuration Admin leaves, the contexts stay as they are:
 * the component is immediate, as one that is not would end with the last user of its service.
 */
@Component(service = ConfigurationListener.class, immediate = true)
public final class NamedContexts implements ConfigurationListener {

    private static final Logger LOG = Logs.of(NamedContexts.class.getName());
    private static final String PREFIX = TlsContextComponent.PID + "~";

    /** Is a context and its service. */
    private record Registered(TlsContextComponent context, ServiceRegistration<TlsContextComponent> registration) {}

    private final BundleContext bundle;
    private final Map<String, Registered> contexts = new HashMap<>();
    private @Nullable ConfigurationAdmin configurations;

    /** Begins without contexts; they come with Configuration Admin. */
    @Activate
    public NamedContexts(BundleContext bundle) {
        this.bundle = bundle;
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    synchronized void bindConfigurations(ConfigurationAdmin admin) {
        configurations = admin;
        update(pid -> true);
    }

    synchronized void unbindConfigurations(ConfigurationAdmin admin) {
        if (configurations == admin) {
            configurations = null;
        }
    }

    /** Follows one configuration; called on Configuration Admin's thread. */
    @Override
    public synchronized void configurationEvent(ConfigurationEvent event) {
        if (!isNamed(event.getPid(), event.getFactoryPid())) {
            return;
        }
        if (event.getType() == ConfigurationEvent.CM_DELETED) {
            Registered gone = contexts.remove(event.getPid());
            if (gone != null) {
                end(gone);
            }
        } else {
            update(event.getPid()::equals);
        }
    }

    /** Reads those that are wanted. No filter names a single one, as its name may have characters that mean something there. */
    private void update(Predicate<String> wanted) {
        ConfigurationAdmin admin = configurations;
        if (admin == null) {
            return;
        }
        try {
            Configuration[] found = admin.listConfigurations("(service.pid=" + PREFIX + "*)");
            for (Configuration configuration : found == null ? new Configuration[0] : found) {
                if (!wanted.test(configuration.getPid())) {
                    continue;
                }
                Dictionary<String, Object> properties = configuration.getProcessedProperties(null);
                if (properties != null && isNamed(configuration.getPid(), configuration.getFactoryPid())) {
                    offer(configuration.getPid(), FrameworkUtil.asMap(properties));
                }
            }
        } catch (IOException | InvalidSyntaxException | IllegalStateException e) {
            LOG.log(Level.WARNING, "cannot read configurations " + PREFIX + "*: write them anew", e);
        }
    }

    /** Takes a configuration; one that is wrong harms no other, and changes nothing. */
    private void offer(String pid, Map<String, Object> properties) {
        try {
            take(pid, properties);
        } catch (IllegalArgumentException e) {
            LOG.log(
                    Level.WARNING,
                    "the configuration {0} is not taken: {1}; {2}",
                    pid,
                    e.getMessage(),
                    contexts.containsKey(pid) ? "the context stays as it was" : "there is no such context");
        }
    }

    private void take(String pid, Map<String, Object> properties) {
        Registered before = contexts.get(pid);
        if (before != null) {
            before.context.modified(config(properties), properties);
            return;
        }
        Map<String, Object> named = new HashMap<>(properties);
        named.put("service.pid", PREFIX + name(pid));
        TlsContextComponent context = new TlsContextComponent(config(properties), named);
        contexts.put(pid, new Registered(context, bundle.registerService(TlsContextComponent.class, context, null)));
    }

    /** Reads the properties as the component runtime does. */
    private static TlsContextConfig config(Map<String, Object> properties) {
        return (TlsContextConfig) Proxy.newProxyInstance(
                TlsContextConfig.class.getClassLoader(),
                new Class<?>[] {TlsContextConfig.class},
                (proxy, method, arguments) -> {
                    Object value = properties.get(method.getName().replace('_', '.'));
                    return value == null ? method.getDefaultValue() : String.valueOf(value);
                });
    }

    /** Returns NAME as the file has it. */
    private static String name(String pid) {
        return pid.substring(PREFIX.length()).replace('~', '-');
    }

    private static void end(Registered gone) {
        gone.registration.unregister();
        gone.context.deactivate();
    }

    private static boolean isNamed(String pid, @Nullable String factoryPid) {
        return pid.startsWith(PREFIX) && !TlsContextComponent.PID.equals(factoryPid);
    }

    @Deactivate
    synchronized void deactivate() {
        contexts.values().forEach(NamedContexts::end);
        contexts.clear();
    }
}
