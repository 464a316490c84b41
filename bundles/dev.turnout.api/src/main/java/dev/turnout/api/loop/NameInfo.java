// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.loop;

/**
 * Names an address.
 *
 * @param host the host's name, or its literal address if it has no name
 * @param service the service's name, or the port number as text
 * @see "EXEC-7"
 */
public record NameInfo(String host, String service) {}
