// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.network.NetworkConstants;
import dev.turnout.api.spi.Logs;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
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
 * Keeps the servers whose configuration has the PID {@code dev.turnout.server~NAME} without being one of the factory {@code dev.turnout.server}.
 *
 * <p>That is what Felix File Install makes of {@code etc/dev.turnout.server~NAME.cfg}: to it, the name of a factory ends at a minus sign only, so
 * that {@code ~echo} is a single configuration, and {@code ~echo-unix} the instance {@code unix} of a factory {@code dev.turnout.server~echo}.
 * {@link ServerComponent} sees neither. When Configuration Admin leaves, the servers stay as they are: the component is immediate, as one that is not
 * would end with the last user of its service.
 */
@Component(service = ConfigurationListener.class, immediate = true)
public final class NamedServers implements ConfigurationListener {

    private static final System.Logger LOG = Logs.of("dev.turnout.network");
    private static final String PREFIX = NetworkConstants.SERVER_PID + "~";

    private final CoreComponent core;
    private final Map<String, ConfiguredServer> servers = new HashMap<>();
    private @Nullable ConfigurationAdmin configurations;

    /** Begins without servers; they come with Configuration Admin. */
    @Activate
    public NamedServers(@Reference CoreComponent core) {
        this.core = core;
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
            ConfiguredServer server = servers.remove(event.getPid());
            if (server != null) {
                server.close();
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
                    servers.computeIfAbsent(configuration.getPid(), pid -> new ConfiguredServer(core, name(pid)))
                            .update(FrameworkUtil.asMap(properties));
                }
            }
        } catch (IOException | InvalidSyntaxException | IllegalStateException e) {
            LOG.log(Level.WARNING, "cannot read configurations " + PREFIX + "*: write them anew", e);
        }
    }

    private static boolean isNamed(String pid, @Nullable String factoryPid) {
        return pid.startsWith(PREFIX) && !NetworkConstants.SERVER_PID.equals(factoryPid);
    }

    /** Returns NAME as the file has it. */
    static String name(String pid) {
        return pid.substring(PREFIX.length()).replace('~', '-');
    }

    /** Waits for the addresses to be free, so that whoever comes next can have them. */
    @Deactivate
    synchronized void deactivate() {
        LoopCalls.await(
                core.loops,
                servers.values().stream().map(ConfiguredServer::stop).toList(),
                Core.PATIENCE);
        servers.clear();
    }
}
