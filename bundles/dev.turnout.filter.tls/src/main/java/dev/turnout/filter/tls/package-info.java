// SPDX-License-Identifier: Apache-2.0
/** TLS over any stream: the filter {@code tls}. Without a framework, make a {@link dev.turnout.filter.tls.TlsFilterProvider}. */
@NullMarked
package dev.turnout.filter.tls;

import org.jspecify.annotations.NullMarked;
