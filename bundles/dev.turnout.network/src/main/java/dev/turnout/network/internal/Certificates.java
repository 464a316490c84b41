// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Reads what operators want to know of certificates. Thread: any. */
final class Certificates {

    private Certificates() {}

    /** Returns when the first certificate of either side ends, in milliseconds since 1970; 0 if there is none. */
    static long end(SSLSession session) {
        long own = end(session.getLocalCertificates());
        long peer = 0;
        try {
            peer = end(session.getPeerCertificates());
        } catch (SSLPeerUnverifiedException nobodyAskedForOne) {
            return own;
        }
        return own == 0 || peer == 0 ? Math.max(own, peer) : Math.min(own, peer);
    }

    private static long end(Certificate @Nullable [] chain) {
        long first = 0;
        for (Certificate each : chain == null ? new Certificate[0] : chain) {
            if (each instanceof X509Certificate certificate) {
                long end = certificate.getNotAfter().toInstant().toEpochMilli();
                first = first == 0 ? end : Math.min(first, end);
            }
        }
        return first;
    }
}
