// SPDX-License-Identifier: Apache-2.0
/**
 * Makes event loops in a program without a framework.
 *
 * <p>Not exported: bundles get their loops as the service {@link dev.turnout.api.loop.io.LoopGroup}.
 */
@NullMarked
package dev.turnout.core;

import org.jspecify.annotations.NullMarked;
