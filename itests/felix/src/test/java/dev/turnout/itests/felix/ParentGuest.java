// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.felix;

import dev.turnout.api.network.Network;
import dev.turnout.api.network.ProcessOptions;
import dev.turnout.api.protocol.SubprocessProtocol;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** Starts a child, which has one of its own, when its bundle starts, and leaves it running when that stops. */
public final class ParentGuest implements BundleActivator, SubprocessProtocol {

    @Override
    public void start(BundleContext context) {
        Network network = context.getService(context.getServiceReference(Network.class));
        network.subprocessShell(ParentGuest::new, "setsid sleep 90 & wait", ProcessOptions.DEFAULTS);
    }

    @Override
    public void stop(BundleContext context) {
        // whoever gave the child takes it back
    }
}
