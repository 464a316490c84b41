// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.turnout.network.BundleLoader;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CatalogTest {

    /** Is a service whose class can come from several bundles. */
    public static final class Service {}

    private final Catalog<Object> catalog = new Catalog<>();

    private static Object of(String bundle, String version) throws Exception {
        return new BundleLoader(bundle, version)
                .load(Service.class)
                .getDeclaredConstructor()
                .newInstance();
    }

    private Object add(String bundle, String version, int ranking, long id) throws Exception {
        Object service = of(bundle, version);
        catalog.add("line", service, Map.of("service.ranking", ranking, "service.id", id));
        return service;
    }

    @Test
    void prefersTheHighestRankingWhateverTheVersion() throws Exception {
        Object ranked = add("line", "1.0.0", 1, 7);
        add("line", "2.0.0", 0, 3);

        assertSame(ranked, catalog.find("line"));
    }

    @Test
    void prefersTheNewestVersionOfOneBundle() throws Exception {
        Object old = add("line", "1.9.0", 0, 3);
        Object newer = add("line", "1.10.0", 0, 7);
        assertSame(newer, catalog.find("line"));

        catalog.remove(newer);

        assertSame(old, catalog.find("line"));
    }

    @Test
    void prefersTheOlderServiceOfDifferentBundles() throws Exception {
        Object first = add("line", "1.0.0", 0, 3);
        Object other = add("other", "9.0.0", 0, 5);
        Object newer = add("line", "2.0.0", 0, 7);

        assertEquals(
                List.of(newer, first, other),
                catalog.entries().stream().map(Catalog.Entry::service).toList());
        assertNull(catalog.find("echo"));
    }
}
