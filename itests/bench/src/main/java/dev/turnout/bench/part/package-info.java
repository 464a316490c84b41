// SPDX-License-Identifier: Apache-2.0
/** JMH benchmarks of the parts a data path or a program is made of. */
@NullMarked
package dev.turnout.bench.part;

import org.jspecify.annotations.NullMarked;
