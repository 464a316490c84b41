// SPDX-License-Identifier: Apache-2.0
/**
 * Readiness: what a loop offers to transports beyond {@link dev.turnout.api.loop.EventLoop}.
 *
 * <p>Implemented by the core bundle; called by transports only. The seam to the system is the JDK's own: a loop polls
 * {@link java.nio.channels.SelectableChannel}s of one {@link java.nio.channels.spi.SelectorProvider}. Import range for transports {@code [1.0,2)}.
 */
@Export(substitution = Substitution.NOIMPORT)
@Version("1.0.0")
@NullMarked
package dev.turnout.api.loop.io;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.bundle.Export.Substitution;
import org.osgi.annotation.versioning.Version;
