// SPDX-License-Identifier: Apache-2.0
/**
 * What can go wrong outside: the system's errors as exception types.
 *
 * <p>Thrown by loops, transports and the network; caught by everybody. Import range {@code [1.0,2)}.
 */
@Export(substitution = Substitution.NOIMPORT)
@Version("1.0.0")
@NullMarked
package dev.turnout.api.error;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.bundle.Export.Substitution;
import org.osgi.annotation.versioning.Version;
