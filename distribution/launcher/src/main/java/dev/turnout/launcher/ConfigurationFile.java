// SPDX-License-Identifier: Apache-2.0
package dev.turnout.launcher;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a configuration as the file installer does; what is wrong with it is said with its name. */
final class ConfigurationFile {

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}:]+)(?::-([^}]*))?}");

    private ConfigurationFile() {}

    /** Replaces <code>${name}</code> and <code>${name:-otherwise}</code> in a value. */
    static String replaceVariables(String value, Map<String, String> variables) {
        return VARIABLE.matcher(value).replaceAll(found -> {
            String otherwise = found.group(2) == null ? "" : found.group(2);
            return Matcher.quoteReplacement(variables.getOrDefault(found.group(1), otherwise));
        });
    }

    /** Reads the properties, variables and all. */
    static Properties read(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            properties.load(reader);
            return properties;
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " is no properties file: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new IOException("cannot read " + file + " (" + e.getClass().getSimpleName() + ")", e);
        }
    }
}
