// SPDX-License-Identifier: Apache-2.0
package dev.turnout.manual;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import net.sourceforge.plantuml.FileFormat;
import net.sourceforge.plantuml.FileFormatOption;
import net.sourceforge.plantuml.SourceStringReader;
import org.junit.jupiter.api.Test;

/**
 * Keeps pictures equal to the texts that they are drawn from. After a change of a text, run this test with {@code -Dmanual.write=true} and commit the
 * picture. It is drawn then only, as drawing needs fonts, which differ and may be missing where the build runs.
 */
class PictureTest {

    @Test
    void everyPictureIsDrawnFromItsText() throws Exception {
        for (Path text : texts()) {
            Path picture = Path.of(text.toString().replace(".puml", ".svg"));
            String mark = "<!-- SPDX-License-Identifier: Apache-2.0 --><!-- drawn from " + text.getFileName() + " "
                    + digest(Files.readString(text)) + " -->";
            if (Boolean.getBoolean("manual.write")) {
                Files.writeString(picture, draw(Files.readString(text)).replaceFirst("(?=<svg)", mark));
            }

            assertTrue(
                    Files.readString(picture).contains(mark),
                    () -> "run this test with -Dmanual.write=true and commit " + picture);
        }
    }

    private static List<Path> texts() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("."))) {
            List<Path> texts =
                    files.filter(file -> file.toString().endsWith(".puml")).toList();
            assertFalse(texts.isEmpty());
            return texts;
        }
    }

    private static String digest(String text) throws NoSuchAlgorithmException {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256")
                        .digest(text.replace("\r\n", "\n").getBytes(UTF_8)));
    }

    private static String draw(String text) throws IOException {
        System.setProperty("java.awt.headless", "true");
        ByteArrayOutputStream svg = new ByteArrayOutputStream();
        String told = new SourceStringReader(text)
                .outputImage(svg, new FileFormatOption(FileFormat.SVG))
                .getDescription();
        assertFalse(told.contains("Error"), told);
        return svg.toString(UTF_8);
    }
}
