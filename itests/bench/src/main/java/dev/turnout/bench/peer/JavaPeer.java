// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.peer;

import dev.turnout.bench.run.Launch;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A server on the JVM.
 *
 * @param main the class to run
 * @param arguments its arguments after the address
 * @param library a class of the library it is made of, whose jar tells the version
 */
record JavaPeer(String name, Set<String> kinds, Class<?> main, List<String> arguments, Class<?> library)
        implements Peer {

    @Override
    public String version(Launch launch) {
        if (library.getClassLoader() == null) {
            return "JDK";
        }
        String jar = library.getProtectionDomain().getCodeSource().getLocation().getPath();
        String version = jar.replaceFirst(".*?-(\\d[^/]*)\\.jar$", "$1");
        return version.equals(jar) ? "of this tree" : version;
    }

    @Override
    public List<String> command(Launch launch, String where) {
        List<String> all = new ArrayList<>(List.of(where));
        all.addAll(arguments);
        return launch.java(main, all);
    }
}
