// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.distribution;

import aQute.bnd.osgi.Builder;
import aQute.bnd.osgi.Jar;
import dev.turnout.itests.support.Container;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Builds the protocol bundle that README shows, against the API of the packaged container. */
final class HelloBundle {

    /** Is what the protocol of README says first. */
    static final String GREETING = "hello, say something";

    private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern TYPE = Pattern.compile("public final class (\\w+)");
    private static final String PACKAGE = "org.example.hello";

    private HelloBundle() {}

    /** Builds the bundle in a folder, with another greeting. */
    static Path build(Path folder, String version, String greeting) throws Exception {
        Path classes = Files.createDirectories(folder.resolve(version));
        compile(classes, greeting);
        Path bundle = folder.resolve(PACKAGE + "-" + version + ".bundle");
        try (Builder builder = new Builder()) {
            builder.setClasspath(new File[] {classes.toFile(), api()});
            builder.setProperty("Bundle-SymbolicName", PACKAGE);
            builder.setProperty("Bundle-Version", version);
            builder.setProperty("-privatepackage", PACKAGE);
            Jar jar = builder.build();
            if (!builder.isOk()) {
                throw new AssertionError("the bundle cannot be built: " + builder.getErrors() + builder.getWarnings());
            }
            jar.write(bundle.toFile());
        }
        return bundle;
    }

    private static void compile(Path classes, String greeting) throws IOException {
        String readme = Files.readString(Path.of(Container.property("turnout.readme")));
        List<JavaFileObject> sources = JAVA.matcher(readme)
                .results()
                .map(block -> block.group(1))
                .filter(text -> text.startsWith("package " + PACKAGE + ";"))
                .map(text -> source(text.replace(GREETING, greeting)))
                .toList();
        StringWriter messages = new StringWriter();
        boolean compiled = ToolProvider.getSystemJavaCompiler()
                .getTask(
                        messages,
                        null,
                        null,
                        List.of("-proc:none", "--release", "17", "-d", classes.toString()),
                        null,
                        sources)
                .call();
        if (!compiled) {
            throw new AssertionError(messages.toString());
        }
    }

    private static JavaFileObject source(String text) {
        String type = TYPE.matcher(text).results().findFirst().orElseThrow().group(1);
        URI name = URI.create("string:///" + PACKAGE.replace('.', '/') + "/" + type + ".java");
        return new SimpleJavaFileObject(name, JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return text;
            }
        };
    }

    private static File api() throws IOException {
        try (Stream<Path> bundles = Files.list(Container.HOME.resolve("bundle/20"))) {
            return bundles.filter(file -> file.getFileName().toString().startsWith("dev.turnout.api-"))
                    .findFirst()
                    .orElseThrow()
                    .toFile();
        }
    }
}
