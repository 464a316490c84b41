// SPDX-License-Identifier: Apache-2.0
/** Streams over TCP: the transport of scheme {@code tcp}. Without a framework, make a {@link dev.turnout.transport.tcp.TcpProvider}. */
@NullMarked
package dev.turnout.transport.tcp;

import org.jspecify.annotations.NullMarked;
