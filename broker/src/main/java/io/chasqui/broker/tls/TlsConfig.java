package io.chasqui.broker.tls;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * How a listener speaks TLS. Immutable. Files are PEM, and are read when the listener starts and whenever they change.
 *
 * @param certificate one file for each certificate, each with its chain, the certificate itself first. Which one a client
 *     sees depends on the name that it asks for (SNI) and on the signatures that it knows; the first one is for those who
 *     ask for none of the names
 * @param key one file for each certificate, in the same order; PKCS#8, also encrypted, PKCS#1 or SEC 1
 * @param keyPassphrase where the passphrase of encrypted keys is: {@code file:PATH} or {@code env:NAME}; empty for none
 * @param clientCertificates whether clients show one
 * @param clientCa whose client certificates are taken
 * @param clientCrl revocation lists; when there is one, there must be a valid one for every issuer
 * @param identity what of a client's certificate says who the client is
 * @param minVersion oldest version that is spoken
 * @param ciphers names of cipher suites as the JDK has them; empty for a sane choice
 * @param reloadInterval how often to look whether files have changed, 1 s to 1 d
 */
public record TlsConfig(
        List<Path> certificate,
        List<Path> key,
        String keyPassphrase,
        ClientCertificates clientCertificates,
        List<Path> clientCa,
        List<Path> clientCrl,
        ClientIdentity identity,
        Version minVersion,
        List<String> ciphers,
        Duration reloadInterval) {

    /** Whether clients show a certificate. One that is shown must be good, or there is no connection. */
    public enum ClientCertificates {
        NONE,
        OPTIONAL,
        REQUIRED
    }

    /** A version of TLS. */
    public enum Version {
        TLS_1_2("1.2"),
        TLS_1_3("1.3");

        private final String label;

        Version(String label) {
            this.label = label;
        }

        /** {@code 1.2} */
        public String label() {
            return label;
        }

        /** {@code TLSv1.2} */
        public String protocol() {
            return "TLSv" + label;
        }
    }

    /** What applies where nothing is said; without a certificate, so nobody can listen with it. */
    public static final TlsConfig DEFAULT = new TlsConfig(
            List.of(),
            List.of(),
            "",
            ClientCertificates.NONE,
            List.of(),
            List.of(),
            ClientIdentity.CN,
            Version.TLS_1_2,
            List.of(),
            Duration.ofSeconds(10));

    public TlsConfig {
        certificate = List.copyOf(certificate);
        key = List.copyOf(key);
        clientCa = List.copyOf(clientCa);
        clientCrl = List.copyOf(clientCrl);
        ciphers = List.copyOf(ciphers);
    }

    /** Server certificates and their keys; all else as usual. */
    public static TlsConfig of(Path certificate, Path key) {
        return new TlsConfig(
                List.of(certificate),
                List.of(key),
                "",
                DEFAULT.clientCertificates,
                List.of(),
                List.of(),
                DEFAULT.identity,
                DEFAULT.minVersion,
                List.of(),
                DEFAULT.reloadInterval);
    }

    /** The same for clients with certificates. */
    public TlsConfig withClients(
            ClientCertificates newClientCertificates, List<Path> ca, List<Path> crl, ClientIdentity newIdentity) {
        return new TlsConfig(
                certificate,
                key,
                keyPassphrase,
                newClientCertificates,
                ca,
                crl,
                newIdentity,
                minVersion,
                ciphers,
                reloadInterval);
    }

    public TlsConfig withReloadInterval(Duration newReloadInterval) {
        return new TlsConfig(
                certificate,
                key,
                keyPassphrase,
                clientCertificates,
                clientCa,
                clientCrl,
                identity,
                minVersion,
                ciphers,
                newReloadInterval);
    }

    /** All files that this is read from, the passphrase's included. */
    List<Path> files() {
        return Stream.of(
                        certificate,
                        key,
                        clientCa,
                        clientCrl,
                        Passphrase.file(keyPassphrase).stream().toList())
                .flatMap(List::stream)
                .toList();
    }
}
