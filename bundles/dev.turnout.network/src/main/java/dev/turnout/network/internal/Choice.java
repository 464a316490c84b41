// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.NetworkConstants;
import dev.turnout.api.protocol.ProtocolFactory;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Chooses who makes the protocols of one server: the best service of the name, but none that is known to be of no use there.
 *
 * <p>Threads: any.
 */
final class Choice {

    private final Catalog<ProtocolFactory> services;
    /** What connections have found out; of services that are present, as others are forgotten when the next one is found. */
    private final List<Unfit> unfit = new CopyOnWriteArrayList<>();

    Choice(Catalog<ProtocolFactory> services) {
        this.services = services;
    }

    /** Remembers that a service is of no use; tells whether that is new. */
    synchronized boolean found(Unfit wrong) {
        unfit.removeIf(known -> services.entries().stream().noneMatch(entry -> entry.state() == known.service()));
        return unfit.stream().noneMatch(known -> known.isSame(wrong)) && unfit.add(wrong);
    }

    /** Forgets what was found out, so that all services are tried again. */
    void forget() {
        unfit.clear();
    }

    /** Returns the best service that is not known to be of no use, or null. */
    Catalog.@Nullable Entry<ProtocolFactory> fit(String protocol, Map<String, String> options, Endpoint at) {
        return services.entry(protocol, entry -> against(entry, options, at) == null);
    }

    /** Returns the best service that is not known to be of no use; if all are, the best one; or null. */
    Catalog.@Nullable Entry<ProtocolFactory> best(ServerSettings settings) {
        Catalog.Entry<ProtocolFactory> fit = fit(settings.protocol(), settings.protocolOptions(), settings.endpoint());
        return fit == null ? services.entry(settings.protocol()) : fit;
    }

    /** Returns why no service fits although one is there, or null. */
    @Nullable
    Unfit obstacle(ServerSettings settings) {
        Catalog.Entry<ProtocolFactory> best = best(settings);
        return best == null ? null : against(best, settings.protocolOptions(), settings.endpoint());
    }

    private @Nullable Unfit against(Catalog.Entry<ProtocolFactory> service, Map<String, String> options, Endpoint at) {
        for (Unfit one : unfit) {
            if (one.isAbout(service, options, at)) {
                return one;
            }
        }
        return null;
    }

    /** Says why a service cannot serve by these settings, or null if nothing is known against it. */
    Shortfall.@Nullable Failure refusal(Catalog.Entry<ProtocolFactory> service, ServerSettings settings) {
        Map<String, String> options = settings.protocolOptions();
        Unfit wrong = against(service, options, settings.endpoint());
        if (wrong != null) {
            return new Shortfall.Failure(NetworkConstants.PROTOCOL, settings.protocol(), wrong.reason());
        }
        try {
            service.service().validate(options);
            return null;
        } catch (RuntimeException e) {
            String culprit = culprit(service.service(), options);
            return new Shortfall.Failure(
                    NetworkConstants.PROTOCOL_PREFIX + (culprit == null ? "*" : culprit),
                    culprit == null ? options.toString() : String.valueOf(options.get(culprit)),
                    e.getMessage() == null ? "unknown" : e.getMessage());
        }
    }

    /** Returns the option that is refused by itself, or null if they are legal one by one. */
    private static @Nullable String culprit(ProtocolFactory factory, Map<String, String> options) {
        for (Map.Entry<String, String> option : options.entrySet()) {
            try {
                factory.validate(Map.of(option.getKey(), option.getValue()));
            } catch (RuntimeException e) {
                return option.getKey();
            }
        }
        return null;
    }
}
