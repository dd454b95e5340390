package io.chasqui.client.transport;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** How TLS is done. Immutable; safe on any thread. */
public final class Security {
    private final SslContext context;
    private final boolean checkHostName;

    private Security(SslContext context, boolean checkHostName) {
        this.context = context;
        this.checkHostName = checkHostName;
    }

    /**
     * What is offered, where it is not to be all; empty for all.
     *
     * @param applicationProtocols ALPN
     */
    public record Narrowed(List<String> versions, List<String> ciphers, List<String> applicationProtocols) {}

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
     * @param trusted PEM file of certificate authorities, or a directory of such files, or null for those of the JDK
     * @param certificate PEM file with our own chain, or null
     * @param key PEM file with its key, PKCS #8, not encrypted; or null
     * @throws IllegalArgumentException which names the file that cannot be used
     */
    public static Security of(
            @Nullable Path trusted,
            @Nullable Path certificate,
            @Nullable Path key,
            boolean checkHostName,
            Narrowed narrowed) {
        for (Path file : new @Nullable Path[] {trusted, certificate, key}) {
            if (file != null && !Files.isReadable(file)) {
                throw new IllegalArgumentException("cannot read " + file);
            }
        }
        SslContextBuilder builder =
                SslContextBuilder.forClient().sslProvider(SslProvider.JDK); // also where there is another
        try {
            if (trusted != null) {
                if (Files.isDirectory(trusted)) {
                    builder.trustManager(certificatesIn(trusted));
                } else {
                    builder.trustManager(trusted.toFile());
                }
            }
            if (certificate != null && key != null) {
                builder.keyManager(certificate.toFile(), key.toFile());
            }
            narrow(builder, narrowed);
            return new Security(builder.build(), checkHostName);
        } catch (IOException | CertificateException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "TLS cannot be set up with the files " + trusted + ", " + certificate + ", " + key
                            + " (PEM; the key as PKCS #8): " + e.getMessage(),
                    e);
        }
    }

    private static void narrow(SslContextBuilder builder, Narrowed narrowed) {
        if (!narrowed.versions.isEmpty()) {
            builder.protocols(narrowed.versions);
        }
        if (!narrowed.ciphers.isEmpty()) {
            builder.ciphers(narrowed.ciphers);
        }
        if (!narrowed.applicationProtocols.isEmpty()) {
            builder.applicationProtocolConfig(new ApplicationProtocolConfig(
                    ApplicationProtocolConfig.Protocol.ALPN,
                    ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                    ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                    narrowed.applicationProtocols));
        }
    }

    private static List<X509Certificate> certificatesIn(Path directory) throws IOException, CertificateException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<X509Certificate> all = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.{crt,pem,0}")) {
            for (Path file : files) {
                try (InputStream in = Files.newInputStream(file)) {
                    factory.generateCertificates(in).forEach(each -> all.add((X509Certificate) each));
                }
            }
        }
        if (all.isEmpty()) {
            throw new IllegalArgumentException("no certificates are in the files *.crt, *.pem and *.0 of " + directory);
        }
        return all;
    }

    SslContext context() {
        return context;
    }

    boolean checkHostName() {
        return checkHostName;
    }
}
