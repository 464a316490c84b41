// SPDX-License-Identifier: Apache-2.0
/**
 * What a new transport or filter implements.
 *
 * <p>Implemented by transport and filter authors, called by the network; both import {@code [1.0,1.1)}, as requests may grow.
 */
@Export(substitution = Substitution.NOIMPORT)
@Version("1.0.0")
@NullMarked
package dev.turnout.api.spi;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.bundle.Export.Substitution;
import org.osgi.annotation.versioning.Version;
