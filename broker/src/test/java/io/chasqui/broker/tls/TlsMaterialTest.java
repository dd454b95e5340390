package io.chasqui.broker.tls;

import static io.chasqui.broker.tls.TestPki.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chasqui.broker.tls.TestPki.Name;
import io.chasqui.broker.tls.TestPki.Party;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.X509ExtendedKeyManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is taken from PEM files, and what is said of those that nothing can be taken from. */
class TlsMaterialTest {
    private static final TestPki PKI = new TestPki();
    private static final Party SERVER = PKI.server("broker.example.com", "localhost");

    private static final String PLAIN = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg9yMa7R/3b0zkNZ04
        nEck1etbOYl270CZb/T5b6Je7EWhRANCAASrwMHMd9+jn6X8sAofSKgwjK5tEkD5
        ir/U6G+5v2XSzVUZBVsqt8TkQ8pdVWoInd56x93M13TyaFCOp/co/b7C
        -----END PRIVATE KEY-----
        """;
    private static final String ENCRYPTED = """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgM2BxSodhHawICCAAw
        DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEBl3eqO0B3kVvOGk+C177MIEgZBH
        F6AaNa4I2ZPJ8db45aOInRmSdjPK2qHrhzgnIFLV+uryJkBUrepid5GMN66i36sQ
        DxyYcwgIqFgmBEfAVeM9GmjHD5A0JROUpPoPJlvPHzhnzEeFVJGN55CnZ21wV57K
        WsxT5mY2r1tt1f0SJ6fj8HPdct7tRKvbJhqLWQxQvpJdhghkDhQa7IZVKy7191s=
        -----END ENCRYPTED PRIVATE KEY-----
        """;
    private static final String ENCRYPTED_BY_3DES = """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIGxMBwGCiqGSIb3DQEMAQMwDgQIWnD9sehvkjgCAggABIGQo79eLu0m2ofQfBIw
        Uk81MqsH6i6psTtTSKUOn4r+NVpszhesAJdUvaBfSp9MQe+n8N7pG4dPN3nOnnfl
        NhbkjTLPjllG6ibsUeaHhMx/MIHoA2Br0XKaaXv/zX/hYAOcAUGFAT4ZZPGSLgLK
        D+ZnlkajCe2Vhm6eLLf6Jmlxfmker+BDtsaAAQzZ1a6j0T6b
        -----END ENCRYPTED PRIVATE KEY-----
        """;

    @TempDir
    Path directory;

    private Path certificate() {
        return write(directory.resolve("server.pem"), SERVER.certificatePem(), PKI.pem());
    }

    private PrivateKey key(String pem, String passphrase) throws IOException {
        Path key = write(directory.resolve("server.key"), pem);
        return PrivateKeys.read(key, Files.readAllBytes(key), passphrase.toCharArray());
    }

    @Test
    void textAroundTheBlocksIsSkipped() throws IOException {
        assertThat(key("Bag Attributes: none\r\n" + SERVER.keyPem().replace("\n", "\r\n"), ""))
                .isEqualTo(SERVER.keys().getPrivate());
    }

    /** Written by {@code openssl pkcs8 -topk8}, as it does today and as it did before version 1.1. */
    @Test
    void encryptedKeysAreReadWithTheirPassphrase() throws IOException {
        PrivateKey plain = key(PLAIN, "");
        for (String encrypted : List.of(ENCRYPTED, ENCRYPTED_BY_3DES)) {
            assertThat(key(encrypted, "open sesame")).isEqualTo(plain);
            assertThatThrownBy(() -> key(encrypted, "open"))
                    .hasMessageEndingWith("the passphrase is not that of this key");
            assertThatThrownBy(() -> key(encrypted, "")).hasMessageContaining("tls.key-passphrase");
        }
    }

    @Test
    void theOlderFormsOfKeysAreRead() throws IOException {
        PrivateKey rsa = TestPki.keys("RSA").getPrivate();
        byte[] pkcs8 = rsa.getEncoded();
        byte[] pkcs1 = Arrays.copyOfRange(pkcs8, 26, pkcs8.length); // behind version, algorithm and header
        assertThat(key(TestPki.pem("RSA PRIVATE KEY", pkcs1), "")).isEqualTo(rsa);

        BigInteger secret = ((ECPrivateKey) SERVER.keys().getPrivate()).getS();
        String scalar = String.format("%064x", secret);
        byte[] sec1 = HexFormat.of().parseHex("3031020101" + "0420" + scalar + "a00a" + "06082a8648ce3d030107");
        ECPrivateKey read = (ECPrivateKey) key(TestPki.pem("EC PRIVATE KEY", sec1), "");
        assertThat(read.getS()).isEqualTo(secret);
    }

    @Test
    void whatIsNoKeyIsRefusedByName() {
        assertThatThrownBy(() -> key("nothing", ""))
                .isInstanceOf(TlsException.class)
                .hasMessageContaining("no PEM");
        assertThatThrownBy(() -> key(PKI.pem(), "")).hasMessageContaining("server.key", "no PRIVATE KEY");
        assertThatThrownBy(() -> key(SERVER.keyPem().substring(0, 100), "")).hasMessageContaining("not all of it");
        assertThatThrownBy(() -> key(TestPki.pem("EC PRIVATE KEY", new byte[] {0x30, (byte) 0x82, 1}), ""))
                .hasMessageContaining("cannot be read");
    }

    @Test
    void aKeyOfAnotherCertificateIsRefused() {
        Path key = write(directory.resolve("other.key"), PKI.server("other").keyPem());
        assertThatThrownBy(() -> TlsMaterial.read(TlsConfig.of(certificate(), key)))
                .hasMessageContaining("other.key: not the key of the first certificate in");
        assertThatThrownBy(() -> TlsMaterial.read(TlsConfig.of(directory.resolve("none.pem"), key)))
                .hasMessageContaining("none.pem: there is no such file");
    }

    @Test
    void theFirstToExpireOfAChainCounts() throws TlsException {
        Path key = write(directory.resolve("server.key"), SERVER.keyPem());
        TlsMaterial material = TlsMaterial.read(TlsConfig.of(certificate(), key));
        assertThat(material.notAfter())
                .isEqualTo(PKI.certificate().getNotAfter().toInstant());
        assertThat(material.firstToExpire()).endsWith("server.pem");
    }

    @Test
    void theCertificateIsChosenByNameAndThenByKind() throws TlsException {
        Party wild = PKI.issue("CN=w", "RSA", Duration.ofDays(1), Name.dns("*.example.org"));
        Path first = write(directory.resolve("wild.pem"), wild.certificatePem());
        Path firstKey = write(directory.resolve("wild.key"), wild.keyPem());
        Path secondKey = write(directory.resolve("server.key"), SERVER.keyPem());
        TlsConfig one = TlsConfig.of(first, firstKey);
        TlsConfig both = new TlsConfig(
                List.of(first, certificate()),
                List.of(firstKey, secondKey),
                "",
                one.clientCertificates(),
                List.of(),
                List.of(),
                one.identity(),
                one.minVersion(),
                List.of(),
                one.reloadInterval());
        ServerKeys keys = (ServerKeys) TlsMaterial.read(both).keys();
        assertThat(keys).isInstanceOf(X509ExtendedKeyManager.class);
        assertThat(keys.choose("EC", "localhost")).isEqualTo("1");
        assertThat(keys.choose("RSA", "localhost")).isNull(); // not the other name's
        assertThat(keys.choose("RSA", "a.example.org")).isEqualTo("0");
        assertThat(keys.choose("RSA", "a.b.example.org")).isEqualTo("0"); // nobody's name: the first
        assertThat(keys.choose("EC", "example.org")).isNull();
        assertThat(keys.choose("RSA", null)).isEqualTo("0");
    }

    @Test
    void anIdentityComesFromWhatTheSettingSays() {
        Party client = PKI.client(
                "CN=pump-7,OU=Field,O=Chasqui",
                Name.email("ops@example.com"),
                Name.dns("pump-7.example.com"),
                Name.dns("second.example.com"),
                Name.uri("spiffe://example.com/pump/7"));
        assertThat(ClientIdentity.CN.of(client.certificate())).contains("pump-7");
        assertThat(ClientIdentity.SAN_DNS.of(client.certificate())).contains("pump-7.example.com");
        assertThat(ClientIdentity.SAN_EMAIL.of(client.certificate())).contains("ops@example.com");
        assertThat(ClientIdentity.SAN_URI.of(client.certificate())).contains("spiffe://example.com/pump/7");
        assertThat(ClientIdentity.SUBJECT.of(client.certificate())).contains("CN=pump-7,OU=Field,O=Chasqui");

        Party nobody = PKI.client("O=Chasqui");
        assertThat(ClientIdentity.CN.of(nobody.certificate())).isEmpty();
        assertThat(ClientIdentity.SAN_DNS.of(nobody.certificate())).isEmpty();
    }

    @Test
    void aNameWithControlCharactersIdentifiesNobody() {
        assertThat(ClientIdentity.CN.of(PKI.client("CN=admin\u0000x").certificate()))
                .isEmpty();
    }
}
