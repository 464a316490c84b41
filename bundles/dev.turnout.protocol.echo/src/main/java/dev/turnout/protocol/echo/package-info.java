// SPDX-License-Identifier: Apache-2.0
/** Sends back what it receives: the smallest protocol, made to be copied. */
@NullMarked
package dev.turnout.protocol.echo;

import org.jspecify.annotations.NullMarked;
