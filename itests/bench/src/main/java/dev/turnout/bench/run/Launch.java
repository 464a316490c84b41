// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How processes are started.
 *
 * @param java the home of the JDK that runs servers and load
 * @param feature the JDK's feature version
 * @param classPath what they run from
 * @param python the interpreter to use, or an empty text for any
 * @param cores where they run
 * @param lean whether JVMs compile nothing and have a small young generation, so that what becomes resident is in use
 */
public record Launch(Path java, int feature, String classPath, String python, Cores cores, boolean lean) {

    /** The same for every JVM. Serial: what a JVM on one processor chooses anyway, said openly. */
    public static final List<String> FLAGS = List.of("-Xms512m", "-Xmx512m", "-XX:+UseSerialGC");

    private static final Pattern VERSION = Pattern.compile("JAVA_VERSION=\"?(\\d[^\"]*)\"?");
    private static final List<String> LEAN = List.of("-Xint", "-Xmn4m");

    /** Starts by a JDK at a place. */
    public static Launch of(Path java, String classPath, String python, Cores cores) throws IOException {
        return new Launch(java, Integer.parseInt(version(java).split("\\D", 2)[0]), classPath, python, cores, false);
    }

    /** Returns the version of a JDK. */
    public static String version(Path java) throws IOException {
        Path release = java.resolve("release");
        if (!Files.isReadable(release)) {
            throw noJdk(java, "it has no file 'release'");
        }
        if (!Files.isExecutable(java.resolve("bin/java"))) {
            throw noJdk(java, "it has no program 'bin/java'");
        }
        for (String line : Files.readAllLines(release)) {
            Matcher version = VERSION.matcher(line);
            if (version.matches()) {
                return version.group(1);
            }
        }
        throw noJdk(java, "its file 'release' has no JAVA_VERSION");
    }

    private static IllegalArgumentException noJdk(Path java, String why) {
        return new IllegalArgumentException(
                "there is no JDK at " + java + ", as " + why + "; give a folder as JAVA_HOME names one");
    }

    /** Returns the flags of every JVM. */
    public List<String> flags() {
        List<String> flags = new ArrayList<>(FLAGS);
        if (feature >= 22) {
            // what earlier ones allow without a word
            flags.add("--enable-native-access=ALL-UNNAMED");
        }
        if (lean) {
            flags.addAll(LEAN);
        }
        return flags;
    }

    /** Returns the same on all cores. */
    public Launch unpinned() {
        return new Launch(java, feature, classPath, python, cores.unpinned(), lean);
    }

    /** Returns the same with lean JVMs. */
    public Launch sparing() {
        return new Launch(java, feature, classPath, python, cores, true);
    }

    /** Returns the command that runs a class. */
    public List<String> java(Class<?> main, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(java.resolve("bin/java").toString()));
        command.addAll(flags());
        command.addAll(List.of("-cp", classPath, main.getName()));
        command.addAll(arguments);
        return command;
    }
}
