package io.chasqui.broker.tls;

import static io.chasqui.broker.tls.TestPki.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.tls.TestPki.Party;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** New files are taken, and bad ones are not. */
class TlsFilesTest {
    private static final TestPki PKI = new TestPki();

    /** An hour from now, so that all files are old. */
    private static final Clock LATER = Clock.offset(Clock.systemUTC(), Duration.ofHours(1));

    @TempDir
    Path directory;

    private final List<Instant> used = new ArrayList<>(); // by what they expire
    private TlsConfig config = TlsConfig.DEFAULT;
    private TlsFiles files;

    @BeforeEach
    void begin() throws TlsException {
        Party first = party(1);
        config = TlsConfig.of(
                write(directory.resolve("server.pem"), first.certificatePem()),
                write(directory.resolve("server.key"), first.keyPem()));
        files = watch(LATER);
    }

    private TlsFiles watch(Clock clock) throws TlsException {
        return new TlsFiles("tls", config, TlsMaterial.read(config), material -> used.add(material.notAfter()), clock);
    }

    private static Party party(int days) {
        return PKI.issue("CN=localhost", "EC", Duration.ofDays(days));
    }

    private static Instant expiry(Party party) {
        return party.certificate().getNotAfter().toInstant();
    }

    @Test
    void nothingHappensWhileNothingChanges() {
        files.look();
        files.look();
        assertThat(used).isEmpty();
    }

    @Test
    void filesWrittenInPlaceAreTakenWhenBothAreThere() {
        Party second = party(2);
        write(directory.resolve("server.pem"), second.certificatePem());
        files.look();
        assertThat(used).isEmpty(); // the key is still that of the first
        write(directory.resolve("server.key"), second.keyPem());
        files.look();
        assertThat(used).containsExactly(expiry(second));
    }

    /** As Kubernetes does it: the files are links to ..data/, and ..data is a link that is replaced in one step. */
    @Test
    void aSwappedLinkIsSeen() throws IOException {
        List<Party> parties = List.of(party(1), party(2));
        for (int i = 0; i < 2; i++) {
            Path version = Files.createDirectory(directory.resolve("..v" + i));
            write(version.resolve("tls.crt"), parties.get(i).certificatePem());
            write(version.resolve("tls.key"), parties.get(i).keyPem());
        }
        Path data = Files.createSymbolicLink(directory.resolve("..data"), Path.of("..v0"));
        config = TlsConfig.of(
                Files.createSymbolicLink(directory.resolve("tls.crt"), Path.of("..data/tls.crt")),
                Files.createSymbolicLink(directory.resolve("tls.key"), Path.of("..data/tls.key")));
        files = watch(LATER);
        files.look();
        Path next = Files.createSymbolicLink(directory.resolve("..data_tmp"), Path.of("..v1"));
        Files.move(next, data, StandardCopyOption.REPLACE_EXISTING);
        files.look();
        assertThat(used).containsExactly(expiry(parties.get(1)));
    }

    @Test
    void badFilesKeepTheOldAndAreTriedAgain() throws IOException {
        String good = Files.readString(directory.resolve("server.pem"));
        write(directory.resolve("server.pem"), good.substring(0, 200));
        files.look();
        Files.delete(directory.resolve("server.pem"));
        files.look();
        assertThat(used).isEmpty();
        Party second = party(2);
        write(directory.resolve("server.pem"), second.certificatePem());
        write(directory.resolve("server.key"), second.keyPem());
        files.look();
        assertThat(used).containsExactly(expiry(second));
    }

    /** The second change leaves size and time as they were: only the contents tell. */
    @Test
    void aChangeWithinTheSameTickIsSeen() throws IOException, TlsException {
        files = watch(Clock.systemUTC());
        files.look();
        Party second = party(2);
        FileTime tick = Files.getLastModifiedTime(directory.resolve("server.pem"));
        Files.write(directory.resolve("server.pem"), second.certificatePem().getBytes(StandardCharsets.US_ASCII));
        Files.write(directory.resolve("server.key"), second.keyPem().getBytes(StandardCharsets.US_ASCII));
        Files.setLastModifiedTime(directory.resolve("server.pem"), tick);
        Files.setLastModifiedTime(directory.resolve("server.key"), tick);
        files.look();
        assertThat(used).containsExactly(expiry(second));
    }

    @Test
    void aCertificateIsWarnedOfBeforeItExpires() throws TlsException {
        TlsMaterial oneDay = TlsMaterial.read(config); // and two of them are over
        assertThat(oneDay.expiresSoon(oneDay.notAfter().minus(Duration.ofHours(30))))
                .isFalse();
        assertThat(oneDay.expiresSoon(oneDay.notAfter().minus(Duration.ofHours(20))))
                .isTrue();
        Party year = party(365);
        write(directory.resolve("server.pem"), year.certificatePem());
        write(directory.resolve("server.key"), year.keyPem());
        TlsMaterial material = TlsMaterial.read(config);
        assertThat(material.expiresSoon(material.notAfter().minus(Duration.ofDays(15))))
                .isFalse();
        assertThat(material.expiresSoon(material.notAfter().minus(Duration.ofDays(13))))
                .isTrue();
        assertThat(material.expiresSoon(material.notAfter().plusSeconds(1))).isTrue();
    }
}
