package io.chasqui.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HashTest {
    static final Hash.Strength QUICK = new Hash.Strength(64, 1);

    /** Of {@code secret}: by mosquitto_passwd 2.0.11 and by the libraries that are named in the text of each. */
    static final List<String> STORED = List.of(
            "$6$TlF7PPcX3tEyB3DY$ty4Z8bPpJd8l4kSLAcixHXrvd/WnFjWb3tVkQa+Yh+1yhGWW78l++IHTqyUNOl62zaFS6jL0Fxq1fl8/X3sL7Q==",
            "$7$101$ZRIJFQ16S+DQCLuP$bfBd7GaG+WGnNURuckkj936OEg+bGeJIQ52DO30VlAVH9AomoO/6MU4EA1NBLrPBFGHM44UVjTGYDHkHBZpv9w==");

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void whatMosquittoStoredIsRecognised() {
        for (String text : STORED) {
            Hash hash = Hash.of(text);
            assertThat(hash.matches(bytes("secret"))).as(text).isTrue();
            assertThat(hash.matches(bytes("Secret"))).as(text).isFalse();
            assertThat(hash.matches(new byte[0])).as(text).isFalse();
            assertThat(hash.matches(new byte[65_535])).as(text).isFalse();
            assertThat(hash.text()).isEqualTo(text);
            assertThat(QUICK.exceeds(hash)).as("weak").isTrue();
        }
    }

    /** From the reference implementation of Argon2 (its test.c: password, somesalt, t=2, m=16 and p=1, and m=18, p=1). */
    @Test
    void theReferenceVectorsOfArgon2id() {
        Hash hash = Hash.of("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc");
        assertThat(hash.matches(bytes("password"))).isTrue();
        assertThat(hash.matches(bytes("differentpassword"))).isFalse();
    }

    @Test
    void aNewHashIsRecognisedAndReadAgain() {
        Hash hash = QUICK.hash(bytes("p\u00e4ss"));
        assertThat(Hash.of(hash.text()).matches(bytes("p\u00e4ss"))).isTrue();
        assertThat(hash.text()).startsWith("$argon2id$v=19$m=64,t=1,p=1$");
        assertThat(QUICK.hash(bytes("p\u00e4ss")).text()).as("another salt").isNotEqualTo(hash.text());
        assertThat(QUICK.exceeds(hash)).isFalse();
        assertThat(new Hash.Strength(128, 1).exceeds(hash)).isTrue();
    }

    @Test
    void bcryptTakesNoMoreThanItLooksAt() {
        String stored =
                org.bouncycastle.crypto.generators.OpenBSDBCrypt.generate("2b", bytes("x".repeat(72)), new byte[16], 4);
        assertThat(Hash.of(stored).matches(bytes("x".repeat(72)))).isTrue();
        assertThat(Hash.of(stored).matches(bytes("x".repeat(73)))).isFalse();
        assertThat(Hash.of(stored).matches(bytes("x".repeat(71)))).isFalse();
    }

    @Test
    void djangosPbkdf2() {
        Hash hash = Hash.of("pbkdf2_sha256$1$salt$Eg+2z/z4sxT5l/qMLG0JZQtVQWJ2Wh4xAuYNSXAzJJ8=");
        assertThat(hash.text()).isEqualTo("pbkdf2_sha256$1$salt$Eg+2z/z4sxT5l/qMLG0JZQtVQWJ2Wh4xAuYNSXAzJJ8=");
        assertThat(hash.matches(bytes("wrong"))).isFalse();
        byte[] right = new org.bouncycastle.crypto.generators.PKCS5S2ParametersGenerator(
                new org.bouncycastle.crypto.digests.SHA256Digest()) {
            byte[] derive() {
                init(bytes("right"), bytes("salt"), 1_000);
                return ((org.bouncycastle.crypto.params.KeyParameter) generateDerivedMacParameters(256)).getKey();
            }
        }.derive();
        String stored =
                "pbkdf2_sha256$1000$salt$" + java.util.Base64.getEncoder().encodeToString(right);
        assertThat(Hash.of(stored).matches(bytes("right"))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "secret",
                "$6$",
                "$6$$",
                "$6$c2FsdA==$AAAA",
                "$7$0$c2FsdHNhbHQ=$AAAAAAAAAAAAAAAAAAAAAA==",
                "$7$99999999$c2FsdHNhbHQ=$AAAAAAAAAAAAAAAAAAAAAA==",
                "$7$1$!$AAAA",
                "$argon2id$v=19$m=999999,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2id$v=19$m=64,t=99,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2id$v=19$m=8,t=1,p=16$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2id$v=16$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$2b$31$abcdefghijklmnopqrstuu5Z0HUMoIZYHSPgqQGQGNTNTkmHkKkaW"
            })
    void whatIsDamagedOrTooCostlyIsRefused(String text) {
        assertThatThrownBy(() -> Hash.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("CTFhFdXP");
    }
}
