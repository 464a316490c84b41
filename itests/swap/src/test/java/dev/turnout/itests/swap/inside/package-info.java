// SPDX-License-Identifier: Apache-2.0
/** What the swap test puts into the container: the protocol that is replaced, and a bundle that is told what to do. */
package dev.turnout.itests.swap.inside;
