// SPDX-License-Identifier: Apache-2.0
/** The servers that take part, and how each is started. */
@NullMarked
package dev.turnout.bench.peer;

import org.jspecify.annotations.NullMarked;
