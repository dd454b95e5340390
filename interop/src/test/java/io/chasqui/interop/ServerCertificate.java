package io.chasqui.interop;

import io.chasqui.broker.tls.TlsConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate that signs itself, for 127.0.0.1 and localhost, made once a run by the keytool of this JDK. */
final class ServerCertificate {
    private static final String PASSWORD = "changeit";
    private static final ServerCertificate ONE = new ServerCertificate();

    private final Path pem;
    private final Path key;
    private final KeyStore trusted;

    static ServerCertificate get() {
        return ONE;
    }

    private ServerCertificate() {
        try {
            Path directory = Files.createTempDirectory("chasqui-interop");
            Path store = directory.resolve("server.p12");
            List<String> command = List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-keyalg",
                    "EC",
                    "-alias",
                    "server",
                    "-dname",
                    "CN=localhost",
                    "-ext",
                    "SAN=DNS:localhost,IP:127.0.0.1",
                    "-storepass",
                    PASSWORD,
                    "-keystore",
                    store.toString());
            Process keytool =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = keytool.inputReader().lines().collect(Collectors.joining("\n"));
            if (keytool.waitFor() != 0) {
                throw new IllegalStateException(said);
            }
            KeyStore whole = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
            pem = write(
                    directory.resolve("server.pem"),
                    "CERTIFICATE",
                    whole.getCertificate("server").getEncoded());
            key = write(
                    directory.resolve("server.key"),
                    "PRIVATE KEY",
                    whole.getKey("server", PASSWORD.toCharArray()).getEncoded());
            trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("server", whole.getCertificate("server"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path write(Path file, String label, byte[] der) throws IOException {
        String body = Base64.getMimeEncoder().encodeToString(der);
        return Files.writeString(file, "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n");
    }

    TlsConfig config() {
        return TlsConfig.of(pem, key);
    }

    String pem() {
        try {
            return Files.readString(pem);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SHA-256 of its public key, in Base64: how Chromium is told to trust it. */
    String keyDigest() {
        try {
            byte[] key = trusted.getCertificate("server").getPublicKey().getEncoded();
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(key));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Trusts this certificate and no other. */
    TrustManagerFactory trust() {
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(trusted);
            return trust;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    SSLContext context() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust().getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
