// SPDX-License-Identifier: Apache-2.0
/**
 * Who meets whom: opens connections and servers by endpoint, and shows what is going on.
 *
 * <p>Implemented by the network bundle; called by applications, which import {@code [1.0,2)}. Options are immutable values, shared with transports.
 */
@Export(substitution = Substitution.NOIMPORT)
@Version("1.0.0")
@NullMarked
package dev.turnout.api.network;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.bundle.Export.Substitution;
import org.osgi.annotation.versioning.Version;
