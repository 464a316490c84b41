// SPDX-License-Identifier: Apache-2.0
/**
 * What bytes mean: the five kinds of protocol, the factories that make them, and the contract by which one takes over from another.
 *
 * <p>Implemented by protocol authors, whose bundles import {@code [1.0,2)}; called by transports and the network, {@code [1.0,1.1)}.
 * All callbacks of one connection run on its loop's thread, one after the other, never nested, except {@code pauseWriting}, which runs inside a write.
 */
@Export(substitution = Substitution.NOIMPORT)
@Version("1.0.0")
@NullMarked
package dev.turnout.api.protocol;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.bundle.Export.Substitution;
import org.osgi.annotation.versioning.Version;
