package io.chasqui.conformance.tests;

import io.chasqui.conformance.raw.Failure;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** The client's side of one SCRAM-SHA-256 exchange (RFC 5802, RFC 7677), without channel binding. Used by one thread. */
final class ScramClient {
    static final String METHOD = "SCRAM-SHA-256";

    private static final Pattern CHALLENGE = Pattern.compile("r=([!-+\\--~]+),s=([A-Za-z0-9+/=]+),i=(\\d+)");
    private static final int MOST_ITERATIONS = 1_000_000;
    private static final AtomicInteger NONCES = new AtomicInteger(100_000_000);

    private final String password;
    private final String nonce = "conformance" + NONCES.incrementAndGet();
    private final String bare;
    private String expected = ""; // of the broker's last message

    ScramClient(String user, String password) {
        this.password = password;
        this.bare = "n=" + user + ",r=" + nonce;
    }

    /** The client's first message. */
    String first() {
        return "n,," + bare;
    }

    /** The client's final message, which proves that it knows the password. */
    String last(String challenge) {
        Matcher parts = CHALLENGE.matcher(challenge);
        Failure.unless(parts.matches(), "the challenge is no server-first-message of SCRAM: %s", challenge);
        Failure.unless(parts.group(1).startsWith(nonce), "the challenge does not repeat the nonce: %s", challenge);
        int iterations = Integer.parseInt(parts.group(3));
        Failure.unless(iterations <= MOST_ITERATIONS, "%s iterations", iterations);
        String without = "c=biws,r=" + parts.group(1);
        String conversation = bare + "," + challenge + "," + without;
        try {
            byte[] salt = Base64.getDecoder().decode(parts.group(2));
            byte[] salted = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(new PBEKeySpec(password.toCharArray(), salt, iterations, 256))
                    .getEncoded();
            byte[] clientKey = hmac(salted, "Client Key");
            byte[] stored = MessageDigest.getInstance("SHA-256").digest(clientKey);
            byte[] proof = hmac(stored, conversation);
            for (int i = 0; i < proof.length; i++) {
                proof[i] ^= clientKey[i];
            }
            expected = "v=" + Base64.getEncoder().encodeToString(hmac(hmac(salted, "Server Key"), conversation));
            return without + ",p=" + Base64.getEncoder().encodeToString(proof);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every JDK has these
        }
    }

    /** Fails unless the broker has proved that it knows the password, too. */
    void check(String last) {
        Failure.unlessEqual(expected, last, "the broker's proof");
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }
}
