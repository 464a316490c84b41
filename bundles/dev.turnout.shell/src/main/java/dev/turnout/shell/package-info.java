// SPDX-License-Identifier: Apache-2.0
/** Gogo commands of scope {@code turnout} that show what the network does. */
@NullMarked
package dev.turnout.shell;

import org.jspecify.annotations.NullMarked;
