package io.chasqui.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import com.unboundid.util.ssl.KeyStoreKeyManager;
import com.unboundid.util.ssl.SSLUtil;
import io.chasqui.broker.auth.Authenticator.Accepted;
import io.chasqui.broker.auth.Authenticator.Verdict;
import io.chasqui.server.config.SecuritySettings;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The directory over ldaps and StartTLS: it is asked only when it is who it should be. */
class LdapOverTlsTest {
    private static final String BASE = "dc=example,dc=com";
    private static final String PASSWORD = "changeit";
    private static final Workers WORKERS = new Workers("test", 2, 100);

    @TempDir
    static Path folder;

    private static InMemoryDirectoryServer directory;
    private static InMemoryDirectoryServer impostor; // whose certificate is for another name

    @BeforeAll
    static void start() throws Exception {
        directory = directory("directory", "SAN=DNS:localhost,IP:127.0.0.1");
        impostor = directory("impostor", "SAN=DNS:elsewhere.example.com");
    }

    @AfterAll
    static void stop() {
        WORKERS.close();
        directory.shutDown(true);
        impostor.shutDown(true);
    }

    private static InMemoryDirectoryServer directory(String name, String extension) throws Exception {
        Path store = folder.resolve(name + ".p12");
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                name,
                "-dname",
                "CN=" + name,
                "-ext",
                extension,
                "-storepass",
                PASSWORD,
                "-keystore",
                store.toString());
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = String.join("\n", keytool.inputReader().lines().toList());
        assertThat(keytool.waitFor()).as(said).isZero();
        byte[] certificate = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray())
                .getCertificate(name)
                .getEncoded();
        Files.writeString(
                folder.resolve(name + ".pem"),
                "-----BEGIN CERTIFICATE-----\n" + Base64.getMimeEncoder().encodeToString(certificate)
                        + "\n-----END CERTIFICATE-----\n");

        SSLUtil tls =
                new SSLUtil(new KeyStoreKeyManager(store.toString(), PASSWORD.toCharArray(), "PKCS12", name), null);
        InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig(BASE);
        config.setSchema(null);
        InetAddress here = InetAddress.ofLiteral("127.0.0.1");
        config.setListenerConfigs(
                new InMemoryListenerConfig("ldaps", here, 0, tls.createSSLServerSocketFactory(), null, null),
                new InMemoryListenerConfig("ldap", here, 0, null, null, tls.createSSLSocketFactory()));
        InMemoryDirectoryServer server = new InMemoryDirectoryServer(config);
        server.add("dn: " + BASE, "objectClass: domain", "dc: example");
        server.add("dn: uid=ann," + BASE, "objectClass: inetOrgPerson", "uid: ann", "userPassword: secret");
        server.startListening();
        return server;
    }

    /** @param trusted whose certificate is trusted */
    private static Verdict ask(InMemoryDirectoryServer server, boolean startTls, String trusted, String password)
            throws Exception {
        SecuritySettings.Ldap settings = new SecuritySettings.Ldap(
                startTls
                        ? "ldap://127.0.0.1:" + server.getListenPort("ldap")
                        : "ldaps://127.0.0.1:" + server.getListenPort("ldaps"),
                "uid=%u," + BASE,
                "",
                Path.of(""),
                "",
                "(uid=%u)",
                "",
                "(member=%d)",
                "cn",
                startTls,
                folder.resolve(trusted + ".pem"),
                Duration.ofSeconds(10));
        return new LdapAuthenticator(settings, null, WORKERS, new Outage("the directory", System::nanoTime, _ -> {}))
                .authenticate(People.named("c", "ann"), HashTest.bytes(password))
                .toCompletableFuture()
                .join();
    }

    @Test
    void overLdapsAndStartTls() throws Exception {
        for (boolean startTls : new boolean[] {false, true}) {
            assertThat(ask(directory, startTls, "directory", "secret")).isInstanceOf(Accepted.class);
            assertThat(ask(directory, startTls, "directory", "wrong")).isEqualTo(PasswordAuthenticator.REFUSED);
        }
    }

    @Test
    void aDirectoryThatIsNotTrustedIsNotToldThePassword() {
        for (boolean startTls : new boolean[] {false, true}) {
            assertThatThrownBy(() -> ask(directory, startTls, "impostor", "secret"))
                    .isInstanceOf(CompletionException.class);
        }
    }

    @Test
    void aDirectoryWithTheCertificateOfAnotherNameIsNotToldThePassword() {
        for (boolean startTls : new boolean[] {false, true}) {
            assertThatThrownBy(() -> ask(impostor, startTls, "impostor", "secret"))
                    .isInstanceOf(CompletionException.class);
        }
    }
}
