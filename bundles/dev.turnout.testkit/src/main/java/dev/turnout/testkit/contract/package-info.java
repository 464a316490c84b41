// SPDX-License-Identifier: Apache-2.0
/**
 * What every transport for streams or datagrams has to do, as abstract test classes.
 *
 * <p>A transport's tests extend each of them and give it a {@link dev.turnout.testkit.contract.StreamFixture}; a transport over sockets begins with a
 * {@link dev.turnout.testkit.contract.SocketFixture}. Used by test code only.
 */
@Export
@Version("1.0.0")
@NullMarked
package dev.turnout.testkit.contract;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
