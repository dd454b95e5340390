package io.chasqui.server.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.generators.PKCS5S2ParametersGenerator;
import org.bouncycastle.crypto.params.KeyParameter;

/**
 * What SCRAM (RFC 5802, RFC 7677) needs to recognise a password that is never sent, in the form of PostgreSQL:
 * {@code SCRAM-SHA-256$ITERATIONS:SALT$STOREDKEY:SERVERKEY}. Immutable.
 *
 * @param mechanism SCRAM-SHA-256 or SCRAM-SHA-512
 * @param iterations 4,096 to 1,000,000
 */
record Verifier(String mechanism, int iterations, byte[] salt, byte[] storedKey, byte[] serverKey) {
    static final int FEWEST_ITERATIONS = 4_096;
    static final int MOST_ITERATIONS = 1_000_000;

    private static final Pattern FORM = Pattern.compile(
            "(SCRAM-SHA-(?:256|512))\\$(\\d{1,7}):([A-Za-z0-9+/=]{8,128})\\$([A-Za-z0-9+/=]{40,128}):([A-Za-z0-9+/=]{40,128})");
    private static final SecureRandom RANDOM = new SecureRandom();

    static boolean isVerifier(String text) {
        return text.startsWith("SCRAM-");
    }

    /** @throws IllegalArgumentException saying what is wrong, without the text itself */
    static Verifier of(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("the SCRAM verifier is damaged");
        }
        int iterations = Integer.parseInt(parts.group(2));
        Base64.Decoder decoder = Base64.getDecoder();
        Verifier verifier = new Verifier(
                parts.group(1),
                iterations,
                decoder.decode(parts.group(3)),
                decoder.decode(parts.group(4)),
                decoder.decode(parts.group(5)));
        int length = verifier.mechanism.endsWith("256") ? 32 : 64;
        if (iterations < FEWEST_ITERATIONS
                || iterations > MOST_ITERATIONS
                || verifier.storedKey.length != length
                || verifier.serverKey.length != length) {
            throw new IllegalArgumentException(
                    "the SCRAM verifier has " + iterations + " iterations, or keys of a wrong" + " length; give "
                            + FEWEST_ITERATIONS + " to " + MOST_ITERATIONS + " iterations");
        }
        return verifier;
    }

    /** Takes time: not on an event loop. */
    static Verifier make(String mechanism, byte[] password, int iterations) {
        byte[] salt = new byte[16];
        RANDOM.nextBytes(salt);
        return make(mechanism, password, iterations, salt);
    }

    static Verifier make(String mechanism, byte[] password, int iterations, byte[] salt) {
        byte[] salted = saltedPassword(mechanism, password, iterations, salt);
        byte[] clientKey = hmac(mechanism, salted, "Client Key".getBytes(StandardCharsets.US_ASCII));
        return new Verifier(
                mechanism,
                iterations,
                salt,
                digest(mechanism, clientKey),
                hmac(mechanism, salted, "Server Key".getBytes(StandardCharsets.US_ASCII)));
    }

    static byte[] saltedPassword(String mechanism, byte[] password, int iterations, byte[] salt) {
        boolean sha256 = mechanism.endsWith("256");
        PKCS5S2ParametersGenerator generator =
                new PKCS5S2ParametersGenerator(sha256 ? new SHA256Digest() : new SHA512Digest());
        generator.init(password, salt, iterations);
        return ((KeyParameter) generator.generateDerivedMacParameters(sha256 ? 256 : 512)).getKey();
    }

    static byte[] digest(String mechanism, byte[] bytes) {
        return Digests.digest(mechanism.substring("SCRAM-".length())).digest(bytes);
    }

    static byte[] hmac(String mechanism, byte[] key, byte[] text) {
        return Digests.hmac("HmacSHA" + mechanism.substring(mechanism.length() - 3), key, text);
    }

    /** Whether the client's proof shows that it knows the password. Quick. */
    boolean proves(byte[] proof, byte[] authMessage) {
        byte[] signature = hmac(mechanism, storedKey, authMessage);
        if (proof.length != signature.length) {
            return false;
        }
        byte[] clientKey = new byte[proof.length];
        for (int i = 0; i < clientKey.length; i++) {
            clientKey[i] = (byte) (proof[i] ^ signature[i]);
        }
        return MessageDigest.isEqual(digest(mechanism, clientKey), storedKey);
    }

    String text() {
        Base64.Encoder encoder = Base64.getEncoder();
        return mechanism + "$" + iterations + ":" + encoder.encodeToString(salt) + "$"
                + encoder.encodeToString(storedKey) + ":" + encoder.encodeToString(serverKey);
    }
}
