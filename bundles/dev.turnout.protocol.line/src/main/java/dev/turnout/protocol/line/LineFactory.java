// SPDX-License-Identifier: Apache-2.0
package dev.turnout.protocol.line;

import dev.turnout.api.network.Effect;
import dev.turnout.api.network.Option;
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
    private static final Option<Long> SIZE = Option.size(
            "protocol." + MAX_LINE, (long) DEFAULT_MAX_LINE, Effect.NEW_CONNECTIONS, "The longest line in bytes.");

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
        long size = SIZE.parse(text);
        if (size < 1 || size > GREATEST_MAX_LINE) {
            throw new IllegalArgumentException(
                    SIZE + "=" + text + " is not legal: expected a size from 1 to " + GREATEST_MAX_LINE + " bytes");
        }
        return (int) size;
    }
}
