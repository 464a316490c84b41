// SPDX-License-Identifier: Apache-2.0
package dev.turnout.manual;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiles the Java files shown in README and manual, and follows their links. */
class SnippetsTest {

    private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern TYPE = Pattern.compile("\\b(?:class|interface|record) (\\w+)");
    private static final Pattern PACKAGE = Pattern.compile("(?m)^package ([\\w.]+);");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(?:#[^)]*)?\\)");

    @TempDir
    Path classes;

    @Test
    void everyJavaFileOfTheDocumentsCompiles() throws IOException {
        List<JavaFileObject> sources = new ArrayList<>();
        for (Path document : documents()) {
            Matcher block = JAVA.matcher(Files.readString(document));
            while (block.find()) {
                sources.add(source(block.group(1)));
            }
        }
        assertFalse(sources.isEmpty());
        StringWriter messages = new StringWriter();

        boolean compiled = ToolProvider.getSystemJavaCompiler()
                .getTask(messages, null, null, List.of("-proc:none", "-d", classes.toString()), null, sources)
                .call();

        assertTrue(compiled, messages::toString);
    }

    @Test
    void everyRelativeLinkLeadsSomewhere() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path document : documents()) {
            Matcher link = LINK.matcher(Files.readString(document));
            while (link.find()) {
                if (!Files.exists(document.resolveSibling(link.group(1)))) {
                    broken.add(document + " -> " + link.group(1));
                }
            }
        }

        assertEquals(List.of(), broken);
    }

    private static List<Path> documents() throws IOException {
        Path root = Path.of("../..");
        try (Stream<Path> top = Files.list(root);
                Stream<Path> manual = Files.list(Path.of("."))) {
            return Stream.concat(top, manual)
                    .filter(path -> path.toString().endsWith(".md"))
                    .toList();
        }
    }

    private static JavaFileObject source(String text) {
        Matcher type = TYPE.matcher(text);
        assertTrue(type.find(), () -> "no type in the snippet\n" + text);
        Matcher inPackage = PACKAGE.matcher(text);
        String folder = inPackage.find() ? inPackage.group(1).replace('.', '/') + "/" : "";
        URI name = URI.create("string:///" + folder + type.group(1) + ".java");
        return new SimpleJavaFileObject(name, JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return text;
            }
        };
    }
}
