package io.chasqui.broker.tls;

import io.chasqui.broker.auth.Peer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.X509CRL;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** What was read from the files of a {@link TlsConfig}, and found to be sound. Immutable. */
public final class TlsMaterial {
    private static final Duration WARN_BEFORE = Duration.ofDays(14);

    private final TlsConfig config;
    private final ServerKeys keys;
    private final @Nullable TrustManager trust;
    private final Instant notBefore;
    private final Instant notAfter;
    private final String firstToExpire;
    private final String digest;

    private TlsMaterial(TlsConfig config, FileContents contents) throws TlsException {
        this.config = config;
        this.digest = contents.digest();
        char[] passphrase = Passphrase.read(config.keyPassphrase(), contents, System.getenv());
        List<ServerKeys.Entry> entries = new ArrayList<>();
        for (int i = 0; i < config.certificate().size(); i++) {
            entries.add(entry(config.certificate().get(i), config.key().get(i), contents, passphrase));
        }
        Arrays.fill(passphrase, ' ');
        this.keys = new ServerKeys(entries);
        this.trust = config.clientCertificates() == TlsConfig.ClientCertificates.NONE ? null : trust(config, contents);
        int first = 0;
        for (int i = 1; i < entries.size(); i++) {
            if (expiry(entries.get(i)).isBefore(expiry(entries.get(first)))) {
                first = i;
            }
        }
        this.notAfter = expiry(entries.get(first));
        this.notBefore = entries.get(first).chain()[0].getNotBefore().toInstant();
        this.firstToExpire = config.certificate().get(first).toString();
    }

    /**
     * Reads all files. Takes milliseconds to seconds.
     *
     * @throws TlsException when one is missing or wrong; nothing has changed then
     */
    public static TlsMaterial read(TlsConfig config) throws TlsException {
        return new TlsMaterial(config, FileContents.read(config.files()));
    }

    private static ServerKeys.Entry entry(Path certificate, Path key, FileContents contents, char[] passphrase)
            throws TlsException {
        List<X509Certificate> chain = Pem.certificates(certificate, contents.of(certificate));
        PrivateKey privateKey = PrivateKeys.read(key, contents.of(key), passphrase);
        if (!PrivateKeys.match(privateKey, chain.getFirst().getPublicKey())) {
            throw new TlsException(key, "not the key of the first certificate in " + certificate);
        }
        List<String> names = ClientIdentity.serverNames(chain.getFirst()).stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .toList();
        return new ServerKeys.Entry(privateKey, chain.toArray(X509Certificate[]::new), names);
    }

    private static Instant expiry(ServerKeys.Entry entry) {
        return Arrays.stream(entry.chain())
                .map(certificate -> certificate.getNotAfter().toInstant())
                .min(Instant::compareTo)
                .orElseThrow();
    }

    /** Takes certificates that a chain leads from to one of the CAs; with revocation lists only those that one vouches for. */
    private static TrustManager trust(TlsConfig config, FileContents contents) throws TlsException {
        try {
            KeyStore anchors = KeyStore.getInstance(KeyStore.getDefaultType());
            anchors.load(null, null);
            for (Path file : config.clientCa()) {
                for (X509Certificate authority : Pem.certificates(file, contents.of(file))) {
                    anchors.setCertificateEntry(String.valueOf(anchors.size()), authority);
                }
            }
            List<X509CRL> lists = new ArrayList<>();
            for (Path file : config.clientCrl()) {
                lists.addAll(Pem.revocationLists(file, contents.of(file)));
            }
            PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, new X509CertSelector());
            parameters.setRevocationEnabled(false);
            if (!lists.isEmpty()) {
                parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(lists)));
                PKIXRevocationChecker checker = (PKIXRevocationChecker)
                        CertPathBuilder.getInstance("PKIX").getRevocationChecker();
                checker.setOptions(EnumSet.of(
                        PKIXRevocationChecker.Option.PREFER_CRLS, // and never ask a server
                        PKIXRevocationChecker.Option.NO_FALLBACK));
                parameters.addCertPathChecker(checker);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(new CertPathTrustManagerParameters(parameters));
            return factory.getTrustManagers()[0];
        } catch (GeneralSecurityException e) {
            throw new TlsException(config.clientCa().toString(), e);
        } catch (java.io.IOException e) {
            if (e instanceof TlsException told) {
                throw told;
            }
            throw new IllegalStateException(e); // an empty key store is not read from anywhere
        }
    }

    /** Chooses the server's certificate. */
    public KeyManager keys() {
        return keys;
    }

    /** Judges clients' certificates; null where none are asked for. */
    public @Nullable TrustManager trust() {
        return trust;
    }

    /** Whether a client that shows this chain would be let in now. Takes a fraction of a millisecond. */
    public boolean trusts(X509Certificate[] chain) {
        if (trust == null) {
            return true; // nobody is asked any more
        }
        try {
            ((X509TrustManager) trust).checkClientTrusted(chain, "UNKNOWN");
            return true;
        } catch (CertificateException revokedOrUnknown) {
            return false;
        }
    }

    /** When the first of the server's certificates, or of their chains, expires. */
    public Instant notAfter() {
        return notAfter;
    }

    /** The file with that certificate. */
    public String firstToExpire() {
        return firstToExpire;
    }

    /** Whether it is time to say so: two weeks before, or the last third of a short life. */
    boolean expiresSoon(Instant now) {
        Duration third = Duration.between(notBefore, notAfter).dividedBy(3);
        Duration early = third.compareTo(WARN_BEFORE) < 0 ? third : WARN_BEFORE;
        return now.isAfter(notAfter.minus(early));
    }

    /** Whether this was made of the same bytes. */
    public boolean sameAs(TlsMaterial other) {
        return digest.equals(other.digest);
    }

    /** What is to be known of a client whose handshake is over. */
    public Peer.Tls peer(SSLSession session) {
        return new Peer.Tls(
                session.getProtocol(),
                session.getCipherSuite(),
                session instanceof ExtendedSSLSession extended ? ServerKeys.requestedName(extended) : null,
                certificate(session));
    }

    private Peer.@Nullable Certificate certificate(SSLSession session) {
        if (trust == null) {
            return null;
        }
        try {
            X509Certificate shown = (X509Certificate) session.getPeerCertificates()[0];
            return new Peer.Certificate(
                    config.identity().of(shown).orElse(null),
                    ClientIdentity.subject(shown),
                    HexFormat.of().formatHex(FileContents.sha256().digest(shown.getEncoded())),
                    shown.getNotAfter().toInstant());
        } catch (SSLPeerUnverifiedException e) {
            return null; // it was not asked to show one, or did not
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e); // it came encoded
        }
    }
}
