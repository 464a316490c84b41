// SPDX-License-Identifier: Apache-2.0
/** Answers each line in upper case: a protocol with a codec, an option and a hand-over. */
@NullMarked
package dev.turnout.protocol.line;

import org.jspecify.annotations.NullMarked;
