// SPDX-License-Identifier: Apache-2.0
/** Streams over unix-domain sockets: the transport of scheme {@code unix}. Without a framework, make a {@link dev.turnout.transport.unix.UnixProvider}. */
@NullMarked
package dev.turnout.transport.unix;

import org.jspecify.annotations.NullMarked;
