// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Describes the configuration of a TLS context. An empty text means that the property is not set. */
@ObjectClassDefinition(
        name = "Turnout TLS context",
        description =
                "A named set of certificates and keys for endpoints such as tls+tcp://0.0.0.0:8443?tls=NAME; changed files"
                        + " are taken for new connections, a broken one is reported and changes nothing.")
public @interface TlsContextConfig {

    /** Returns the file of a key store. */
    @AttributeDefinition(name = "keystore", description = "The file of a PKCS#12 or JKS key store.", required = false)
    String keystore() default "";

    /** Returns the key store's password. */
    @AttributeDefinition(name = "keystore.password", description = "The password of the key store.", required = false)
    String keystore_password() default "";

    /** Returns the keys' password. */
    @AttributeDefinition(
            name = "key.password",
            description =
                    "The password of the keys in it, if it is not that of the key store; that of encrypted PEM keys.",
            required = false)
    String key_password() default "";

    /** Returns the PEM files of certificates. */
    @AttributeDefinition(
            name = "certificate",
            description = "The PEM file of a certificate and its chain, or several separated by commas.",
            required = false)
    String certificate() default "";

    /** Returns the PEM files of private keys. */
    @AttributeDefinition(
            name = "key",
            description = "The PEM file of the certificate's private key, or as many as certificates.",
            required = false)
    String key() default "";

    /** Returns the file of the certificates to trust. */
    @AttributeDefinition(
            name = "truststore",
            description =
                    "The file of the certificates to trust: PKCS#12, JKS or PEM; those of the JDK if it is not set.",
            required = false)
    String truststore() default "";

    /** Returns the trust store's password. */
    @AttributeDefinition(
            name = "truststore.password",
            description = "The password of the trust store.",
            required = false)
    String truststore_password() default "";

    /** Returns the name of a security provider. */
    @AttributeDefinition(
            name = "provider",
            description =
                    "The name of the security provider whose TLS is used, such as Conscrypt; the JDK's if it is not"
                            + " set.",
            required = false)
    String provider() default "";

    /** Returns how often to look for changed files. */
    @AttributeDefinition(
            name = "reload.interval",
            description = "How often to look for changed files: a time such as 10s or 5m; 0 for never.",
            required = false)
    String reload_interval() default "10s";
}
