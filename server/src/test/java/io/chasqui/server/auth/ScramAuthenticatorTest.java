package io.chasqui.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.auth.Authenticator.Accepted;
import io.chasqui.broker.auth.Authenticator.Refused;
import io.chasqui.broker.auth.Exchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScramAuthenticatorTest {
    @TempDir
    Path folder;

    private final Workers workers = new Workers("test", 1, 2);
    private ScramAuthenticator scram;

    @BeforeEach
    void users() throws IOException {
        Path file = folder.resolve("passwords");
        new PasswordFile(file).put("ann", HashTest.bytes("secret"), List.of("SCRAM-SHA-256", "SCRAM-SHA-512"));
        new PasswordFile(file).put("a,b=c", HashTest.bytes("secret"), List.of("SCRAM-SHA-256"));
        PasswordAuthenticator users = new PasswordAuthenticator(file, HashTest.QUICK, false, workers);
        users.read(file);
        assertThat(Files.readString(file)).doesNotContain("secret");
        scram = new ScramAuthenticator(List.of("SCRAM-SHA-256", "SCRAM-SHA-512"), users);
    }

    @AfterEach
    void close() {
        workers.close();
    }

    private Exchange begin(String mechanism) {
        return Objects.requireNonNull(scram.exchange(People.named("c", null), mechanism));
    }

    private static Exchange.Step say(Exchange exchange, String message) {
        return exchange.respond(message.getBytes(StandardCharsets.UTF_8))
                .toCompletableFuture()
                .join();
    }

    private static String challenge(Exchange.Step step) {
        return new String(((Exchange.Challenge) step).data(), StandardCharsets.UTF_8);
    }

    private static void assertRefused(Exchange.Step step) {
        assertThat(step)
                .isInstanceOfSatisfying(
                        Exchange.Done.class, done -> assertThat(done.verdict()).isInstanceOf(Refused.class));
    }

    /** The client's side, as RFC 5802 has it. */
    static String last(String mechanism, String password, String bare, String serverFirst, String header) {
        String nonce = serverFirst.substring(2, serverFirst.indexOf(",s="));
        String salt = serverFirst.substring(serverFirst.indexOf(",s=") + 3, serverFirst.indexOf(",i="));
        int iterations = Integer.parseInt(serverFirst.substring(serverFirst.indexOf(",i=") + 3));
        String without = "c=" + Base64.getEncoder().encodeToString(HashTest.bytes(header)) + ",r=" + nonce;
        byte[] said = HashTest.bytes(bare + "," + serverFirst + "," + without);
        byte[] salted = Verifier.saltedPassword(
                mechanism,
                HashTest.bytes(password),
                iterations,
                Base64.getDecoder().decode(salt));
        byte[] clientKey = Verifier.hmac(mechanism, salted, HashTest.bytes("Client Key"));
        byte[] proof = Verifier.hmac(mechanism, Verifier.digest(mechanism, clientKey), said);
        for (int i = 0; i < proof.length; i++) {
            proof[i] ^= clientKey[i];
        }
        return without + ",p=" + Base64.getEncoder().encodeToString(proof);
    }

    /** The example of RFC 7677, section 3. */
    @Test
    void theVerifierOfTheStandardsExample() {
        byte[] salt = Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ==");
        Verifier verifier = Verifier.make("SCRAM-SHA-256", HashTest.bytes("pencil"), 4_096, salt);
        String said = "n=user,r=rOprNGfwEbeRWgbNEkqO,"
                + "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
                + "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        byte[] proof = Base64.getDecoder().decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
        assertThat(verifier.proves(proof, HashTest.bytes(said))).isTrue();
        assertThat(Base64.getEncoder()
                        .encodeToString(Verifier.hmac("SCRAM-SHA-256", verifier.serverKey(), HashTest.bytes(said))))
                .isEqualTo("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
        assertThat(Verifier.of(verifier.text()).proves(proof, HashTest.bytes(said)))
                .isTrue();
    }

    @Test
    void whoKnowsThePasswordIsLetInAndToldThatWeKnowItToo() {
        for (String mechanism : List.of("SCRAM-SHA-256", "SCRAM-SHA-512")) {
            Exchange exchange = begin(mechanism);
            String first = challenge(say(exchange, "n,,n=ann,r=abcdefgh"));
            assertThat(first).startsWith("r=abcdefgh");
            Exchange.Step end = say(exchange, last(mechanism, "secret", "n=ann,r=abcdefgh", first, "n,,"));
            Exchange.Done done = (Exchange.Done) end;
            assertThat(done.verdict())
                    .isInstanceOfSatisfying(
                            Accepted.class,
                            yes -> assertThat(yes.identity().user()).isEqualTo("ann"));
            assertThat(new String(Objects.requireNonNull(done.data()), StandardCharsets.US_ASCII))
                    .startsWith("v=");
        }
    }

    @Test
    void namesWithCommas() {
        Exchange exchange = begin("SCRAM-SHA-256");
        String first = challenge(say(exchange, "y,a=a=2Cb=3Dc,n=a=2Cb=3Dc,r=abcdefgh"));
        Exchange.Step end =
                say(exchange, last("SCRAM-SHA-256", "secret", "n=a=2Cb=3Dc,r=abcdefgh", first, "y,a=a=2Cb=3Dc,"));
        assertThat(((Exchange.Done) end).verdict()).isInstanceOf(Accepted.class);
    }

    @Test
    void aWrongPasswordAnotherNonceAndAChangedHeaderAreRefused() {
        for (String[] wrong : new String[][] {{"wrong", "n,,", "0"}, {"secret", "y,,", "0"}, {"secret", "n,,", "1"}}) {
            Exchange exchange = begin("SCRAM-SHA-256");
            String first = challenge(say(exchange, "n,,n=ann,r=abcdefgh"));
            String seen = wrong[2].equals("1") ? first.replace("abcdefgh", "abcdefgX") : first;
            assertRefused(say(exchange, last("SCRAM-SHA-256", wrong[0], "n=ann,r=abcdefgh", seen, wrong[1])));
        }
    }

    @Test
    void somebodyUnknownIsAskedLikeEverybodyElseAndAlwaysTheSame() {
        String first = challenge(say(begin("SCRAM-SHA-256"), "n,,n=eve,r=abcdefgh"));
        Exchange exchange = begin("SCRAM-SHA-256");
        String second = challenge(say(exchange, "n,,n=eve,r=abcdefgh"));
        String ann = challenge(say(begin("SCRAM-SHA-256"), "n,,n=ann,r=abcdefgh"));
        assertThat(second.substring(second.indexOf(",s="))).isEqualTo(first.substring(first.indexOf(",s=")));
        assertThat(second).hasSameSizeAs(ann);
        assertThat(second.substring(second.indexOf(",i="))).isEqualTo(ann.substring(ann.indexOf(",i=")));
        assertRefused(say(exchange, last("SCRAM-SHA-256", "secret", "n=eve,r=abcdefgh", second, "n,,")));
    }

    @Test
    void aUserOfConnectHasToBeTheSame() {
        Exchange exchange = Objects.requireNonNull(scram.exchange(People.named("c", "bob"), "SCRAM-SHA-256"));
        assertRefused(say(exchange, "n,,n=ann,r=abcdefgh"));
        assertRefused(say(begin("SCRAM-SHA-256"), "n,a=bob,n=ann,r=abcdefgh"));
    }

    @Test
    void whatIsDamagedIsRefused() {
        for (String message : List.of(
                "",
                "n",
                "n,,",
                "n,,n=,r=abcdefgh",
                "n,,n=ann",
                "n,,n=ann,r=short",
                "n,,m=x,n=ann,r=abcdefgh",
                "p=tls-unique,,n=ann,r=abcdefgh",
                "n,,n=a=nn,r=abcdefgh",
                "n,,n=" + "a".repeat(5_000) + ",r=abcdefgh")) {
            assertRefused(say(begin("SCRAM-SHA-256"), message));
        }
        assertRefused(begin("SCRAM-SHA-256").respond(null).toCompletableFuture().join());
        assertRefused(begin("SCRAM-SHA-256")
                .respond(new byte[] {(byte) 0xff})
                .toCompletableFuture()
                .join());
        for (String message : List.of("", "c=biws", "c=biws,r=x,p=", "c=!,r=abcdefgh,p=AAAA", "c=biws,r=x,p=AAA")) {
            Exchange exchange = begin("SCRAM-SHA-256");
            say(exchange, "n,,n=ann,r=abcdefgh");
            assertRefused(say(exchange, message));
            assertRefused(say(exchange, "n,,n=ann,r=abcdefgh"));
        }
        assertThat(scram.exchange(People.named("c", null), "SCRAM-SHA-1")).isNull();
    }
}
