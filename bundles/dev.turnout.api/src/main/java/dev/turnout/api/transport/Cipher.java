// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.transport;

/**
 * Names what protects a TLS connection.
 *
 * @param name the cipher suite
 * @param protocol the protocol version
 * @param bits the secret bits
 * @see "EXTRA-10"
 */
public record Cipher(String name, String protocol, int bits) {}
