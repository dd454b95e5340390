package io.chasqui.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.auth.Authenticator.Accepted;
import io.chasqui.broker.auth.Authenticator.Verdict;
import io.chasqui.broker.auth.ClientInfo;
import io.chasqui.broker.auth.Peer;
import io.chasqui.protocol.MqttVersion;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the listener has verified of a certificate (TlsTest: expired, revoked and foreign ones do not get here) is the user. */
class CertificateAuthenticatorTest {
    private static final Instant END = Instant.parse("2030-01-01T00:00:00Z");

    @TempDir
    Path folder;

    private Verdict ask(@Nullable String identity, @Nullable String userName) throws IOException {
        Path file = Files.writeString(folder.resolve("groups"), "staff:pump 7\n");
        Peer.Certificate certificate = new Peer.Certificate(identity, "CN=x", "00ff", END);
        return ask(new Peer.Tls("TLSv1.3", "TLS_AES_128_GCM_SHA256", null, certificate), userName, Groups.read(file));
    }

    private static Verdict ask(Peer.@Nullable Tls tls, @Nullable String userName, Groups groups) {
        Peer peer = new Peer(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 50_000), tls);
        return new CertificateAuthenticator(() -> groups)
                .authenticate(new ClientInfo("c", userName, peer, "mqtt", MqttVersion.V5), null)
                .toCompletableFuture()
                .join();
    }

    @Test
    void theIdentityIsTheUserForAsLongAsTheCertificateIsGood() throws IOException {
        for (String userName : new String[] {null, "pump 7"}) {
            Accepted yes = (Accepted) ask("pump 7", userName);
            assertThat(yes.identity().user()).isEqualTo("pump 7");
            assertThat(yes.identity().groups()).isEqualTo(Set.of("staff"));
            assertThat(yes.identity().expiresAtMillis()).isEqualTo(END.toEpochMilli());
        }
    }

    @Test
    void whoHasNoneOrNamesSomebodyElseIsLeftToOtherMethods() throws IOException {
        assertThat(ask(null, null, Groups.NONE)).isEqualTo(Verdict.NEXT);
        assertThat(ask(new Peer.Tls("TLSv1.3", "x", null, null), "pump 7", Groups.NONE))
                .isEqualTo(Verdict.NEXT);
        assertThat(ask(null, "pump 7")).as("a certificate without such a name").isEqualTo(Verdict.NEXT);
        assertThat(ask("", null)).isEqualTo(Verdict.NEXT);
        for (String other : new String[] {"pump 8", "", "pump 7 ", "PUMP 7", "x".repeat(65_535)}) {
            assertThat(ask("pump 7", other)).as(other).isEqualTo(Verdict.NEXT);
        }
    }
}
