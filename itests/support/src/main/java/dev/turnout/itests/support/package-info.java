// SPDX-License-Identifier: Apache-2.0
/** Runs tests inside an OSGi container and helps them to wait, to talk and to make bundles. */
@NullMarked
package dev.turnout.itests.support;

import org.jspecify.annotations.NullMarked;
