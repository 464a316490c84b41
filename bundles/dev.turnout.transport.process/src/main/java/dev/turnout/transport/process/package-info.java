// SPDX-License-Identifier: Apache-2.0
/** Child processes and their three streams. */
@NullMarked
package dev.turnout.transport.process;

import org.jspecify.annotations.NullMarked;
