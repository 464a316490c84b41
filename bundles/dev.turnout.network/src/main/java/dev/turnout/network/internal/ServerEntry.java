// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.Server;

/**
 * Is what the network knows about one open server.
 *
 * @param name the name of its configuration, or an empty text
 * @param endpoint where it was told to listen
 * @param origin where its connections come from
 * @param server the transport's server
 */
record ServerEntry(String name, Endpoint endpoint, Origin origin, Server server) {}
