// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.Effect;
import dev.turnout.api.network.Option;
import dev.turnout.api.network.ServerOptions;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The description of a server's configuration says of each option what the option itself says. */
class ServerConfigTest {

    private static final Path SOURCE = Path.of("src/main/java/dev/turnout/network/internal/ServerConfig.java");

    private final Map<String, Method> attributes = Arrays.stream(ServerConfig.class.getDeclaredMethods())
            .filter(method -> !method.isSynthetic())
            .collect(Collectors.toMap(method -> method.getName().replace('_', '.'), Function.identity()));

    /** Tells the options that have a text; those that only code can set have none. */
    private static Set<Option<?>> textOptions() {
        return ServerOptions.DEFAULTS.known().values().stream()
                .filter(option -> !option.syntax().contains("only code"))
                .collect(Collectors.toSet());
    }

    @Test
    void coversEveryOptionThatHasAText() {
        Set<String> expected = textOptions().stream().map(Option::name).collect(Collectors.toCollection(TreeSet::new));
        expected.add("endpoint");
        expected.add("protocol");

        assertEquals(expected, new TreeSet<>(attributes.keySet()));
    }

    @Test
    void givesEachOptionItsDefault() {
        for (Option<?> option : textOptions()) {
            String text = (String) attributes.get(option.name()).getDefaultValue();

            assertNotNull(text, option.name());
            assertEquals(option.fallback(), text.isEmpty() ? null : option.parse(text), option.name());
        }
    }

    /** Annotations of this kind are not kept at run time, so the source is read. */
    @Test
    void saysOfEachOptionWhatItDoesAndWhenAChangeTakesEffect() throws IOException {
        String source = Files.readString(SOURCE).replaceAll("\"\\s*\\+\\s*\"", "");
        Map<Effect, String> words = Map.of(
                Effect.LIVE, "A change takes effect live.",
                Effect.NEW_CONNECTIONS, "A change takes effect for new connections.",
                Effect.REBIND, "A change takes effect by rebinding.");

        for (Option<?> option : textOptions()) {
            Matcher attribute = Pattern.compile(
                            "name = \"" + Pattern.quote(option.name()) + "\",\\s*description =\\s*\"([^\"]*)\"")
                    .matcher(source);
            assertTrue(attribute.find(), option.name());
            assertEquals(option.description() + " " + words.get(option.effect()), attribute.group(1));
        }
    }
}
