// SPDX-License-Identifier: Apache-2.0
/**
 * What tests of loops, transports and protocols share: recording protocols, a loop with a manual clock, and the contract suites that
 * every transport extends. Used by test code only.
 */
@Export
@Version("1.0.0")
@NullMarked
package dev.turnout.testkit;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
