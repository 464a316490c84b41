// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.swap.inside;

import dev.turnout.api.protocol.ProtocolFactory;
import java.util.Map;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;

/** Offers the protocols of streams, datagrams and child processes as its bundle's manifest says. */
public final class SwapActivator implements BundleActivator {

    @Override
    public void start(BundleContext context) {
        Build build = Build.of(context);
        offer(context, "swap", made -> new SwapProtocol(build));
        offer(context, "swap-datagrams", made -> new SwapDatagrams(build));
        offer(context, "swap-child", made -> new SwapChild(build, false));
    }

    private static void offer(BundleContext context, String name, ProtocolFactory factory) {
        Map<String, Object> properties =
                Map.of("turnout.protocol.name", name, "service.ranking", Build.number(context, "Swap-Ranking"));
        context.registerService(ProtocolFactory.class, factory, FrameworkUtil.asDictionary(properties));
    }

    @Override
    public void stop(BundleContext context) {
        // the framework takes the service away
    }
}
