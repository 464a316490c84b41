// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.loop.io.LoopGroup;
import dev.turnout.api.network.NetworkConstants;
import dev.turnout.api.network.NetworkControl;
import dev.turnout.api.network.NetworkRuntime;
import dev.turnout.api.network.SwitchListener;
import dev.turnout.api.protocol.ProtocolFactory;
import dev.turnout.api.spi.FilterProvider;
import dev.turnout.api.spi.TransportProvider;
import java.util.Map;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Is the core in a framework: the service registry says who is there. */
@Component(
        service = {NetworkRuntime.class, NetworkControl.class, CoreComponent.class},
        immediate = true)
public final class CoreComponent extends Core {

    /** Makes it over the loops that there are; other loops make another one. */
    @Activate
    public CoreComponent(@Reference LoopGroup loops) {
        super(loops);
    }

    @Reference(
            service = TransportProvider.class,
            target = "(" + NetworkConstants.TRANSPORT_SCHEME + "=*)",
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            updated = "bindTransport")
    void bindTransport(TransportProvider provider, Map<String, Object> properties) {
        addTransport(String.valueOf(properties.get(NetworkConstants.TRANSPORT_SCHEME)), provider, properties);
    }

    void unbindTransport(TransportProvider provider, ServiceReference<TransportProvider> reference) {
        removeTransport(provider, isLeaving(reference));
    }

    @Reference(
            service = FilterProvider.class,
            target = "(" + NetworkConstants.FILTER_NAME + "=*)",
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            updated = "bindFilter")
    void bindFilter(FilterProvider provider, Map<String, Object> properties) {
        addFilter(String.valueOf(properties.get(NetworkConstants.FILTER_NAME)), provider, properties);
    }

    void unbindFilter(FilterProvider provider, ServiceReference<FilterProvider> reference) {
        removeFilter(provider, isLeaving(reference));
    }

    @Reference(
            service = ProtocolFactory.class,
            target = "(" + NetworkConstants.PROTOCOL_NAME + "=*)",
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            updated = "bindProtocol")
    void bindProtocol(ProtocolFactory factory, Map<String, Object> properties) {
        addProtocol(String.valueOf(properties.get(NetworkConstants.PROTOCOL_NAME)), factory, properties);
    }

    void unbindProtocol(ProtocolFactory factory, ServiceReference<ProtocolFactory> reference) {
        removeProtocol(factory, isLeaving(reference));
    }

    /** Tells whether the framework is stopping: its bundles leave one after the other, and none comes back. */
    @Override
    boolean isEnding() {
        Bundle own = FrameworkUtil.getBundle(CoreComponent.class);
        BundleContext context = own == null ? null : own.getBundleContext();
        return super.isEnding()
                || (context != null
                        && context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).getState() == Bundle.STOPPING);
    }

    /** Tells whether the bundle leaves, not only its service. */
    private static boolean isLeaving(ServiceReference<?> reference) {
        Bundle bundle = reference.getBundle();
        return bundle == null || bundle.getState() == Bundle.STOPPING;
    }

    @Reference(
            service = SwitchListener.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindListener(SwitchListener listener) {
        addListener(listener);
    }

    void unbindListener(SwitchListener listener) {
        removeListener(listener);
    }

    @Deactivate
    void deactivate() {
        close();
    }
}
