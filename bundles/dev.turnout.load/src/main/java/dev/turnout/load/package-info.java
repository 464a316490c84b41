// SPDX-License-Identifier: Apache-2.0
/** Looks at what is put into the folder of bundles before Felix File Install takes it. */
@NullMarked
package dev.turnout.load;

import org.jspecify.annotations.NullMarked;
