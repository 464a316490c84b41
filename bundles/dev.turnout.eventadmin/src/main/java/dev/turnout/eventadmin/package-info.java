// SPDX-License-Identifier: Apache-2.0
/** Hands events about switches to OSGi Event Admin. */
@NullMarked
package dev.turnout.eventadmin;

import org.jspecify.annotations.NullMarked;
