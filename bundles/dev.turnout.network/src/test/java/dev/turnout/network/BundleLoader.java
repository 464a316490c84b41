// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleReference;
import org.osgi.framework.Version;

/** Loads one class as if it came from a bundle. */
public final class BundleLoader extends ClassLoader implements BundleReference {

    private final String name;
    private final Version version;

    /** Makes a loader for a bundle of this name and version. */
    public BundleLoader(String name, String version) {
        super(BundleLoader.class.getClassLoader());
        this.name = name;
        this.version = Version.parseVersion(version);
    }

    /** Loads the class anew, apart from all others of its name. */
    public Class<?> load(Class<?> like) throws IOException {
        try (InputStream code = like.getResourceAsStream("/" + like.getName().replace('.', '/') + ".class")) {
            byte[] bytes = code.readAllBytes();
            return defineClass(like.getName(), bytes, 0, bytes.length);
        }
    }

    @Override
    public Bundle getBundle() {
        return (Bundle) Proxy.newProxyInstance(
                BundleLoader.class.getClassLoader(), new Class<?>[] {Bundle.class}, (proxy, method, arguments) -> {
                    return switch (method.getName()) {
                        case "getSymbolicName" -> name;
                        case "getVersion" -> version;
                        case "adapt" -> null; // it is uninstalled: the framework needs the loader no more
                        default -> throw new UnsupportedOperationException(method.getName());
                    };
                });
    }
}
