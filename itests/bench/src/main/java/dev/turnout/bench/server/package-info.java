// SPDX-License-Identifier: Apache-2.0
/** Echo servers, each a process of its own: Turnout, its peers, and the bare loop they are measured against. */
@NullMarked
package dev.turnout.bench.server;

import org.jspecify.annotations.NullMarked;
