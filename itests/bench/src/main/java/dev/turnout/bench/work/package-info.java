// SPDX-License-Identifier: Apache-2.0
/** What is measured in a process of its own without a load generator: timers, calls, children. */
@NullMarked
package dev.turnout.bench.work;

import org.jspecify.annotations.NullMarked;
