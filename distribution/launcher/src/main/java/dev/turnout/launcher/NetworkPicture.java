// SPDX-License-Identifier: Apache-2.0
package dev.turnout.launcher;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/**
 * Holds what the network says about its configured servers.
 *
 * <p>Read by reflection: the API's classes live in its bundle, which can be updated because this class path has none of them.
 *
 * @param serving where each server listens, by name
 * @param waiting where each server is that is set up but answers nobody yet, and why, by name
 * @param failed why each other server does not, by name
 */
record NetworkPicture(Map<String, List<String>> serving, Map<String, String> waiting, Map<String, String> failed) {

    private static final String RUNTIME = "dev.turnout.api.network.NetworkRuntime";
    private static final Pattern SCHEME = Pattern.compile("^([^:]*:(?://)?).*$");
    private static final NetworkPicture EMPTY = new NetworkPicture(Map.of(), Map.of(), Map.of());

    /** Asks the network; the answer is empty as long as there is none. */
    static NetworkPicture take(BundleContext context) throws InterruptedException {
        ServiceReference<?> reference = context.getServiceReference(RUNTIME);
        Object runtime = reference == null ? null : context.getService(reference);
        if (runtime == null) {
            return EMPTY;
        }
        try {
            Class<?> type = reference.getBundle().loadClass(RUNTIME);
            CompletionStage<?> answer =
                    (CompletionStage<?>) type.getMethod("snapshot").invoke(runtime);
            return of(answer.toCompletableFuture().get(5, TimeUnit.SECONDS));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("service " + RUNTIME + " is not what this launcher was built for", e);
        } catch (ExecutionException | TimeoutException e) {
            return EMPTY; // it is on its way in or out: the next question will tell
        } finally {
            context.ungetService(reference);
        }
    }

    private static NetworkPicture of(Object network) throws ReflectiveOperationException {
        Map<String, List<String>> serving = new TreeMap<>();
        Map<String, String> waiting = new TreeMap<>();
        for (Object server : array(network, "servers")) {
            String name = text(server, "name");
            String scheme = SCHEME.matcher(text(server, "endpoint")).replaceFirst("$1");
            List<String> sockets = Arrays.stream(array(server, "sockets"))
                    .map(address -> scheme + address)
                    .toList();
            String state = text(server, "state");
            if (name.isEmpty() || state.equals("closed")) {
                continue;
            }
            if (state.equals("serving")) {
                serving.put(name, sockets);
            } else {
                String where = sockets.isEmpty() ? text(server, "endpoint") : String.join(", ", sockets);
                waiting.put(name, where + " is " + state);
            }
        }
        Map<String, String> failed = new TreeMap<>();
        for (Object server : array(network, "failed")) {
            failed.put(text(server, "name"), text(server, "reason"));
        }
        return new NetworkPicture(serving, waiting, failed);
    }

    private static Object[] array(Object dto, String field) throws ReflectiveOperationException {
        return (Object[]) dto.getClass().getField(field).get(dto);
    }

    private static String text(Object dto, String field) throws ReflectiveOperationException {
        return (String) dto.getClass().getField(field).get(dto);
    }

    /** Adds the servers whose files cannot be read, of which the network does not know. */
    NetworkPicture and(List<ServerFile> servers) {
        Map<String, String> all = new TreeMap<>(failed);
        for (ServerFile server : servers) {
            String fault = server.fault();
            if (fault != null) {
                all.putIfAbsent(server.name(), fault);
            }
        }
        return new NetworkPicture(serving, waiting, all);
    }

    /** Tells whether all of these servers listen, as far as their files can be read. */
    boolean serves(List<ServerFile> servers) {
        return servers.stream().allMatch(server -> server.fault() != null || serving.containsKey(server.name()));
    }

    /** Tells whether the network has an answer for all of these servers. */
    boolean knows(List<ServerFile> servers) {
        return servers.stream()
                .allMatch(server -> server.fault() != null
                        || serving.containsKey(server.name())
                        || waiting.containsKey(server.name())
                        || failed.containsKey(server.name()));
    }
}
