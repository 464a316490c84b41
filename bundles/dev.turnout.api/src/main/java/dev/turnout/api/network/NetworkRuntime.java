// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.network;

import dev.turnout.api.network.dto.NetworkDTO;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/** Shows what is going on, as data. Any thread. */
@ProviderType
public interface NetworkRuntime {

    /** Collects a picture on each loop in turn; completes when all loops have answered. */
    CompletionStage<NetworkDTO> snapshot();
}
