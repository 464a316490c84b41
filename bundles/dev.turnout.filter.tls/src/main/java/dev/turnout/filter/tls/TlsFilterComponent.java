// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import dev.turnout.api.network.NetworkConstants;
import dev.turnout.api.spi.FilterProvider;
import java.util.Dictionary;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * Is the filter in a framework. It registers the provider itself, because the service's properties name the contexts that can be used: that they change
 * makes the network look again at servers which waited for one.
 */
@Capability(namespace = "osgi.service", attribute = "objectClass:List<String>=\"dev.turnout.api.spi.FilterProvider\"")
@Component(
        service = {},
        immediate = true)
public final class TlsFilterComponent {

    private static final String CONTEXTS = "tls.contexts";

    private final Contexts contexts = new Contexts();
    private final TlsFilterProvider provider = new TlsFilterProvider(contexts);
    private @Nullable ServiceRegistration<FilterProvider> registration;

    /** Makes it; the service comes with {@code activate}. */
    public TlsFilterComponent() {}

    @Activate
    synchronized void activate(BundleContext bundle) {
        registration = bundle.registerService(FilterProvider.class, provider, properties());
    }

    @Deactivate
    synchronized void deactivate() {
        ServiceRegistration<FilterProvider> registered = registration;
        registration = null;
        if (registered != null) {
            registered.unregister();
        }
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindContext(TlsContextComponent context) {
        context.whenUsable(this::changed);
        contexts.add(context);
        changed();
    }

    void unbindContext(TlsContextComponent context) {
        contexts.remove(context);
        changed();
    }

    private synchronized void changed() {
        ServiceRegistration<FilterProvider> registered = registration;
        if (registered != null) {
            registered.setProperties(properties());
        }
    }

    private Dictionary<String, Object> properties() {
        return FrameworkUtil.asDictionary(Map.of(
                NetworkConstants.FILTER_NAME,
                TlsFilterProvider.NAME,
                CONTEXTS,
                contexts.names().toArray(String[]::new)));
    }
}
