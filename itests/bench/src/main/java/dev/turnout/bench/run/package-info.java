// SPDX-License-Identifier: Apache-2.0
/** Processes of the bench and what the operating system counts about them. */
@NullMarked
package dev.turnout.bench.run;

import org.jspecify.annotations.NullMarked;
