package io.chasqui.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.Broker;
import io.chasqui.broker.BrokerConfig;
import io.chasqui.broker.ListenerConfig;
import io.chasqui.broker.tls.ClientIdentity;
import io.chasqui.broker.tls.TlsConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What OpenSSL and the Mosquitto clients find at an encrypted listener; the certificates are OpenSSL's too. */
@Needs(
        value = {"openssl", "mosquitto_pub", "mosquitto_sub", "stdbuf"},
        install = "OpenSSL 3 and the Mosquitto clients (Debian: openssl, mosquitto-clients, coreutils)")
@TestInstance(TestInstance.Lifecycle.PER_CLASS) // for keys take long to make
final class SecureDoorsTest {
    private static final Pattern CHOSEN = Pattern.compile("Cipher is ([A-Z0-9_-]+)");

    @TempDir
    static Path directory;

    private final List<Program> programs = new ArrayList<>();
    private Broker broker;
    private int open; // TLS, no certificate asked for
    private int strict; // TLS, certificate required, one revoked

    @BeforeAll
    void start() throws Exception {
        authority();
        issue("server", "subjectAltName=DNS:localhost,IP:127.0.0.1");
        issue("pump", "subjectAltName=DNS:pump.example.com");
        issue("stolen", "subjectAltName=DNS:stolen.example.com");
        openssl("ca", "-config", "ca.cnf", "-revoke", "stolen.pem");
        openssl("ca", "-config", "ca.cnf", "-gencrl", "-out", "crl.pem");
        TlsConfig tls = TlsConfig.of(directory.resolve("server.pem"), directory.resolve("server.key"));
        TlsConfig demanding = tls.withClients(
                TlsConfig.ClientCertificates.REQUIRED,
                List.of(directory.resolve("ca.pem")),
                List.of(directory.resolve("crl.pem")),
                ClientIdentity.CN);
        ListenerConfig listener = new ListenerConfig("open", "127.0.0.1", 0, 100, Duration.ofSeconds(10), true);
        ListenerConfig second = new ListenerConfig("strict", "127.0.0.1", 0, 100, Duration.ofSeconds(10), true);
        broker = Broker.start(
                BrokerConfig.DEFAULT.withListeners(List.of(listener.withTls(tls), second.withTls(demanding))));
        open = broker.addresses().get(0).getPort();
        strict = broker.addresses().get(1).getPort();
    }

    @AfterAll
    void stop() {
        programs.forEach(Program::close);
        broker.close();
    }

    private void authority() throws Exception {
        Files.writeString(directory.resolve("index.txt"), "");
        Files.writeString(directory.resolve("serial"), "01");
        Files.writeString(directory.resolve("crlnumber"), "01");
        Files.writeString(directory.resolve("ca.cnf"), """
            [ca]
            default_ca = authority
            [authority]
            dir = DIRECTORY
            database = $dir/index.txt
            new_certs_dir = $dir
            serial = $dir/serial
            crlnumber = $dir/crlnumber
            certificate = $dir/ca.pem
            private_key = $dir/ca.key
            default_md = sha256
            default_days = 30
            default_crl_days = 30
            policy = any
            copy_extensions = copy
            unique_subject = no
            [any]
            commonName = supplied
            """.replace("DIRECTORY", directory.toString()));
        openssl(
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "30",
                "-subj",
                "/CN=Authority",
                "-keyout",
                "ca.key",
                "-out",
                "ca.pem");
    }

    private void issue(String name, String extension) throws Exception {
        openssl(
                "req",
                "-new",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-subj",
                "/CN=" + name,
                "-addext",
                extension,
                "-keyout",
                name + ".key",
                "-out",
                name + ".csr");
        openssl("ca", "-batch", "-config", "ca.cnf", "-in", name + ".csr", "-out", name + ".pem", "-notext");
    }

    private void openssl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(Arrays.asList(arguments));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String said = String.join("\n", process.inputReader().lines().toList());
        assertThat(process.waitFor()).describedAs(said).isZero();
    }

    /** All that {@code openssl s_client} says; its input ends at once. */
    private String client(int port, String... arguments) throws Exception {
        Process process = clientProcess(port, arguments);
        process.outputWriter().close();
        return all(process);
    }

    private Process clientProcess(int port, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "openssl",
                "s_client",
                "-connect",
                "127.0.0.1:" + port,
                "-servername",
                "localhost",
                "-CAfile",
                "ca.pem",
                "-verify_return_error"));
        command.addAll(Arrays.asList(arguments));
        return new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
    }

    private static String all(Process process) throws InterruptedException {
        String said = String.join("\n", process.inputReader().lines().toList());
        process.waitFor();
        return said;
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void versionsOfTodayAreSpokenWithForwardSecrecy(String version) throws Exception {
        assertThat(client(open, version))
                .contains("Verify return code: 0 (ok)")
                .containsPattern("Cipher is (ECDHE-RSA-AES|TLS_AES_)[0-9]{3}.GCM");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-tls1 -cipher DEFAULT@SECLEVEL=0",
                "-tls1_1 -cipher DEFAULT@SECLEVEL=0",
                "-tls1_2 -cipher AES128-SHA",
                "-tls1_2 -cipher AES256-GCM-SHA384",
                "-tls1_2 -cipher ECDHE-RSA-AES128-SHA",
                "-tls1_2 -cipher aNULL@SECLEVEL=0"
            })
    void oldVersionsAndWeakCiphersAreRefused(String options) throws Exception {
        assertThat(client(open, options.split(" "))).contains("Cipher is (NONE)");
    }

    /** As testssl does it: offers all that OpenSSL knows, takes away what was chosen, and so on until nothing is chosen. */
    private Set<String> accepted(String version, String option, String all, String suffix) throws Exception {
        List<String> offered = new ArrayList<>(List.of(all.strip().split(":")));
        Set<String> accepted = new TreeSet<>();
        while (!offered.isEmpty()) {
            String said = client(open, version, option, String.join(":", offered) + suffix);
            Matcher chosen = CHOSEN.matcher(said);
            if (!chosen.find() || !offered.remove(chosen.group(1))) {
                return accepted;
            }
            accepted.add(chosen.group(1));
        }
        return accepted;
    }

    @Test
    void ofAllCiphersThoseOfTheDocumentationAreAcceptedAndNoOthers() throws Exception {
        Process ciphers = new ProcessBuilder("openssl", "ciphers", "ALL:COMPLEMENTOFALL:@SECLEVEL=0").start();
        String all = all(ciphers);
        String old = String.join(
                ":",
                Arrays.stream(all.strip().split(":"))
                        .filter(name -> !name.startsWith("TLS_"))
                        .toList());
        assertThat(old).contains("AES128-SHA", "DHE-RSA-AES256-GCM-SHA384");
        assertThat(accepted("-tls1_2", "-cipher", old, ":@SECLEVEL=0"))
                .containsExactlyInAnyOrder(
                        "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-CHACHA20-POLY1305");
        String ofTls13 = "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256"
                + ":TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256";
        assertThat(accepted("-tls1_3", "-ciphersuites", ofTls13, ""))
                .containsExactlyInAnyOrder(
                        "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256");
    }

    @Test
    void aSessionOfTls12IsResumed() throws Exception {
        assertThat(client(open, "-tls1_2", "-sess_out", "session.pem")).contains("New, TLSv1.2");
        assertThat(client(open, "-tls1_2", "-sess_in", "session.pem")).contains("Reused, TLSv1.2");
    }

    /** The ticket comes after the handshake, so the client waits for it: it prints it when it is there. */
    @Test
    void aSessionOfTls13IsResumed() throws Exception {
        Process first = clientProcess(open, "-tls1_3", "-sess_out", "session.pem");
        var lines = first.inputReader();
        for (String line = lines.readLine(); line != null && !line.contains("Session Ticket arrived"); ) {
            line = lines.readLine();
        }
        first.outputWriter().close();
        first.waitFor();
        assertThat(client(open, "-tls1_3", "-sess_in", "session.pem")).contains("Reused, TLSv1.3");
    }

    @Test
    void renegotiationIsRefused() throws Exception {
        Process process = clientProcess(open, "-tls1_2");
        process.outputWriter().write("R\n"); // openssl's command for it
        process.outputWriter().flush();
        assertThat(all(process))
                .containsPattern("RENEGOTIATING(.|\n)*(no renegotiation|unexpected|closed|errno|alert)");
    }

    @Test
    void mosquittoComesInWithItsCertificateOnly() throws Exception {
        Program subscriber = mosquitto("mosquitto_sub", "pump", "-d", "-q", "1", "-t", "t", "-C", "1");
        subscriber.await("Subscribed");
        mosquitto("mosquitto_pub", "pump", "-q", "1", "-t", "t", "-m", "hello").awaitEnd();
        subscriber.await("hello");
        Program stolen = mosquitto("mosquitto_pub", "stolen", "-q", "1", "-t", "t", "-m", "evil");
        stolen.await("rror");
        assertThat(client(strict, "-tls1_2")).contains("handshake failure");
    }

    private Program mosquitto(String program, String who, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                program,
                "-h",
                "localhost",
                "-p",
                Integer.toString(strict),
                "--cafile",
                directory.resolve("ca.pem").toString(),
                "--cert",
                directory.resolve(who + ".pem").toString(),
                "--key",
                directory.resolve(who + ".key").toString()));
        command.addAll(Arrays.asList(arguments));
        Program started = Program.startUnbuffered(command.toArray(String[]::new));
        programs.add(started);
        return started;
    }
}
