// SPDX-License-Identifier: Apache-2.0
package dev.turnout.manual;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * Keeps the configuration chapter equal to the bundles' metatype. After a change of an option, run this test with
 * {@code -Dmanual.write=true} and commit the chapter.
 */
class ConfigurationReferenceTest {

    private static final String MARK = "<!-- from here on: made from the metatype of the bundles -->\n";

    private static final Path CHAPTER = Path.of("configuration.md");

    @Test
    void chapterSaysWhatTheMetatypeSays() throws Exception {
        String chapter = Files.readString(CHAPTER);
        String written = chapter.substring(0, chapter.indexOf(MARK) + MARK.length());

        String expected = written + reference();

        if (Boolean.getBoolean("manual.write")) {
            Files.writeString(CHAPTER, expected);
        }
        assertEquals(
                expected, Files.readString(CHAPTER), "run this test with -Dmanual.write=true and commit the chapter");
    }

    private static String reference() throws IOException, SAXException, ParserConfigurationException {
        StringBuilder text = new StringBuilder();
        Map<String, Document> metatypes = new TreeMap<>();
        for (String file : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            if (file.contains("dev.turnout") && file.endsWith(".jar")) {
                readMetatypes(file, metatypes);
            }
        }
        metatypes.forEach((pid, metatype) -> render(pid, metatype, text));
        return text.toString();
    }

    private static void readMetatypes(String file, Map<String, Document> metatypes)
            throws IOException, SAXException, ParserConfigurationException {
        try (JarFile jar = new JarFile(file)) {
            for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
                if (entry.getName().startsWith("OSGI-INF/metatype/")
                        && entry.getName().endsWith(".xml")) {
                    try (InputStream in = jar.getInputStream(entry)) {
                        Document metatype = DocumentBuilderFactory.newInstance()
                                .newDocumentBuilder()
                                .parse(in);
                        Element designate = (Element)
                                metatype.getElementsByTagName("Designate").item(0);
                        String pid = designate.getAttribute("factoryPid");
                        metatypes.put(pid.isEmpty() ? designate.getAttribute("pid") : pid + "~NAME", metatype);
                    }
                }
            }
        }
    }

    private static void render(String pid, Document metatype, StringBuilder text) {
        Element type = (Element) metatype.getElementsByTagName("OCD").item(0);
        text.append("\n## `")
                .append(pid)
                .append(".cfg`\n\n")
                .append(type.getAttribute("description"))
                .append("\n\n");
        text.append("| property | default | |\n| --- | --- | --- |\n");
        NodeList attributes = type.getElementsByTagName("AD");
        for (int i = 0; i < attributes.getLength(); i++) {
            Element attribute = (Element) attributes.item(i);
            String fallback = attribute.getAttribute("default");
            text.append("| `").append(attribute.getAttribute("id")).append("` | ");
            text.append(fallback.isEmpty() ? "" : "`" + fallback + "`").append(" | ");
            text.append(attribute.getAttribute("description")).append(" |\n");
        }
    }
}
