package io.chasqui.server.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The certificate that a running broker shows, as clients see it. It is looked at whatever is wrong with it, which a client would not;
 * nothing but the handshake goes over the connection.
 */
public final class ServedCertificate {
    private static final int TIMEOUT_MILLIS = 10_000;

    private ServedCertificate() {}

    /**
     * Looks at it.
     *
     * @param authorities PEM file of those to trust; null for those of the JDK
     * @return empty when there is none to be seen: no TLS there, or nobody
     */
    public static List<Finding> check(String host, int port, @Nullable Path authorities, Instant now) {
        try {
            X509TrustManager trust = trust(authorities);
            Seen seen = new Seen();
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {seen}, null);
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
                socket.setSoTimeout(TIMEOUT_MILLIS);
                try (SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(socket, host, port, true)) {
                    tls.startHandshake();
                }
            } catch (IOException e) {
                if (seen.chain.length == 0) {
                    return List.of();
                } // else it wants a certificate of ours, and has shown its own
            }
            return CertificateCheck.served(
                    host, host + ":" + port, List.of(seen.chain), isTrusted(trust, seen.chain), now);
        } catch (GeneralSecurityException | IOException e) {
            return List.of(
                    Finding.error("certificate", authorities + " cannot be read: " + e.getMessage(), "it is PEM"));
        }
    }

    /** A chain that has expired leads to an authority all the same, and that it has expired is found elsewhere. */
    private static boolean isTrusted(X509TrustManager trust, X509Certificate[] chain) {
        try {
            trust.checkServerTrusted(chain, "UNKNOWN");
            return true;
        } catch (CertificateException e) {
            return !String.valueOf(e.getMessage()).contains("path building");
        }
    }

    private static X509TrustManager trust(@Nullable Path authorities) throws GeneralSecurityException, IOException {
        KeyStore store = null;
        if (authorities != null) {
            store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            try (InputStream in = Files.newInputStream(authorities)) {
                int number = 0;
                for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                    store.setCertificateEntry("" + number++, each);
                }
            }
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return (X509TrustManager) factory.getTrustManagers()[0];
    }

    /** Takes any chain, and keeps it. */
    private static final class Seen implements X509TrustManager {
        private X509Certificate[] chain = {};

        @Override
        public void checkClientTrusted(X509Certificate[] theirs, String type) throws CertificateException {
            throw new CertificateException("we are no server");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] theirs, String type) {
            chain = theirs.clone();
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
