package io.chasqui.server.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;
import org.bouncycastle.crypto.generators.PKCS5S2ParametersGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.bouncycastle.crypto.params.KeyParameter;

/**
 * A password as it is stored: enough to recognise it, not enough to know it. Immutable. What a line may ask for is limited, so
 * that nobody who can write one can make a login take minutes or gigabytes.
 */
sealed interface Hash {
    /** Whether {@code password} is the one. Takes milliseconds to a second: not on an event loop. */
    boolean matches(byte[] password);

    /** As it is written in a file. */
    String text();

    /** HMAC fills its key up with zeros, so to PBKDF2 a password is the same with some behind it. To us it is not. */
    private static boolean endsWithZero(byte[] password) {
        return password.length > 0 && password[password.length - 1] == 0;
    }

    /** A SHA-512 of password and salt, {@code $6$}: what Mosquitto wrote before 2.0. Too fast to be safe. */
    record Sha512(byte[] salt, byte[] hash) implements Hash {
        @Override
        public boolean matches(byte[] password) {
            MessageDigest digest = Digests.sha512();
            digest.update(password);
            return MessageDigest.isEqual(digest.digest(salt), hash);
        }

        @Override
        public String text() {
            return "$6$" + base64(salt) + "$" + base64(hash);
        }
    }

    /** PBKDF2 with HMAC-SHA-512, {@code $7$}: what Mosquitto 2.0 writes. */
    record Pbkdf2(int iterations, byte[] salt, byte[] hash) implements Hash {
        @Override
        public boolean matches(byte[] password) {
            PKCS5S2ParametersGenerator generator = new PKCS5S2ParametersGenerator(new SHA512Digest());
            generator.init(password, salt, iterations);
            KeyParameter key = (KeyParameter) generator.generateDerivedMacParameters(hash.length * 8);
            return MessageDigest.isEqual(key.getKey(), hash) && !endsWithZero(password);
        }

        @Override
        public String text() {
            return "$7$" + iterations + "$" + base64(salt) + "$" + base64(hash);
        }
    }

    /** PBKDF2 with HMAC-SHA-256 as Django and others write it: {@code pbkdf2_sha256$ITERATIONS$SALT$HASH}. */
    record DjangoPbkdf2(int iterations, String salt, byte[] hash) implements Hash {
        @Override
        public boolean matches(byte[] password) {
            PKCS5S2ParametersGenerator generator = new PKCS5S2ParametersGenerator(new SHA256Digest());
            generator.init(password, salt.getBytes(StandardCharsets.UTF_8), iterations);
            KeyParameter key = (KeyParameter) generator.generateDerivedMacParameters(hash.length * 8);
            return MessageDigest.isEqual(key.getKey(), hash) && !endsWithZero(password);
        }

        @Override
        public String text() {
            return "pbkdf2_sha256$" + iterations + "$" + salt + "$" + base64(hash);
        }
    }

    /**
     * Argon2id (RFC 9106) in its usual text form, which Mosquitto 2.1 writes, too.
     *
     * @param memoryKib 8 to 262,144
     * @param passes 1 to 64
     * @param lanes 1 to 16
     */
    record Argon2id(int memoryKib, int passes, int lanes, byte[] salt, byte[] hash) implements Hash {
        @Override
        public boolean matches(byte[] password) {
            return MessageDigest.isEqual(argon2(password, memoryKib, passes, lanes, salt, hash.length), hash);
        }

        @Override
        public String text() {
            Base64.Encoder unpadded = Base64.getEncoder().withoutPadding();
            return "$argon2id$v=19$m=" + memoryKib + ",t=" + passes + ",p=" + lanes + "$"
                    + unpadded.encodeToString(salt) + "$" + unpadded.encodeToString(hash);
        }
    }

    /** bcrypt, {@code $2a$}, {@code $2b$} or {@code $2y$}, as databases of web applications have it. */
    record Bcrypt(String text) implements Hash {
        private static final int MOST_BYTES = 72; // more are not looked at, so two passwords would be the same

        @Override
        public boolean matches(byte[] password) {
            byte[] looked = password.length > MOST_BYTES ? new byte[0] : password; // the same time for both
            boolean same = OpenBSDBCrypt.checkPassword(text, looked);
            return same && password.length <= MOST_BYTES && password.length > 0;
        }
    }

    /**
     * How new passwords are stored.
     *
     * @param memoryKib of Argon2id
     * @param passes of Argon2id
     */
    record Strength(int memoryKib, int passes) {
        private static final SecureRandom RANDOM = new SecureRandom();

        /** Stores a password with a new salt. Takes time and memory: not on an event loop. */
        Hash hash(byte[] password) {
            byte[] salt = new byte[16];
            RANDOM.nextBytes(salt);
            return new Argon2id(memoryKib, passes, 1, salt, argon2(password, memoryKib, passes, 1, salt, 32));
        }

        /** Whether a stored password had better be stored anew. */
        boolean exceeds(Hash stored) {
            return !(stored instanceof Argon2id argon)
                    || (long) argon.memoryKib * argon.passes < (long) memoryKib * passes
                    || argon.hash.length < 32;
        }
    }

    /** @throws IllegalArgumentException saying what is wrong, without the text itself */
    static Hash of(String text) {
        try {
            if (text.startsWith("$6$")) {
                String[] parts = parts(text, 4);
                return new Sha512(bytes(parts[2], 1, 64), bytes(parts[3], 64, 64));
            }
            if (text.startsWith("$7$")) {
                String[] parts = parts(text, 5);
                return new Pbkdf2(number(parts[2], 10_000_000), bytes(parts[3], 1, 64), bytes(parts[4], 16, 64));
            }
            if (text.startsWith("$argon2id$")) {
                return argon2id(text);
            }
            if (text.startsWith("pbkdf2_sha256$")) {
                String[] parts = parts(text, 4);
                return new DjangoPbkdf2(number(parts[1], 10_000_000), parts[2], bytes(parts[3], 16, 64));
            }
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("the password hash is damaged", e);
        }
        if (BCRYPT.matcher(text).matches()) {
            return new Bcrypt(text);
        }
        throw new IllegalArgumentException(
                "the password hash is of no known kind; known are $6$, $7$, $argon2id$, $2b$ and pbkdf2_sha256$");
    }

    /** bcrypt up to cost 15, which takes seconds. */
    Pattern BCRYPT = Pattern.compile("\\$2[aby]\\$(0[4-9]|1[0-5])\\$[./A-Za-z0-9]{53}");

    Pattern ARGON2ID = Pattern.compile("\\$argon2id\\$v=19\\$m=(\\d{1,6}),t=(\\d{1,2}),p=(\\d{1,2})"
            + "\\$([A-Za-z0-9+/]{8,128}=*)\\$([A-Za-z0-9+/]{16,128}=*)");

    private static Hash argon2id(String text) {
        Matcher parts = ARGON2ID.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("the argon2id hash is damaged, or not of version 19");
        }
        int memory = number(parts.group(1), 262_144);
        int lanes = number(parts.group(3), 16);
        if (memory < 8 * lanes) {
            throw new IllegalArgumentException("the argon2id hash has too little memory for its lanes");
        }
        return new Argon2id(
                memory, number(parts.group(2), 64), lanes, bytes(parts.group(4), 8, 64), bytes(parts.group(5), 16, 64));
    }

    private static byte[] argon2(byte[] password, int memoryKib, int passes, int lanes, byte[] salt, int length) {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withMemoryAsKB(memoryKib)
                .withIterations(passes)
                .withParallelism(lanes)
                .withSalt(salt)
                .build());
        byte[] hash = new byte[length];
        generator.generateBytes(password, hash);
        return hash;
    }

    private static String[] parts(String text, int count) {
        String[] parts = text.split("\\$", -1);
        if (parts.length != count) {
            throw new IllegalArgumentException("the password hash is damaged");
        }
        return parts;
    }

    private static int number(String digits, int most) {
        int number = Integer.parseInt(digits);
        if (number < 1 || number > most) {
            throw new IllegalArgumentException(
                    "the password hash asks for " + number + " rounds or KiB; the most is " + most);
        }
        return number;
    }

    private static byte[] bytes(String base64, int least, int most) {
        byte[] bytes = Base64.getDecoder().decode(base64);
        if (bytes.length < least || bytes.length > most) {
            throw new IllegalArgumentException("the password hash has a part of " + bytes.length + " bytes");
        }
        return bytes;
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
