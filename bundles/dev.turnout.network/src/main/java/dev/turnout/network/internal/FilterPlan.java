// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.loop.ErrorContext;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.Connection;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.TlsOptions;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.spi.Filter;
import dev.turnout.api.spi.FilterProvider;
import dev.turnout.api.spi.Side;
import dev.turnout.api.spi.TransportProvider;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.Transport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Says which filters stand between transport and protocol, and puts them there.
 *
 * <p>Of {@code a+b+tcp} the filter {@code b} stands directly on the transport, {@code a} on {@code b}, the protocol on {@code a}. Each filter's
 * {@code established} is the moment in which the protocol above it gets {@code connectionMade}.
 *
 * @param names outermost first
 * @param options what each filter is told, by its name
 * @param tls the TLS options given by code, or the defaults
 */
record FilterPlan(List<String> names, Map<String, Map<String, String>> options, TlsOptions tls) {

    /** Says that a filter lacks something which may come. */
    static final class NotReady extends IllegalStateException {
        NotReady(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Names the filter that TLS options are for. */
    static final String TLS = "tls";

    /** Makes the plan of an endpoint; TLS options given by code ask for the filter even if the endpoint does not name it. */
    static FilterPlan of(Endpoint endpoint, @Nullable TlsOptions tls) {
        List<String> names = new ArrayList<>(endpoint.filters());
        if (tls != null && !names.contains(TLS)) {
            names.add(TLS);
        }
        Map<String, Map<String, String>> options = new HashMap<>();
        for (String name : names) {
            Map<String, String> own = new TreeMap<>();
            endpoint.options().forEach((key, value) -> {
                if (key.equals(name)) {
                    own.put("", value);
                } else if (key.startsWith(name + ".")) {
                    own.put(key.substring(name.length() + 1), value);
                }
            });
            options.put(name, own);
        }
        return new FilterPlan(List.copyOf(names), options, tls == null ? TlsOptions.DEFAULTS : tls);
    }

    boolean isEmpty() {
        return names.isEmpty();
    }

    boolean hasTls() {
        return names.contains(TLS);
    }

    /** Tells whether the option of an endpoint is for one of the filters. */
    boolean claims(String key) {
        return names.stream().anyMatch(name -> key.equals(name) || key.startsWith(name + "."));
    }

    /** Returns the name that the TLS peer is to have, or null if nobody said. */
    @Nullable
    String serverHostname() {
        String text = options.getOrDefault(TLS, Map.of()).get(TlsOptions.SERVER_HOSTNAME.name());
        return text == null ? tls.find(TlsOptions.SERVER_HOSTNAME) : text;
    }

    /** Returns a plan that expects the peer to have this name. */
    FilterPlan withServerHostname(String name) {
        return new FilterPlan(names, options, tls.with(TlsOptions.SERVER_HOSTNAME, name));
    }

    /** Tells whether all filters are there. */
    boolean presentIn(Catalog<FilterProvider> filters) {
        return names.stream().allMatch(name -> filters.find(name) != null);
    }

    /** Refuses filters upon a transport that has nothing to put them upon. */
    void requireStreams(TransportProvider provider, Endpoint endpoint) {
        if (!names.isEmpty() && !provider.hasStreams()) {
            throw new IllegalArgumentException(
                    String.join("+", names) + " is for streams of both directions, and " + provider.scheme()
                            + " has none, in " + endpoint
                            + "; leave it out, or take a transport of such streams, as tcp and unix are");
        }
    }

    /**
     * Fails if a filter is missing, or cannot work by its options.
     *
     * @throws UnsupportedOperationException with its name, the present ones and the feature to install
     * @throws IllegalArgumentException if an option is wrong
     * @throws NotReady if something is missing that may come
     */
    void require(Catalog<FilterProvider> filters, Side side, String what) {
        for (String name : names) {
            try {
                find(filters, name, what).check(side, tls, options.getOrDefault(name, Map.of()));
            } catch (IllegalStateException e) {
                throw new NotReady("cannot " + what + ": " + e.getMessage(), e);
            }
        }
    }

    private static FilterProvider find(Catalog<FilterProvider> filters, String name, String what) {
        FilterProvider provider = filters.find(name);
        if (provider == null) {
            throw new UnsupportedOperationException("cannot " + what + ": no filter has the name \"" + name
                    + "\"; present: " + filters.present() + "; install feature turnout-" + name);
        }
        return provider;
    }

    /**
     * Puts the filters below a protocol and returns what the transport is to have. Loop's thread.
     *
     * @param origin whose count of failures goes up if a filter cannot be established (TLS-6)
     * @param established completed with the pair that the protocol sees, after its {@code connectionMade}
     * @throws UnsupportedOperationException if a filter is missing
     * @throws NotReady if something is missing that a filter needs
     */
    BaseProtocol wrap(
            Core core,
            IoLoop loop,
            BaseProtocol protocol,
            Side side,
            String what,
            Origin origin,
            CompletableFuture<Connection<Transport>> established) {
        BaseProtocol upper = protocol;
        Layer layer = new Layer(protocol);
        for (String name : names) {
            BaseProtocol above = upper;
            FilterProvider provider = find(core.filters, name, what);
            layer.filters.add(provider);
            Filter filter;
            try {
                filter = provider.wrap(loop, above, side, tls, options.getOrDefault(name, Map.of()));
            } catch (IllegalStateException e) {
                throw new NotReady("cannot " + what + ": " + e.getMessage(), e);
            }
            filter.established().whenComplete((transport, failure) -> {
                if (failure != null) {
                    origin.failedFilters.incrementAndGet();
                    established.completeExceptionally(LoopCalls.cause(failure));
                    return;
                }
                if (above == protocol) {
                    layer.begin(transport);
                }
                Throwable thrown = begin(loop, above, transport);
                if (thrown != null) {
                    established.completeExceptionally(thrown);
                } else if (above == protocol) {
                    established.complete(new Connection<>(transport, protocol));
                    core.established(layer);
                }
            });
            upper = filter.below();
        }
        core.layers.put(upper, layer);
        return upper;
    }

    /** Returns what the transport is to have instead of filters that cannot be made: it ends the connection before the protocol sees it. */
    static BaseProtocol refuse(Core core, BaseProtocol protocol) {
        Protocol refusal = new Protocol() {
            @Override
            public void connectionMade(BaseTransport transport) {
                Kinds.abort(transport);
            }
        };
        core.layers.put(refusal, new Layer(protocol));
        return refusal;
    }

    /** Begins the protocol above a filter; if that throws, the connection is aborted (CB-2). */
    private static @Nullable Throwable begin(IoLoop loop, BaseProtocol protocol, Transport transport) {
        try {
            protocol.connectionMade(transport);
            return null;
        } catch (Throwable e) {
            transport.abort();
            loop.callExceptionHandler(ErrorContext.of("connectionMade() failed; the connection is aborted", e)
                    .with(ErrorContext.PROTOCOL, protocol)
                    .with(ErrorContext.TRANSPORT, transport));
            if (e instanceof OutOfMemoryError fatal) {
                throw fatal;
            }
            return e;
        }
    }
}
