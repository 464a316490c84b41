// SPDX-License-Identifier: Apache-2.0
/**
 * How bytes move: the transports as protocols see them.
 *
 * <p>Implemented by transports, which import {@code [1.0,1.1)}; called by protocols, {@code [1.0,2)}. Every method must be called on the transport's
 * loop; from elsewhere it throws {@link java.lang.IllegalStateException} before any effect (JAVA-23). Getters of a closed transport answer
 * neutral values, and writes to it are counted and dropped (BASE-17).
 */
@Export(substitution = Substitution.NOIMPORT)
@Version("1.0.0")
@NullMarked
package dev.turnout.api.transport;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.bundle.Export.Substitution;
import org.osgi.annotation.versioning.Version;
