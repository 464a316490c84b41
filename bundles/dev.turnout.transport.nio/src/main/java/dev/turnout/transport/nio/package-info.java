// SPDX-License-Identifier: Apache-2.0
/**
 * Tools for authors of stream transports: what every transport over a selectable channel has in common.
 *
 * <p>A transport describes its sockets by a {@link dev.turnout.transport.nio.SocketKind}; {@link dev.turnout.transport.nio.Connector} and
 * {@link dev.turnout.transport.nio.StreamServer} do the rest and make {@link dev.turnout.transport.nio.StreamChannelTransport}s.
 * Pipes come as {@link dev.turnout.transport.nio.PipeChannel}s.
 * Used by transports only, which import {@code [1.0,1.1)}. Everything here belongs on the thread of its loop.
 */
@Export(substitution = Substitution.NOIMPORT)
@Version("1.0.0")
@NullMarked
package dev.turnout.transport.nio;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.bundle.Export.Substitution;
import org.osgi.annotation.versioning.Version;
