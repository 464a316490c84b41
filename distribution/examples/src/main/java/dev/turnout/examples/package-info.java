// SPDX-License-Identifier: Apache-2.0
/** Small programs, each with its protocol: the first things to read, to run and to copy. They need no framework. */
@NullMarked
package dev.turnout.examples;

import org.jspecify.annotations.NullMarked;
