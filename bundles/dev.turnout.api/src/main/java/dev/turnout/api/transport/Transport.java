// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.transport;

import org.osgi.annotation.versioning.ProviderType;

/** Moves a stream of bytes both ways: TCP, TLS, unix sockets. */
@ProviderType
public interface Transport extends ReadTransport, WriteTransport {}
