// SPDX-License-Identifier: Apache-2.0
/**
 * The network as a library: {@link dev.turnout.network.Networks} builds it from loops and transports in a plain {@code main}. Not exported:
 * in a framework the network is a service.
 */
@NullMarked
package dev.turnout.network;

import org.jspecify.annotations.NullMarked;
