// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.protocol;

import dev.turnout.api.loop.EventLoop;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/** Tells a factory for whom it makes a protocol. */
@ProviderType
public interface ProtocolContext {

    /** Returns the loop the connection will live on. */
    EventLoop loop();

    /** Returns the name of the configured server, or an empty text. */
    String server();

    /** Returns the server's {@code protocol.*} properties, without that prefix. */
    Map<String, String> options();
}
