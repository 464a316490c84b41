// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.peer;

import dev.turnout.bench.run.Launch;
import dev.turnout.bench.server.Address;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A server on the JVM.
 *
 * @param name its name
 * @param library a class of the library it is made of, whose jar tells the version
 * @param programs what runs for each kind
 */
record JavaPeer(String name, Class<?> library, Map<String, Program> programs) implements Peer {

    /**
     * A class to run.
     *
     * @param arguments its arguments after the address
     */
    record Program(Class<?> main, List<String> arguments) {}

    /** Begins with no kind. */
    static JavaPeer of(String name, Class<?> library) {
        return new JavaPeer(name, library, Map.of());
    }

    /** Adds a kind, which a class serves. */
    JavaPeer with(String kind, Class<?> main, String... arguments) {
        Map<String, Program> more = new LinkedHashMap<>(programs);
        more.put(kind, new Program(main, List.of(arguments)));
        return new JavaPeer(name, library, more);
    }

    @Override
    public Set<String> kinds() {
        return programs.keySet();
    }

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
        Program program = Objects.requireNonNull(programs.get(Address.kind(where)), where);
        List<String> all = new ArrayList<>(List.of(where));
        all.addAll(program.arguments());
        return launch.java(program.main(), all);
    }
}
