// SPDX-License-Identifier: Apache-2.0
/** The load generator: one thread on the JDK's own channels, in a process of its own, that compares every byte. */
@NullMarked
package dev.turnout.bench.load;

import org.jspecify.annotations.NullMarked;
