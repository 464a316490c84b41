// SPDX-License-Identifier: Apache-2.0
/** What is measured: a further scenario is one more class here and one more line in {@link dev.turnout.bench.scenario.Scenarios}. */
@NullMarked
package dev.turnout.bench.scenario;

import org.jspecify.annotations.NullMarked;
