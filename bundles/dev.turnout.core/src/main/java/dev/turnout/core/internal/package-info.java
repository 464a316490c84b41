// SPDX-License-Identifier: Apache-2.0
/**
 * Loops over a {@link java.nio.channels.Selector}.
 *
 * <p>{@link dev.turnout.core.internal.SelectorLoop} is the loop; everything else in here is a part of one loop and lives on its thread. Other threads
 * meet it in {@link dev.turnout.core.internal.ReadyQueue} alone.
 */
@NullMarked
package dev.turnout.core.internal;

import org.jspecify.annotations.NullMarked;
