package io.chasqui.broker.tls;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** A certification authority for tests: certificates and revocation lists in DER, by hand, for Java can only read them. */
public final class TestPki {
    private static final byte[] SHA256_ECDSA = oid("06082a8648ce3d040302");
    private static final byte[] BASIC_CONSTRAINTS = oid("0603551d13");
    private static final byte[] ALTERNATIVE_NAME = oid("0603551d11");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
    private static long serials = 1;

    /** A name of the Subject Alternative Name, by its number there. */
    public record Name(int kind, String text) {
        public static Name email(String text) {
            return new Name(1, text);
        }

        public static Name dns(String text) {
            return new Name(2, text);
        }

        public static Name uri(String text) {
            return new Name(6, text);
        }
    }

    /** Somebody who can prove who he is. */
    public record Party(KeyPair keys, X509Certificate certificate) {
        public String certificatePem() {
            return pem("CERTIFICATE", encoded(certificate));
        }

        public String keyPem() {
            return pem("PRIVATE KEY", keys.getPrivate().getEncoded());
        }
    }

    private final KeyPair keys = keys("EC");
    private final X500Principal subject = new X500Principal("CN=Test Authority,O=Chasqui");
    private final X509Certificate certificate = sign(subject, keys, List.of(), 1, Duration.ofDays(1), true);

    public X509Certificate certificate() {
        return certificate;
    }

    public String pem() {
        return pem("CERTIFICATE", encoded(certificate));
    }

    /** A server that is reached as {@code names}. */
    public Party server(String... names) {
        return issue(
                "CN=" + names[0],
                "EC",
                Duration.ofDays(1),
                java.util.Arrays.stream(names).map(Name::dns).toArray(Name[]::new));
    }

    public Party client(String distinguishedName, Name... names) {
        return issue(distinguishedName, "EC", Duration.ofDays(1), names);
    }

    /** @param validity from now on; negative for one that has expired */
    public Party issue(String distinguishedName, String algorithm, Duration validity, Name... names) {
        KeyPair theirs = keys(algorithm);
        return new Party(
                theirs, sign(new X500Principal(distinguishedName), theirs, List.of(names), serial(), validity, false));
    }

    private static synchronized long serial() {
        return ++serials;
    }

    /** A revocation list that is good for as long as {@code validity}. */
    public String revoking(Duration validity, Party... revoked) {
        Instant now = Instant.now();
        List<byte[]> entries = new ArrayList<>();
        for (Party party : revoked) {
            entries.add(der(0x30, integer(party.certificate().getSerialNumber()), time(now.minusSeconds(60))));
        }
        byte[] list = der(
                0x30,
                integer(BigInteger.ONE),
                der(0x30, SHA256_ECDSA),
                subject.getEncoded(),
                time(now.minus(Duration.ofDays(2))),
                time(now.plus(validity)),
                entries.isEmpty() ? new byte[0] : der(0x30, entries.toArray(byte[][]::new)));
        return pem("X509 CRL", signed(list));
    }

    private X509Certificate sign(
            X500Principal who, KeyPair theirs, List<Name> names, long serial, Duration validity, boolean authority) {
        Instant now = Instant.now();
        List<byte[]> extensions = new ArrayList<>();
        if (authority) {
            extensions.add(der(0x30, BASIC_CONSTRAINTS, der(0x04, der(0x30, der(0x01, new byte[] {(byte) 0xFF})))));
        }
        if (!names.isEmpty()) {
            byte[][] all = names.stream()
                    .map(name -> der(0x80 | name.kind(), name.text().getBytes(StandardCharsets.US_ASCII)))
                    .toArray(byte[][]::new);
            extensions.add(der(0x30, ALTERNATIVE_NAME, der(0x04, der(0x30, all))));
        }
        byte[] body = der(
                0x30,
                der(0xA0, integer(BigInteger.TWO)),
                integer(BigInteger.valueOf(serial)),
                der(0x30, SHA256_ECDSA),
                subject.getEncoded(),
                der(0x30, time(now.minus(Duration.ofDays(2))), time(now.plus(validity))),
                who.getEncoded(),
                theirs.getPublic().getEncoded(),
                extensions.isEmpty() ? new byte[0] : der(0xA3, der(0x30, extensions.toArray(byte[][]::new))));
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(signed(body)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private byte[] signed(byte[] body) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(keys.getPrivate());
            signature.update(body);
            return der(0x30, body, der(0x30, SHA256_ECDSA), der(0x03, new byte[] {0}, signature.sign()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What a client needs that trusts this authority and may itself be {@code self}. */
    public SSLContext clientContext(@Nullable Party self) {
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("ca", certificate);
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(trusted);
            KeyManager[] own = {};
            if (self != null) {
                KeyStore store = KeyStore.getInstance("PKCS12");
                store.load(null, null);
                store.setKeyEntry(
                        "self", self.keys().getPrivate(), new char[0], new Certificate[] {self.certificate()});
                KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
                factory.init(store, new char[0]);
                own = factory.getKeyManagers();
            }
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(own, trust.getTrustManagers(), new SecureRandom());
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Path write(Path file, String... pems) {
        try {
            return Files.writeString(file, String.join("", pems));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String pem(String label, byte[] der) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
    }

    static KeyPair keys(String algorithm) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (algorithm.equals("EC")) {
                generator.initialize(256);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] oid(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static byte[] integer(BigInteger value) {
        return der(0x02, value.toByteArray());
    }

    private static byte[] time(Instant instant) {
        return der(0x17, TIME.format(instant).getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] der(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.size() >= 0x80) {
            out.write(content.size() < 0x100 ? 0x81 : 0x82);
        }
        if (content.size() >= 0x100) {
            out.write(content.size() >> 8);
        }
        out.write(content.size());
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }
}
