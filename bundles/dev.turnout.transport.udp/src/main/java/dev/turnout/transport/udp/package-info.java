// SPDX-License-Identifier: Apache-2.0
/** Datagrams over UDP: the transport of scheme {@code udp}. Without a framework, make a {@link dev.turnout.transport.udp.UdpProvider}. */
@NullMarked
package dev.turnout.transport.udp;

import org.jspecify.annotations.NullMarked;
