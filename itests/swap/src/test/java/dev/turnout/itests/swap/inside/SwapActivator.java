// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.swap.inside;

import dev.turnout.api.protocol.ProtocolFactory;
import java.util.Map;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;

/** Offers the protocol "swap" as its bundle's manifest says. */
public final class SwapActivator implements BundleActivator {

    @Override
    public void start(BundleContext context) {
        Build build = Build.of(context);
        Map<String, Object> properties =
                Map.of("turnout.protocol.name", "swap", "service.ranking", Build.number(context, "Swap-Ranking"));
        context.registerService(
                ProtocolFactory.class, made -> new SwapProtocol(build), FrameworkUtil.asDictionary(properties));
    }

    @Override
    public void stop(BundleContext context) {
        // the framework takes the service away
    }
}
