// SPDX-License-Identifier: Apache-2.0
/**
 * Turns and time: the event loop that everything else runs on.
 *
 * <p>Implemented by the core bundle only; called by everybody. Import range for users {@code [1.0,2)}, for the implementer {@code [1.0,1.1)}.
 * All of a loop's methods belong on its own thread, except those that say otherwise.
 */
@Export(substitution = Substitution.NOIMPORT)
@Version("1.0.0")
@NullMarked
package dev.turnout.api.loop;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.bundle.Export.Substitution;
import org.osgi.annotation.versioning.Version;
