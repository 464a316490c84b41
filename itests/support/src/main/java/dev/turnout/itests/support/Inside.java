// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.support;

import dev.turnout.api.network.Network;
import dev.turnout.api.network.NetworkConstants;
import dev.turnout.api.network.NetworkRuntime;
import dev.turnout.api.network.dto.FailedDTO;
import dev.turnout.api.network.dto.NetworkDTO;
import dev.turnout.api.network.dto.ServerDTO;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** Is the container as seen by a test that runs inside it. */
public final class Inside {

    private final BundleContext context;

    /** Takes the context of the bundle that the test was put into. */
    public Inside(Class<?> test) {
        context = FrameworkUtil.getBundle(test).getBundleContext();
    }

    /** Returns the context of the test's bundle. */
    public BundleContext context() {
        return context;
    }

    /** Returns a service, waiting for it. */
    public <S> S service(Class<S> type) throws Exception {
        ServiceReference<S> reference = Await.value(
                        "service " + type.getName(),
                        () -> Optional.ofNullable(context.getServiceReference(type)),
                        Optional::isPresent)
                .orElseThrow();
        return context.getService(reference);
    }

    /** Returns the network as the test's bundle has it. */
    public Network network() throws Exception {
        return service(Network.class);
    }

    /** Returns what is going on. */
    public NetworkDTO snapshot() throws Exception {
        return service(NetworkRuntime.class)
                .snapshot()
                .toCompletableFuture()
                .get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** Creates or changes a configured server. */
    public void configure(String name, Map<String, String> properties) throws Exception {
        configuration(NetworkConstants.SERVER_PID, name).update(FrameworkUtil.asDictionary(properties));
    }

    /** Deletes the configuration of a server. */
    public void delete(String name) throws Exception {
        configuration(NetworkConstants.SERVER_PID, name).delete();
    }

    /** Returns one of the configurations that there may be several of. */
    public Configuration configuration(String factoryPid, String name) throws Exception {
        return service(ConfigurationAdmin.class).getFactoryConfiguration(factoryPid, name, "?");
    }

    /** Returns a configured server once it listens. */
    public ServerDTO listening(String name) throws Exception {
        return Await.value("server " + name, () -> server(name), Optional::isPresent)
                .orElseThrow();
    }

    /** Returns the port of a configured server once it listens. */
    public int port(String name) throws Exception {
        String socket = listening(name).sockets[0];
        return Integer.parseInt(socket.substring(socket.lastIndexOf(':') + 1));
    }

    /** Returns a configured server if it listens; one that has closed and has connections left does not count. */
    public Optional<ServerDTO> server(String name) throws Exception {
        return Arrays.stream(snapshot().servers)
                .filter(server -> server.name.equals(name) && server.sockets.length > 0)
                .findFirst();
    }

    /** Returns why a configured server is not as it should be, once that is known. */
    public FailedDTO failure(String name) throws Exception {
        return Await.value(
                        "failure of " + name,
                        () -> Arrays.stream(snapshot().failed)
                                .filter(failed -> failed.name.equals(name))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    /** Returns the bundle of a symbolic name. */
    public Bundle bundle(String symbolicName) {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> symbolicName.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no bundle " + symbolicName));
    }

    /** Returns the framework's wiring. */
    public FrameworkWiring wiring() {
        return context.getBundle(0).adapt(FrameworkWiring.class);
    }
}
