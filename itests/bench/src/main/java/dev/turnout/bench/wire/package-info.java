// SPDX-License-Identifier: Apache-2.0
/** Streams with and without TLS, as the load generator and the bare server use them. */
@NullMarked
package dev.turnout.bench.wire;

import org.jspecify.annotations.NullMarked;
