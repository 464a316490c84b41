// SPDX-License-Identifier: Apache-2.0
/** The network service: providers, servers, connections and what is known about them. */
@Capability(namespace = "osgi.implementation", name = "turnout.network", version = "1.0")
@NullMarked
package dev.turnout.network.internal;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Capability;
