// SPDX-License-Identifier: Apache-2.0
/** Measures echo servers of Turnout and its peers against a bare selector loop, all in one run. */
@NullMarked
package dev.turnout.bench;

import org.jspecify.annotations.NullMarked;
