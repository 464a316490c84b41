// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.network.Network;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;

/** Is the network service of one bundle: what the bundle opens ends with it. */
@Component(service = Network.class, scope = ServiceScope.BUNDLE)
public final class NetworkComponent extends BoundNetwork {

    /** Makes the service for the bundle that asks for it. */
    @Activate
    public NetworkComponent(ComponentContext context, @Reference CoreComponent core) {
        super(core, BundleNames.of(context.getUsingBundle()));
    }

    @Deactivate
    void deactivate() {
        release();
    }
}
