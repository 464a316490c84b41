// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;

/** Writes {@code results.json}, the page {@code report.html}, which needs nothing but itself, and {@code report.md}. */
public final class Report {

    private static final String CHARTS_POM = "/META-INF/maven/org.webjars.npm/chart.js/pom.properties";

    private Report() {}

    /**
     * Writes all three, each as a whole or not at all: a failure leaves what was written before.
     *
     * @param circumstances machine, versions, command and the like
     */
    public static void write(Path folder, Map<String, Object> circumstances, List<Section> sections)
            throws IOException {
        Map<String, Object> all = new LinkedHashMap<>(circumstances);
        all.put("scenarios", sections.stream().map(Section::map).toList());
        String json = Json.of(all);
        replace(folder.resolve("results.json"), json);
        String page = resource("report.html")
                .replace("@style@", resource("report.css"))
                // without the address of a file that is not there
                .replace("@charts@", charts().replaceFirst("//# sourceMappingURL=\\S+", ""))
                .replace("@results@", json.replace("</", "<\\/"))
                .replace("@script@", resource("report.js"));
        replace(folder.resolve("report.html"), page);
        replace(folder.resolve("report.md"), Markdown.of(circumstances, sections));
    }

    private static void replace(Path file, String text) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.writeString(fresh, text);
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static String charts() throws IOException {
        Properties pom = new Properties();
        pom.load(new StringReader(resource(CHARTS_POM)));
        return resource(
                "/META-INF/resources/webjars/chart.js/" + pom.getProperty("version") + "/dist/chart.umd.min.js");
    }

    private static String resource(String name) {
        try (InputStream stream = Report.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(stream, name).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + name, e);
        }
    }
}
