// SPDX-License-Identifier: Apache-2.0
/**
 * What is going on, as data: read by shells, health checks and tests. Import range {@code [1.0,2)}.
 */
@Export(substitution = Substitution.NOIMPORT)
@Version("1.0.0")
@NullMarked
package dev.turnout.api.network.dto;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.bundle.Export.Substitution;
import org.osgi.annotation.versioning.Version;
