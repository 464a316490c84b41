// SPDX-License-Identifier: Apache-2.0
package dev.turnout.protocol.line;

import dev.turnout.api.protocol.ProtocolContext;
import dev.turnout.api.protocol.ProtocolFactory;
import dev.turnout.api.protocol.ProtocolName;
import java.util.Map;
import org.osgi.service.component.annotations.Component;

/** Makes line protocols; servers name it by {@code protocol=line} and may set {@code protocol.max.line}. */
@Component
@ProtocolName("line")
public final class LineFactory implements ProtocolFactory {

    /** Names the option of the longest line in bytes. */
    static final String MAX_LINE = "max.line";

    private static final int DEFAULT_MAX_LINE = 8192;
    private static final int GREATEST_MAX_LINE = 1 << 20;

    @Override
    public LineProtocol newProtocol(ProtocolContext context) {
        return new LineProtocol(maxLine(context.options()));
    }

    @Override
    public void validate(Map<String, String> options) {
        for (String name : options.keySet()) {
            if (!name.equals(MAX_LINE)) {
                throw new IllegalArgumentException(
                        "unknown option \"protocol." + name + "\"; known: protocol." + MAX_LINE);
            }
        }
        maxLine(options);
    }

    private static int maxLine(Map<String, String> options) {
        String text = options.get(MAX_LINE);
        if (text == null) {
            return DEFAULT_MAX_LINE;
        }
        try {
            int value = Integer.parseInt(text);
            if (value >= 1 && value <= GREATEST_MAX_LINE) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw illegal(text, e);
        }
        throw illegal(text, null);
    }

    private static IllegalArgumentException illegal(String text, @org.jspecify.annotations.Nullable Throwable cause) {
        return new IllegalArgumentException(
                "protocol." + MAX_LINE + "=" + text + " is not legal: expected a number of bytes from 1 to "
                        + GREATEST_MAX_LINE,
                cause);
    }
}
