package io.chasqui.server.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.tls.TestPki;
import io.chasqui.broker.tls.TestPki.Name;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.server.config.ConfigReader;
import io.chasqui.server.config.Configuration;
import io.chasqui.server.config.Sources;
import io.chasqui.server.doctor.Finding.Severity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each finding is made where it should be, and not where it should not. */
class DoctorTest {
    @TempDir
    Path directory;

    private static Configuration configuration(String... settings) throws Exception {
        return ConfigReader.read(new Sources(null, Map.of(), List.of(settings), null, null));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "limits.max-session-expiry=7d | none | OK no traps",
                "none | none | HINT limits.max-session-expiry is for ever",
                "listeners.mqtt.host=0.0.0.0 | listeners.mqtt.allow-anonymous=true | ERROR listeners.mqtt lets"
                        + " everybody in",
                "listeners.mqtt.host=0.0.0.0 | listeners.mqtt.allow-anonymous=true | HINT listeners.mqtt is not"
                        + " encrypted",
                "limits.max-keep-alive=5s | none | WARNING limits.max-keep-alive is 5s",
                "limits.queue-messages=0 | none | WARNING limits.queue-messages is 0",
                "store.type=memory | none | WARNING store.type is memory",
                "store.durability=async | none | WARNING store.durability is async",
                "listeners.web.protocol=websocket listeners.web.port=1 | listeners.web.websocket-ping-interval=0s"
                        + " | WARNING listeners.web.websocket-ping-interval is off",
                "listeners.web.protocol=websocket listeners.web.port=1 | listeners.web.websocket-origins="
                        + " | WARNING listeners.web takes connections of every web",
            })
    void trapsOfAConfiguration(String one, String other, String expected) throws Exception {
        String[] settings = Stream.of(one, other)
                .filter(each -> each != null)
                .flatMap(each -> Stream.of(each.split(" ", -1)))
                .toArray(String[]::new);
        assertThat(ConfigurationCheck.check(configuration(settings)))
                .extracting(finding -> finding.severity() + " " + finding.what())
                .anyMatch(each -> each.startsWith(expected));
    }

    @Test
    void theHardLimitOfOpenFilesCounts() {
        String limits = "Limit  Soft Limit  Hard Limit  Units\nMax open files            1024                 4096"
                + "                 files     \n";
        assertThat(MachineCheck.openFiles(limits, 3_796).severity()).isEqualTo(Severity.OK);
        assertThat(MachineCheck.openFiles(limits, 3_797).severity()).isEqualTo(Severity.WARNING);
        assertThat(MachineCheck.openFiles(limits.replace("4096", "unlimited"), 1L << 40)
                        .severity())
                .isEqualTo(Severity.OK);
        assertThat(MachineCheck.openFiles("", 1).severity()).isEqualTo(Severity.HINT);
    }

    @ParameterizedTest
    @CsvSource({"1000, HINT", "500000, OK", "11000000, WARNING", "101000000, ERROR"})
    void aDiskIsJudgedByTheMedianOfItsSyncs(long nanos, Severity severity) {
        long[] all = new long[5];
        Arrays.fill(all, nanos);
        all[4] = 500_000_000;
        assertThat(MachineCheck.sync(directory, all).severity()).isEqualTo(severity);
    }

    @Test
    void theDiskIsLeftAsItWas() throws Exception {
        List<Finding> findings = MachineCheck.disk(directory.resolve("not/yet/there"), 1);
        assertThat(findings)
                .hasSize(2)
                .extracting(Finding::what)
                .anyMatch(what -> what.startsWith("a sync of " + directory));
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).isEmpty();
        }
        assertThat(MachineCheck.space(directory, 99, 25).severity()).isEqualTo(Severity.WARNING);
        assertThat(MachineCheck.space(directory, 100, 25).severity()).isEqualTo(Severity.OK);
    }

    @Test
    void aClockThatIsBehindItsFilesIsWrong() throws Exception {
        Instant now = Instant.parse("2030-01-01T00:00:00Z");
        Path file = Files.createFile(directory.resolve("file"));
        Files.setLastModifiedTime(file, FileTime.from(now.plusSeconds(30)));
        assertThat(MachineCheck.clock(directory, now).severity()).isEqualTo(Severity.OK);
        Files.setLastModifiedTime(file, FileTime.from(now.plusSeconds(90)));
        assertThat(MachineCheck.clock(directory, now).severity()).isEqualTo(Severity.ERROR);
        assertThat(MachineCheck.clock(directory, Instant.EPOCH).what()).contains("before this Java was made");
    }

    @Test
    void limitsThatDoNotFitIntoMemoryAreHintedAt() {
        Map<String, Long> worst = Map.of("sessions", 7L << 50, "queues", 1L << 30);
        assertThat(MachineCheck.memory(worst, 2L << 30).what())
                .isEqualTo("if every client filled its limits the broker would need 7.00 PiB, most of it for sessions,"
                        + " and the heap may have 2.00 GiB");
        assertThat(MachineCheck.memory(Map.of("sessions", 60L, "queues", 41L), 100)
                        .severity())
                .isEqualTo(Severity.HINT);
        assertThat(MachineCheck.memory(Map.of("sessions", 60L, "queues", 40L), 100)
                        .severity())
                .isEqualTo(Severity.OK);
        assertThat(MachineCheck.roughly((double) Long.MAX_VALUE)).isEqualTo("8.00 EiB");
        assertThat(MachineCheck.roughly(1e24)).isEqualTo("more than 1,000 EiB");
    }

    private List<String> findings(Path certificate, String host, Instant now) throws Exception {
        Path key = Files.writeString(directory.resolve("key.pem"), "");
        Configuration configuration = configuration(
                "listeners.mqtt.host=" + host,
                "listeners.mqtt.allow-anonymous=true",
                "listeners.mqtt.tls.certificate=" + certificate,
                "listeners.mqtt.tls.key=" + key);
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        return CertificateCheck.check(configuration.broker().listeners(), now).stream()
                .map(finding -> finding.severity() + " " + finding.what().replace(directory + "/", ""))
                .toList();
    }

    private Path pem(String... certificates) throws Exception {
        return Files.writeString(directory.resolve("certificate.pem"), String.join("", certificates));
    }

    @Test
    void certificates() throws Exception {
        TestPki pki = new TestPki();
        TestPki.Party server =
                pki.issue("CN=x", "EC", Duration.ofDays(100), Name.dns("mqtt.example.com"), Name.dns("*.example.org"));
        Instant now = Instant.now().plusSeconds(5); // so that whole days do not depend on the moment
        Path alone = pem(server.certificatePem());
        assertThat(findings(alone, "mqtt.example.com", now))
                .containsExactlyInAnyOrder(
                        "OK certificate.pem (CN=x) is valid for 99 days",
                        "HINT certificate.pem has the server's certificate alone, signed by CN=Test"
                                + " Authority,O=Chasqui",
                        "ERROR key.pem can be read by everybody (rw-r--r--)");
        assertThat(findings(alone, "mqtt.example.org", now.plusSeconds(91 * 86_400)))
                .contains("WARNING certificate.pem (CN=x) expires in 8 days")
                .noneMatch(each -> each.contains("is for "));
        assertThat(findings(alone, "mqtt.example.org", now.minus(Duration.ofDays(3))))
                .anyMatch(each -> each.startsWith("ERROR certificate.pem (CN=x) is not valid before "));
        assertThat(findings(alone, "other.example.com", now.plusSeconds(101 * 86_400)))
                .anyMatch(each -> each.startsWith("ERROR certificate.pem (CN=x) expired on"))
                .contains("HINT certificate.pem is for mqtt.example.com, *.example.org, and listener mqtt is at"
                        + " other.example.com");
        assertThat(findings(pem(server.certificatePem(), pki.pem()), "mqtt.example.com", now))
                .noneMatch(each -> each.contains("alone") || each.contains("not signed"));
        assertThat(findings(pem(server.certificatePem(), new TestPki().pem()), "mqtt.example.com", now))
                .contains("ERROR certificate.pem: certificate 1 is not signed by the one after it");
        assertThat(findings(pem(pki.pem()), "mqtt.example.com", now))
                .contains(
                        "HINT certificate.pem has signed itself",
                        "ERROR certificate.pem has no host name (subjectAltName), so clients refuse it");
        assertThat(findings(pem("no PEM"), "mqtt.example.com", now))
                .anyMatch(each -> each.startsWith("ERROR certificate.pem "));
    }

    @ParameterizedTest
    @CsvSource({
        "a.example, a.example, true",
        "*.example, a.example, true",
        "*.example, a.b.example, false",
        "*.example, example, false",
        "a.example, b.example, false",
    })
    void anAsteriskStandsForOneLabel(String name, String host, boolean is) {
        assertThat(CertificateCheck.isFor(name, host)).isEqualTo(is);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "clients/disconnected=100;clients/connected=9 | WARNING 100 sessions of clients that are away, 9 that"
                        + " are",
                "clients/disconnected=99;clients/connected=1 | HINT 99 sessions of clients that are away, 1 that are",
                "clients/disconnected=3;clients/connected=3 | OK it lets us in",
                "clients/taken-over=1;clients/total=5 | HINT 1 connections were taken over",
                "clients/taken-over=10;clients/total=5 | WARNING 10 times a connection was taken over",
                "clients/taken-over=10;load/taken-over/1min=5.00;clients/total=50 | WARNING 10 times a connection",
                "load/connections/1min=31.5;clients/connected=3 | WARNING 32 connections a minute, and 3 clients are",
                "load/connections/1min=31.5;clients/connected=32 | OK it lets us in",
                "fates/queue-full=3;fates/delivered=9;fates/no-subscriber=9 | HINT 3 messages were not delivered:"
                        + " queue-full",
                "publish/messages/dropped=3 | HINT 3 messages were dropped",
                "tls/handshakes=1;tls/handshakes/failed=11 | WARNING 11 TLS handshakes failed, 1 went well",
                "listeners/mqtt/certificate/days=29 | WARNING the certificate of listener mqtt expires in 29 days",
                "listeners/mqtt/certificate/days=0 | ERROR the certificate of listener mqtt expires in 0 days",
                "listeners/mqtt/certificate/days=30 | OK it lets us in",
                "store/messages/bytes=2147483648 | WARNING 2.0 GiB of messages wait or are retained",
                "clients/connected=many | OK it lets us in",
            })
    void whatABrokerShows(String figures, String worst) {
        Map<String, String> topics = new HashMap<>();
        for (String each : figures.split(";", -1)) {
            String[] pair = each.split("=", 2);
            topics.put("$SYS/broker/" + pair[0], pair[1]);
        }
        ConnAck connAck = new ConnAck(false, ReasonCode.SUCCESS, ConnAck.Properties.NONE);
        assertThat(BrokerCheck.check(connAck, topics).stream()
                        .min(Comparator.comparing(Finding::severity))
                        .map(finding -> finding.severity() + " " + finding.what()))
                .hasValueSatisfying(found -> assertThat(found).startsWith(worst));
    }

    @Test
    void aBrokerThatShowsNothingIsHintedAt() {
        ConnAck connAck = new ConnAck(false, ReasonCode.SUCCESS, ConnAck.Properties.NONE);
        assertThat(BrokerCheck.check(connAck, Map.of()))
                .extracting(Finding::what)
                .contains("there are no $SYS topics for this client");
    }
}
