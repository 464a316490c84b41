// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.network;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Names one option, with its type and how it is written as text in endpoints and configurations.
 *
 * @param <T> the type of the value
 * @param name the name in texts: lower case, dotted
 * @param fallback the value that holds unless another is set; null means that the system decides
 * @param effect when a change takes effect on a configured server
 * @param syntax what a legal text looks like, for error texts and the manual
 * @param description one sentence for the manual
 * @param parser makes the value from text; throws {@link IllegalArgumentException} for a bad one
 */
public record Option<T>(
        String name,
        @Nullable T fallback,
        Effect effect,
        String syntax,
        String description,
        Function<String, T> parser) {

    /** The longest time: a hundred years, far above what anybody wants, and far below where sums of nanoseconds overflow. */
    public static final Duration LONGEST_TIME = Duration.ofDays(36_500);

    private static final String ONLY_CODE = "a value that only code can set";
    private static final String TIME = "a time such as 250ms, 30s, 5m, 1h or PT30S";
    private static final long MOST_SECONDS_IN_MILLIS = Long.MAX_VALUE / 1000; // what a number of milliseconds can tell
    private static final Pattern AMOUNT = Pattern.compile("(\\d+)\\s*([a-zA-Z]*)");

    /** Says that a time is longer than any may be. */
    private static final class TooLong extends IllegalArgumentException {
        TooLong(String text) {
            super(text);
        }
    }

    /** Returns the value that the text stands for; the error names option, text and legal syntax. */
    public T parse(String text) {
        try {
            return parser.apply(text.strip());
        } catch (TooLong e) {
            throw new IllegalArgumentException(
                    name + "=" + text + " is not legal: expected " + syntax + "; the longest is " + text(LONGEST_TIME),
                    e);
        } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
            throw new IllegalArgumentException(name + "=" + text + " is not legal: expected " + syntax, e);
        }
    }

    /** Tells whether no text can set it. */
    boolean isForCodeOnly() {
        return syntax.equals(ONLY_CODE);
    }

    /** Returns an option that is on or off. */
    public static Option<Boolean> flag(String name, boolean fallback, Effect effect, String description) {
        return new Option<>(name, fallback, effect, "true or false", description, Option::bool);
    }

    /** Returns an option that is a whole number within a range. */
    public static Option<Integer> number(
            String name, @Nullable Integer fallback, int least, int most, Effect effect, String description) {
        return new Option<>(
                name, fallback, effect, "a whole number from " + least + " to " + most, description, text -> {
                    int value = Integer.parseInt(text);
                    if (value < least || value > most) {
                        throw new IllegalArgumentException(text);
                    }
                    return value;
                });
    }

    /** Returns an option that is a time, with 0 for off. */
    public static Option<Duration> time(String name, Duration fallback, Effect effect, String description) {
        return time(name, fallback, ", or 0 for off", effect, description);
    }

    /** Returns an option that is a time until something happens, with 0 for at once. */
    public static Option<Duration> delay(String name, Duration fallback, Effect effect, String description) {
        return time(name, fallback, ", or 0 for at once", effect, description);
    }

    /** Returns an option that is a time which always bounds something, so that 0 is refused. */
    public static Option<Duration> bound(String name, Duration fallback, Effect effect, String description) {
        return new Option<>(name, fallback, effect, TIME + ", and not 0", description, text -> {
            Duration value = duration(text);
            if (value.isZero()) {
                throw new IllegalArgumentException(text);
            }
            return value;
        });
    }

    private static Option<Duration> time(
            String name, Duration fallback, String zero, Effect effect, String description) {
        return new Option<>(name, fallback, effect, TIME + zero, description, Option::duration);
    }

    /** Returns an option that is a size in bytes. */
    public static Option<Long> size(String name, @Nullable Long fallback, Effect effect, String description) {
        return new Option<>(name, fallback, effect, "a size such as 512, 16KiB or 1MiB", description, Option::bytes);
    }

    /** Returns an option that is a size in bytes with an upper bound. */
    public static Option<Long> size(
            String name, @Nullable Long fallback, long most, Effect effect, String description) {
        String syntax = "a size of at most " + most + " bytes, such as 512, 16KiB or 1MiB";
        return new Option<>(name, fallback, effect, syntax, description, text -> {
            Long value = bytes(text);
            if (value > most) {
                throw new IllegalArgumentException(text);
            }
            return value;
        });
    }

    /** Returns an option that is one of the values of an enumeration, written in lower case. */
    public static <E extends Enum<E>> Option<E> choice(String name, E fallback, Effect effect, String description) {
        Class<E> type = fallback.getDeclaringClass();
        String syntax = Arrays.stream(type.getEnumConstants())
                .map(value -> value.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
        return new Option<>(
                name,
                fallback,
                effect,
                "one of " + syntax,
                description,
                text -> Enum.valueOf(type, text.toUpperCase(Locale.ROOT)));
    }

    /** Returns an option that only code can set, because its value has no text. */
    public static <T> Option<T> object(String name, @Nullable T fallback, String description) {
        return new Option<>(name, fallback, Effect.REBIND, ONLY_CODE, description, text -> {
            throw new IllegalArgumentException(text);
        });
    }

    /** Writes a time for people, as they may write it in an option: {@code 500ms}, {@code 2s}, {@code 1m}, {@code 1h}, {@code 0}. */
    public static String text(Duration time) {
        if (!time.equals(time.truncatedTo(ChronoUnit.SECONDS))) {
            boolean millis = time.equals(time.truncatedTo(ChronoUnit.MILLIS))
                    && time.toSeconds() > -MOST_SECONDS_IN_MILLIS
                    && time.toSeconds() < MOST_SECONDS_IN_MILLIS;
            return millis ? time.toMillis() + "ms" : time.toString();
        }
        long seconds = time.toSeconds();
        if (seconds == 0) {
            return "0";
        }
        return seconds % 3600 == 0 ? seconds / 3600 + "h" : seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
    }

    private static Boolean bool(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "on", "yes" -> Boolean.TRUE;
            case "false", "off", "no" -> Boolean.FALSE;
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static Duration duration(String text) {
        if (text.startsWith("P")) {
            Duration value = Duration.parse(text);
            if (value.isNegative()) {
                throw new IllegalArgumentException(text);
            }
            return bounded(value, text);
        }
        Matcher amount = amount(text);
        long value = Long.parseLong(amount.group(1));
        return switch (amount.group(2)) {
            case "ms" -> times(ChronoUnit.MILLIS, value, text);
            case "s" -> times(ChronoUnit.SECONDS, value, text);
            case "m" -> times(ChronoUnit.MINUTES, value, text);
            case "h" -> times(ChronoUnit.HOURS, value, text);
            case "" -> {
                if (value != 0) {
                    throw new IllegalArgumentException(text + " has no unit");
                }
                yield Duration.ZERO;
            }
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static Duration times(ChronoUnit unit, long value, String text) {
        try {
            return bounded(Duration.of(value, unit), text);
        } catch (ArithmeticException e) {
            throw new TooLong(text);
        }
    }

    private static Duration bounded(Duration value, String text) {
        if (value.compareTo(LONGEST_TIME) > 0) {
            throw new TooLong(text);
        }
        return value;
    }

    private static Long bytes(String text) {
        Matcher amount = amount(text);
        long value = Long.parseLong(amount.group(1));
        return switch (amount.group(2)) {
            case "", "B" -> value;
            case "KiB" -> Math.multiplyExact(value, 1L << 10);
            case "MiB" -> Math.multiplyExact(value, 1L << 20);
            case "GiB" -> Math.multiplyExact(value, 1L << 30);
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static Matcher amount(String text) {
        Matcher matcher = AMOUNT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(text);
        }
        return matcher;
    }

    @Override
    public String toString() {
        return name;
    }
}
