// SPDX-License-Identifier: Apache-2.0
/** Starts the plain Felix container from the command line; knows OSGi's launch API and no class of Turnout. */
@NullMarked
package dev.turnout.launcher;

import org.jspecify.annotations.NullMarked;
