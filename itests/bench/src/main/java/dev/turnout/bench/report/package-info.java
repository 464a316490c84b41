// SPDX-License-Identifier: Apache-2.0
/** The results: text, JSON, and a page with plots. */
@NullMarked
package dev.turnout.bench.report;

import org.jspecify.annotations.NullMarked;
