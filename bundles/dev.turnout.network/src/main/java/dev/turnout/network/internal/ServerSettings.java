// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.network.Effect;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.NetworkConstants;
import dev.turnout.api.network.Option;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.network.StreamOptions;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Holds what the configuration of one server asks for, checked as far as it can be without opening anything.
 *
 * @param endpoint where to listen, with the options that are its own
 * @param plan the filters
 * @param protocol the protocol's name
 * @param protocolOptions what the protocol's factory is told
 * @param options the server's options
 */
record ServerSettings(
        Endpoint endpoint,
        FilterPlan plan,
        String protocol,
        Map<String, String> protocolOptions,
        ServerOptions options) {

    /** Says which property is wrong, and why. */
    static final class WrongValue extends Exception {
        final String property;
        final String value;

        WrongValue(String property, String value, @Nullable String reason) {
            super(reason);
            this.property = property;
            this.value = value;
        }
    }

    /** The beginnings of keys that Configuration Admin, containers and their helpers add; they are no settings of the server. */
    private static final Set<String> FOREIGN = Set.of(
            "service.", "component.", "felix.", "org.", "osgi.", "objectClass", ".", "webconsole.", "jmx.", "config.");

    /** Reads a configuration: an empty text counts as not set. */
    static ServerSettings read(Map<String, ?> configuration) throws WrongValue {
        Map<String, String> texts = new TreeMap<>();
        configuration.forEach((key, value) -> {
            String text = String.valueOf(value).strip();
            if (!text.isEmpty() && !foreign(key)) {
                texts.put(key, text);
            }
        });
        Endpoint endpoint = endpoint(texts.remove(NetworkConstants.ENDPOINT));
        String protocol = texts.remove(NetworkConstants.PROTOCOL);
        if (protocol == null) {
            throw new WrongValue(
                    NetworkConstants.PROTOCOL, "", "it is missing; name a protocol, such as protocol=echo");
        }
        Map<String, String> forProtocol = new TreeMap<>();
        ServerOptions options = ServerOptions.DEFAULTS;
        for (Map.Entry<String, String> entry : texts.entrySet()) {
            if (entry.getKey().startsWith(NetworkConstants.PROTOCOL_PREFIX)) {
                forProtocol.put(entry.getKey().substring(NetworkConstants.PROTOCOL_PREFIX.length()), entry.getValue());
            } else {
                options = with(options, entry.getKey(), entry.getValue());
            }
        }
        FilterPlan plan = FilterPlan.of(endpoint, null);
        try {
            options = Arguments.merge(endpoint, plan, options);
        } catch (IllegalArgumentException e) {
            throw new WrongValue(NetworkConstants.ENDPOINT, endpoint.toString(), e.getMessage());
        }
        checkMarks(options);
        return new ServerSettings(endpoint, plan, protocol, forProtocol, options);
    }

    private static void checkMarks(ServerOptions options) throws WrongValue {
        long high = options.get(StreamOptions.WRITE_HIGH);
        Long low = options.find(StreamOptions.WRITE_LOW);
        if (low != null && low > high) {
            throw new WrongValue(
                    StreamOptions.WRITE_LOW.name(),
                    low.toString(),
                    "it is above " + StreamOptions.WRITE_HIGH + "=" + high + "; lower it, or raise "
                            + StreamOptions.WRITE_HIGH);
        }
    }

    private static boolean foreign(String key) {
        return FOREIGN.stream().anyMatch(key::startsWith);
    }

    private static Endpoint endpoint(@Nullable String text) throws WrongValue {
        if (text == null) {
            throw new WrongValue(
                    NetworkConstants.ENDPOINT, "", "it is missing; write for example endpoint=tcp://127.0.0.1:8080");
        }
        try {
            return Endpoint.parse(text);
        } catch (IllegalArgumentException e) {
            throw new WrongValue(NetworkConstants.ENDPOINT, text, e.getMessage());
        }
    }

    private static ServerOptions with(ServerOptions options, String key, String value) throws WrongValue {
        if (key.equals(FilterPlan.TLS) || key.startsWith(FilterPlan.TLS + ".")) {
            throw new WrongValue(
                    key,
                    value,
                    "it is an option of a filter, which stands in the endpoint alone; write it there, as in"
                            + " endpoint=tls+tcp://127.0.0.1:8443?" + key + "=" + value);
        }
        try {
            return options.with(Map.of(key, value));
        } catch (IllegalArgumentException e) {
            throw new WrongValue(key, value, e.getMessage());
        }
    }

    /** Tells whether the change from the given settings needs a new listening socket. */
    boolean needsRebind(ServerSettings from) {
        if (!endpoint.withoutOptions().equals(from.endpoint.withoutOptions()) || !plan.equals(from.plan)) {
            return true;
        }
        for (Option<?> option : options.known().values()) {
            if (option.effect() == Effect.REBIND && !Objects.equals(options.find(option), from.options.find(option))) {
                return true;
            }
        }
        return false;
    }

    /** Tells whether connections that begin from now on differ from those that began by the given settings. */
    boolean changesConnections(ServerSettings from) {
        if (!protocol.equals(from.protocol) || !protocolOptions.equals(from.protocolOptions)) {
            return true;
        }
        for (Option<?> option : options.known().values()) {
            if (option.effect() == Effect.NEW_CONNECTIONS
                    && !Objects.equals(options.find(option), from.options.find(option))) {
                return true;
            }
        }
        return false;
    }

    /** Tells whether both cannot be bound at the same time: same path, or same port on whatever host. */
    boolean collidesWith(ServerSettings other) {
        if (!endpoint.scheme().equals(other.endpoint.scheme())) {
            return false;
        }
        return endpoint.host() == null
                ? endpoint.path().equals(other.endpoint.path())
                : endpoint.port() != 0 && endpoint.port() == other.endpoint.port();
    }
}
