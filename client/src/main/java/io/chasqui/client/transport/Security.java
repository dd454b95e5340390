package io.chasqui.client.transport;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** How TLS is done. Immutable; safe on any thread. */
public final class Security {
    private final SslContext context;
    private final boolean checkHostName;

    private Security(SslContext context, boolean checkHostName) {
        this.context = context;
        this.checkHostName = checkHostName;
    }

    /** With a context that the application has made. */
    public static Security of(SSLContext context, boolean checkHostName) {
        return new Security(
                new JdkSslContext(
                        context,
                        true,
                        null,
                        IdentityCipherSuiteFilter.INSTANCE_DEFAULTING_TO_SUPPORTED_CIPHERS,
                        ApplicationProtocolConfig.DISABLED,
                        ClientAuth.NONE,
                        null,
                        false),
                checkHostName);
    }

    /**
     * TLS 1.2 and 1.3 with the JDK.
     *
     * @param trusted PEM file of certificate authorities, or null for those of the JDK
     * @param certificate PEM file with our own chain, or null
     * @param key PEM file with its key, PKCS #8, not encrypted; or null
     * @throws IllegalArgumentException which names the file that cannot be used
     */
    public static Security of(
            @Nullable Path trusted, @Nullable Path certificate, @Nullable Path key, boolean checkHostName) {
        for (Path file : new @Nullable Path[] {trusted, certificate, key}) {
            if (file != null && !Files.isReadable(file)) {
                throw new IllegalArgumentException("cannot read " + file);
            }
        }
        SslContextBuilder builder =
                SslContextBuilder.forClient().sslProvider(SslProvider.JDK); // also where there is another
        try {
            if (trusted != null) {
                builder.trustManager(trusted.toFile());
            }
            if (certificate != null && key != null) {
                builder.keyManager(certificate.toFile(), key.toFile());
            }
            return new Security(builder.build(), checkHostName);
        } catch (SSLException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "TLS cannot be set up with the files " + trusted + ", " + certificate + ", " + key
                            + " (PEM; the key as PKCS #8): " + e.getMessage(),
                    e);
        }
    }

    SslContext context() {
        return context;
    }

    boolean checkHostName() {
        return checkHostName;
    }
}
