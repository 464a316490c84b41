// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.network.NetworkConstants;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.ComponentConstants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;

/** Is one configuration of a server. A change of it modifies this component, which therefore lives as long as the configuration. */
@Component(
        service = {},
        name = NetworkConstants.SERVER_PID,
        configurationPid = NetworkConstants.SERVER_PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = ServerConfig.class, factory = true)
public final class ServerComponent {

    private final CoreComponent core;
    private final ConfiguredServer server;

    /** Opens the server, as soon as everything is there that it needs; does not wait for it. */
    @Activate
    public ServerComponent(@Reference CoreComponent core, Map<String, Object> properties) {
        this.core = core;
        this.server = new ConfiguredServer(core, name(properties));
        server.update(properties);
    }

    @Modified
    void modified(Map<String, Object> properties) {
        server.update(properties);
    }

    /** Waits for the address to be free, so that whoever comes next can have it. */
    @Deactivate
    void deactivate(int reason) {
        LoopCalls.await(core.loops, List.of(isAboutThis(reason) ? server.close() : server.stop()), Core.PATIENCE);
    }

    /** Tells whether the configuration has ended, or this component alone; else the network does. */
    private static boolean isAboutThis(int reason) {
        return reason == ComponentConstants.DEACTIVATION_REASON_CONFIGURATION_DELETED
                || reason == ComponentConstants.DEACTIVATION_REASON_CONFIGURATION_MODIFIED
                || reason == ComponentConstants.DEACTIVATION_REASON_DISABLED;
    }

    /** Returns NAME of {@code dev.turnout.server~NAME}; Configuration Admin's own names are made of other signs. */
    static String name(Map<String, ?> properties) {
        String pid = String.valueOf(properties.get("service.pid"));
        return pid.startsWith(NetworkConstants.SERVER_PID) && pid.length() > NetworkConstants.SERVER_PID.length()
                ? pid.substring(NetworkConstants.SERVER_PID.length() + 1)
                : pid;
    }
}
