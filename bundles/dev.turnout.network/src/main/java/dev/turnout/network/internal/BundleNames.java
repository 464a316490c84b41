// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleReference;
import org.osgi.framework.Version;
import org.osgi.framework.wiring.BundleWiring;

/** Names the bundle that a class comes from; works without a framework too, where the framework's classes may be missing. */
final class BundleNames {

    private static final boolean FRAMEWORK = frameworkIsThere();

    private BundleNames() {}

    /** Returns symbolic name and version, or an empty text for a class that is in no bundle. */
    static String of(Class<?> type) {
        return FRAMEWORK ? Framework.bundleOf(type) : "";
    }

    /** Returns the symbolic name of the bundle that a class comes from, or an empty text for a class that is in no bundle. */
    static String symbolicName(Class<?> type) {
        String bundle = of(type);
        return bundle.isEmpty() ? "" : bundle.substring(0, bundle.lastIndexOf(' '));
    }

    /** Compares the versions of the bundles that two classes come from; classes that are in no bundle are equal. */
    static int compareVersions(Class<?> one, Class<?> other) {
        return FRAMEWORK ? Framework.compareVersions(one, other) : 0;
    }

    /** Returns symbolic name and version. */
    static String of(Bundle bundle) {
        return bundle.getSymbolicName() + " " + bundle.getVersion();
    }

    /** Tells whether the framework itself needs a class loader, because its bundle is installed and has not been updated since. */
    static boolean isInUse(ClassLoader loader) {
        return FRAMEWORK && Framework.isInUse(loader);
    }

    /** Tells whether a class belongs to a bundle that the framework has replaced or uninstalled. */
    static boolean isStale(Class<?> type) {
        ClassLoader loader = type.getClassLoader();
        return loader != null && !of(type).isEmpty() && !isInUse(loader);
    }

    /** Tells whether two classes come from one and the same bundle. */
    static boolean sameBundle(Class<?> one, Class<?> other) {
        return !of(one).isEmpty() && one.getClassLoader() == other.getClassLoader();
    }

    private static boolean frameworkIsThere() {
        try {
            Class.forName("org.osgi.framework.BundleReference", false, BundleNames.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    /** Is loaded only where the framework's classes are. */
    private static final class Framework {
        static String bundleOf(Class<?> type) {
            if (type.getClassLoader() instanceof BundleReference reference) {
                Bundle bundle = reference.getBundle();
                return bundle == null ? "" : of(bundle);
            }
            return "";
        }

        static int compareVersions(Class<?> one, Class<?> other) {
            String first = bundleOf(one);
            String second = bundleOf(other);
            return first.isEmpty() || second.isEmpty() ? 0 : version(first).compareTo(version(second));
        }

        private static Version version(String bundle) {
            return Version.parseVersion(bundle.substring(bundle.lastIndexOf(' ') + 1));
        }

        static boolean isInUse(ClassLoader loader) {
            if (loader instanceof BundleReference reference) {
                Bundle bundle = reference.getBundle();
                BundleWiring now = bundle == null ? null : bundle.adapt(BundleWiring.class);
                return now != null && now.getClassLoader() == loader;
            }
            return false;
        }
    }
}
