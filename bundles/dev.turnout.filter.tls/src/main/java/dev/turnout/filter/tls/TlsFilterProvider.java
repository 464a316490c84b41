// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.TlsOptions;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.spi.Filter;
import dev.turnout.api.spi.FilterProvider;
import dev.turnout.api.spi.Side;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * Makes the filter {@code tls}: TLS over any stream, by the engine of the JDK or of any other provider that the context is from.
 *
 * <p>Threads: any; filters are made on their loops. Without a framework a context comes with {@link TlsOptions#CONTEXT}.
 *
 * @see "section 20"
 */
public final class TlsFilterProvider implements FilterProvider {

    /** Names the filter in endpoints. */
    static final String NAME = "tls";

    private final Contexts contexts;
    private final Map<IoLoop, LoopBuffers> buffers = Collections.synchronizedMap(new WeakHashMap<>());

    /** Makes a provider without configured contexts. */
    public TlsFilterProvider() {
        this(new Contexts());
    }

    TlsFilterProvider(Contexts contexts) {
        this.contexts = contexts;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Filter wrap(IoLoop loop, BaseProtocol upper, Side side, TlsOptions tls, Map<String, String> options) {
        TlsSettings settings = TlsSettings.of(side, tls, options, contexts);
        return new TlsFilter(loop, buffers.computeIfAbsent(loop, unused -> new LoopBuffers()), upper, settings);
    }

    @Override
    public void check(Side side, TlsOptions tls, Map<String, String> options) {
        TlsSettings settings = TlsSettings.of(side, tls, options, contexts);
        if (side == Side.SERVER) {
            settings.checkEngines(); // a client's are made soon enough, each time
        }
    }
}
