package io.chasqui.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chasqui.broker.auth.Authenticator.Accepted;
import io.chasqui.broker.auth.Authenticator.Refused;
import io.chasqui.broker.auth.Authenticator.Verdict;
import io.chasqui.broker.auth.ClientInfo;
import io.chasqui.broker.auth.Exchange;
import io.chasqui.broker.auth.Identity;
import io.chasqui.server.config.SecuritySettings;
import io.chasqui.server.json.Json;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JwtAuthenticatorTest {
    private static final long NOW = 1_800_000_000L; // seconds
    private static final byte[] SECRET = HashTest.bytes("0123456789abcdef0123456789abcdef");
    private static final KeyPair RSA = pair("RSA");
    private static final KeyPair EC = pair("EC");
    private static final KeyPair ED = pair("Ed25519");

    private final Workers workers = new Workers("test", 1, 100);
    private final Map<String, Object> claims = new HashMap<>(Map.of("sub", "ann", "exp", NOW + 60));
    private Keys keys = keySet();
    private String clientIdClaim = "";
    private String issuer = "";
    private String audience = "";
    private List<String> algorithms = SecuritySettings.Jwt.ALGORITHMS;

    private static KeyPair pair(String kind) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(kind);
            if (kind.equals("EC")) {
                generator.initialize(new ECGenParameterSpec("secp256r1"));
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String url(BigInteger number, int bytes) {
        byte[] all = number.toByteArray();
        byte[] fixed = new byte[bytes];
        int count = Math.min(bytes, all.length);
        System.arraycopy(all, all.length - count, fixed, bytes - count, count);
        return url(fixed);
    }

    private static Keys keySet() {
        RSAPublicKey rsa = (RSAPublicKey) RSA.getPublic();
        ECPublicKey ec = (ECPublicKey) EC.getPublic();
        EdECPublicKey ed = (EdECPublicKey) ED.getPublic();
        byte[] y = Arrays.copyOf(reversed(ed.getPoint().getY().toByteArray()), 32);
        if (ed.getPoint().isXOdd()) {
            y[31] |= (byte) 0x80;
        }
        String json = Json.of(Map.of(
                "keys",
                List.of(
                        Map.of(
                                "kty",
                                "RSA",
                                "kid",
                                "rsa",
                                "use",
                                "sig",
                                "n",
                                url(rsa.getModulus(), rsa.getModulus().bitLength() / 8),
                                "e",
                                "AQAB"),
                        Map.of(
                                "kty",
                                "EC",
                                "crv",
                                "P-256",
                                "kid",
                                "ec",
                                "x",
                                url(ec.getW().getAffineX(), 32),
                                "y",
                                url(ec.getW().getAffineY(), 32)),
                        Map.of("kty", "OKP", "crv", "Ed25519", "kid", "ed", "x", url(y)),
                        Map.of("kty", "oct", "kid", "hs", "k", url(SECRET)),
                        Map.of("kty", "OKP", "crv", "X448", "x", "AA"))));
        try {
            return Keys.ofSet(HashTest.bytes(json));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] reversed(byte[] bytes) {
        byte[] out = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            out[i] = bytes[bytes.length - 1 - i];
        }
        return out;
    }

    private String token(String algorithm) {
        return token(Map.of("alg", algorithm), algorithm);
    }

    private String token(Map<String, Object> header, String algorithm) {
        String signed = url(HashTest.bytes(Json.of(header))) + "." + url(HashTest.bytes(Json.of(claims)));
        return signed + "." + url(sign(algorithm, HashTest.bytes(signed)));
    }

    private static byte[] sign(String algorithm, byte[] text) {
        if (algorithm.equals("HS256")) {
            return Digests.hmac("HmacSHA256", SECRET, text);
        }
        try {
            Signature signature = Signature.getInstance(
                    switch (algorithm) {
                        case "RS256" -> "SHA256withRSA";
                        case "ES256" -> "SHA256withECDSAinP1363Format";
                        default -> "Ed25519";
                    });
            signature.initSign((switch (algorithm) {
                        case "RS256" -> RSA;
                        case "ES256" -> EC;
                        default -> ED;
                    })
                    .getPrivate());
            signature.update(text);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private JwtAuthenticator authenticator() {
        SecuritySettings.Jwt settings = new SecuritySettings.Jwt(
                Path.of(""),
                "",
                Duration.ofMinutes(1),
                algorithms,
                issuer,
                audience,
                Duration.ofSeconds(30),
                "sub",
                clientIdClaim,
                "groups",
                "acl");
        Clock clock = Clock.fixed(Instant.ofEpochSecond(NOW), ZoneOffset.UTC);
        return new JwtAuthenticator(settings, JwtAuthenticator.KeySource.of(() -> keys), workers, clock);
    }

    private Verdict ask(ClientInfo client, @Nullable String token) {
        return authenticator()
                .authenticate(client, token == null ? null : token.getBytes(StandardCharsets.ISO_8859_1))
                .toCompletableFuture()
                .join();
    }

    private Verdict ask(String token) {
        return ask(People.named("c", null), token);
    }

    private Identity identity(String token) {
        return ((Accepted) ask(token)).identity();
    }

    private void assertRefused(String token) {
        assertThat(ask(token)).isInstanceOf(Refused.class);
    }

    @AfterEach
    void close() {
        workers.close();
    }

    @Test
    void everyAlgorithmWithAKeyOfItsKind() {
        for (String algorithm : SecuritySettings.Jwt.ALGORITHMS) {
            Identity identity = identity(token(algorithm));
            assertThat(identity.user()).isEqualTo("ann");
            assertThat(identity.expiresAtMillis()).isEqualTo((NOW + 90) * 1_000);
            assertThat(identity.method()).isEqualTo("jwt");
            String good = token(algorithm);
            String tampered = good.replaceFirst(
                    "\\.[^.]*\\.", "." + url(HashTest.bytes("{\"sub\":\"eve\",\"exp\":9999999999}")) + ".");
            assertRefused(tampered);
            assertRefused(good.substring(0, good.lastIndexOf('.') + 1));
            assertRefused(good.substring(0, good.length() - 4));
        }
    }

    @Test
    void aPublicKeyIsNoSecretWhateverTheTokenSays() throws IOException {
        String pem = pem(RSA.getPublic());
        keys = Keys.ofFile(HashTest.bytes(pem));
        String signed = url(HashTest.bytes("{\"alg\":\"HS256\"}")) + "." + url(HashTest.bytes(Json.of(claims)));
        for (byte[] secret : List.of(HashTest.bytes(pem), RSA.getPublic().getEncoded())) {
            assertRefused(signed + "." + url(Digests.hmac("HmacSHA256", secret, HashTest.bytes(signed))));
        }
        assertThat(ask(token("RS256"))).isInstanceOf(Accepted.class);
        assertRefused(token("ES256"));
    }

    @Test
    void noneIsNoAlgorithm() {
        for (String none : List.of("none", "None", "", "RS512")) {
            String signed =
                    url(HashTest.bytes("{\"alg\":\"" + none + "\"}")) + "." + url(HashTest.bytes(Json.of(claims)));
            assertRefused(signed + ".");
            assertRefused(signed + ".AAAA");
        }
        assertRefused(url(HashTest.bytes("{\"typ\":1}")) + "." + url(HashTest.bytes(Json.of(claims))) + ".");
    }

    @Test
    void anEcdsaSignatureOfZerosProvesNothing() {
        String signed = url(HashTest.bytes("{\"alg\":\"ES256\"}")) + "." + url(HashTest.bytes(Json.of(claims)));
        assertRefused(signed + "." + url(new byte[64]));
    }

    @Test
    void onlyAlgorithmsThatAreAllowed() {
        algorithms = List.of("EdDSA");
        assertThat(ask(token("EdDSA"))).isInstanceOf(Accepted.class);
        assertRefused(token("HS256"));
    }

    @Test
    void theKeyThatIsNamed() {
        assertThat(ask(token(Map.of("alg", "RS256", "kid", "rsa"), "RS256"))).isInstanceOf(Accepted.class);
        assertRefused(token(Map.of("alg", "RS256", "kid", "other"), "RS256"));
        assertRefused(token(Map.of("alg", "RS256", "crit", List.of("b64")), "RS256"));
    }

    @Test
    void times() {
        claims.put("exp", NOW - 31);
        assertRefused(token("HS256"));
        claims.put("exp", NOW - 29);
        assertThat(ask(token("HS256"))).as("within the leeway").isInstanceOf(Accepted.class);
        claims.put("nbf", NOW + 31);
        assertRefused(token("HS256"));
        claims.put("nbf", NOW + 29);
        assertThat(ask(token("HS256"))).isInstanceOf(Accepted.class);
        for (Object wrong : List.of("soon", -1, 1e300, true, List.of(1))) {
            claims.put("exp", wrong);
            assertRefused(token("HS256"));
        }
        claims.remove("exp");
        assertRefused(token("HS256"));
    }

    @Test
    void issuerAndAudience() {
        issuer = "https://id.example";
        audience = "mqtt";
        assertRefused(token("HS256"));
        claims.put("iss", issuer);
        assertRefused(token("HS256"));
        claims.put("aud", List.of("web", "mqtt"));
        assertThat(ask(token("HS256"))).isInstanceOf(Accepted.class);
        claims.put("aud", "mqtt");
        assertThat(ask(token("HS256"))).isInstanceOf(Accepted.class);
        claims.put("iss", "https://id.example/");
        assertRefused(token("HS256"));
    }

    @Test
    void userAndClientIdentifierHaveToFit() {
        assertThat(ask(People.named("c", "ann"), token("HS256"))).isInstanceOf(Accepted.class);
        assertThat(ask(People.named("c", "bob"), token("HS256"))).isInstanceOf(Refused.class);
        clientIdClaim = "device";
        assertRefused(token("HS256"));
        claims.put("device", "c");
        assertThat(ask(token("HS256"))).isInstanceOf(Accepted.class);
        claims.put("device", "d");
        assertRefused(token("HS256"));
        clientIdClaim = "";
        claims.put("sub", "");
        assertRefused(token("HS256"));
        claims.put("sub", 5);
        assertRefused(token("HS256"));
    }

    @Test
    void groupsAndRules() {
        claims.put("groups", List.of("staff", "night shift"));
        claims.put("acl", Map.of("publish", List.of("dev/%c/#"), "subscribe", List.of("news")));
        Identity identity = identity(token("HS256"));
        assertThat(identity.groups()).isEqualTo(Set.of("staff", "night shift"));
        assertThat(identity.grants()).hasSize(2).allMatch(rule -> rule.allows());
        claims.put("groups", "staff  night");
        assertThat(identity(token("HS256")).groups()).isEqualTo(Set.of("staff", "night"));
        claims.put("acl", Map.of("publish", List.of("a/#/b")));
        assertRefused(token("HS256"));
        claims.put("acl", Map.of("publish", "a"));
        assertRefused(token("HS256"));
    }

    @Test
    void whatIsNoTokenIsLeftToOthersAndWhatIsDamagedIsRefused() {
        assertThat(ask(People.named("c", "ann"), null)).isEqualTo(Verdict.NEXT);
        for (String other : List.of("", "secret", "a.b.c", "ey", "ey.a.b.c")) {
            assertThat(ask(other)).as(other).isEqualTo(Verdict.NEXT);
        }
        String good = token("HS256");
        for (String damaged : List.of(
                "eyJ!.a.b",
                "eyJ.." + "a",
                good + "=",
                good.replace(".", "=."),
                "ey" + "A".repeat(20_000) + ".a.b",
                url(HashTest.bytes("{\"alg\":\"HS256\",\"alg\":\"none\"}")) + ".e30.",
                url(HashTest.bytes("{" + "\"a\":{".repeat(50))) + ".e30.")) {
            assertRefused(damaged);
        }
    }

    @Test
    void anExchangeTakesATokenToo() {
        Exchange exchange = Objects.requireNonNull(authenticator().exchange(People.named("c", null), "JWT"));
        Exchange.Step good = exchange.respond(HashTest.bytes(token("RS256")))
                .toCompletableFuture()
                .join();
        assertThat(((Exchange.Done) good).verdict()).isInstanceOf(Accepted.class);
        for (byte @Nullable [] bad : new byte @Nullable [][] {null, {}, HashTest.bytes("x"), HashTest.bytes("ey..")}) {
            Exchange.Step end = exchange.respond(bad).toCompletableFuture().join();
            assertThat(((Exchange.Done) end).verdict()).isInstanceOf(Refused.class);
        }
        assertThat(authenticator().exchange(People.named("c", null), "OTHER")).isNull();
    }

    private static String pem(PublicKey key) {
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(key.getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
    }

    @Test
    void keyFilesOfEveryKind() throws IOException {
        Map<String, KeyPair> pairs = Map.of("RS256", RSA, "ES256", EC, "EdDSA", ED);
        for (Map.Entry<String, KeyPair> each : pairs.entrySet()) {
            keys = Keys.ofFile(HashTest.bytes(pem(each.getValue().getPublic())));
            assertThat(ask(token(each.getKey()))).as(each.getKey()).isInstanceOf(Accepted.class);
        }
        keys = Keys.ofFile(HashTest.bytes("0123456789abcdef0123456789abcdef\n"));
        assertThat(ask(token("HS256"))).isInstanceOf(Accepted.class);
    }

    @Test
    void keysThatAreNone() {
        assertThatThrownBy(() -> Keys.ofFile(HashTest.bytes("short"))).hasMessageContaining("32 or more");
        assertThatThrownBy(() -> Keys.ofFile(HashTest.bytes("-----BEGIN PRIVATE KEY-----\nAA==\n")))
                .hasMessageContaining("private");
        assertThatThrownBy(
                        () -> Keys.ofFile(HashTest.bytes("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----")))
                .hasMessageContaining("no public key");
        for (String set : List.of("", "[]", "{}", "{\"keys\":5}", "{\"keys\":[]}", "{\"keys\":[{\"kty\":\"RSA\"}]}")) {
            assertThatThrownBy(() -> Keys.ofSet(HashTest.bytes(set))).isInstanceOf(IOException.class);
        }
    }
}
