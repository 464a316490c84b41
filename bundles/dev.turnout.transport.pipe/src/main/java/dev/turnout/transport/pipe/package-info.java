// SPDX-License-Identifier: Apache-2.0
/** Pipes: FIFOs, character devices, the process's own standard streams and anonymous pipes, one way each. */
@NullMarked
package dev.turnout.transport.pipe;

import org.jspecify.annotations.NullMarked;
